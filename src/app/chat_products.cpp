#include "app/chat_products.h"

#include <utility>

#include "capabilities/commerce/product_card.h"
#include "capabilities/commerce/wishes.h"
#include "faces/http/endpoints/staged_picture.h"

namespace aiva::app {
namespace {

constexpr int products_per_answer_max = 6;

// Where the products are, and a place for a picture to compare them with.
struct Shops {
  commerce::ProductSearch& search;
  std::filesystem::path staging_folder;
  ThreadPool& files;
};

commerce::ProductQuery query_of(commerce::Wish wish, const std::vector<KnowledgeBaseId>& bases) {
  return {.knowledge_base = bases.front(),
          .other_bases = {bases.begin() + 1, bases.end()},
          .text = std::move(wish.words),
          .filter = {.price_min = wish.price_min, .price_max = wish.price_max},
          .limit = products_per_answer_max,
          .only_near = true,
          .is_billed = false};
}

Task<Result<chat::FoundProducts>> find_products(Shops shops, CallContext context,
                                                chat::ProductWish asked) {
  chat::FoundProducts found;
  auto wish = commerce::read_wish(asked.text);
  bool asks_for_something =
      !wish.words.empty() || wish.price_min || wish.price_max || !asked.picture.empty();
  if (!asks_for_something) co_return found;
  auto looking = shops.search.with_products(context, std::move(asked.bases));
  CO_TRY(auto bases, co_await std::move(looking));
  if (bases.empty()) co_return found;
  auto query = query_of(std::move(wish), bases);
  http::StagedPicture picture(shops.staging_folder);
  if (!asked.picture.empty()) {
    auto write = [&] { return picture.write(asked.picture); };
    auto writing = run_on(shops.files, context, write);
    CO_TRY_VOID(co_await std::move(writing));
    query.picture = picture.path();
  }
  auto searching = shops.search.search(context, std::move(query));
  CO_TRY(auto answer, co_await std::move(searching));
  found.base_cost = answer.base_cost;
  found.products = chat::products_from_json(commerce::product_cards(answer.hits));
  co_return found;
}

}  // namespace

chat::FindProducts find_products_by(commerce::ProductSearch& search,
                                    std::filesystem::path staging_folder, ThreadPool& files) {
  Shops shops{.search = search, .staging_folder = std::move(staging_folder), .files = files};
  return [shops](CallContext context, chat::ProductWish wish) {
    return find_products(shops, std::move(context), std::move(wish));
  };
}

}  // namespace aiva::app
