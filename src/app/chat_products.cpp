#include "app/chat_products.h"

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <string>
#include <utility>

#include "capabilities/commerce/wishes.h"
#include "faces/http/endpoints/staged_picture.h"
#include "foundation/text/utf8.h"

namespace aiva::app {
namespace {

constexpr int products_per_answer_max = 4;
constexpr std::size_t description_bytes_max = 200;
constexpr std::size_t text_bytes_max = 2000;

// Where the products are, and a place for a picture to compare them with.
struct Shop {
  commerce::ProductSearch& search;
  std::filesystem::path staging_folder;
  ThreadPool& files;
};

// The variant that fits best, which is one of the product's.
const commerce::Variant* best_variant(const commerce::ProductHit& hit) {
  const auto& variants = hit.product.variants;
  if (variants.empty()) return nullptr;
  auto found = hit.variants.empty()
                   ? variants.end()
                   : std::ranges::find(variants, hit.variants.front(), &commerce::Variant::id);
  return found == variants.end() ? &variants.front() : &*found;
}

chat::ShownProduct shown(const commerce::ProductHit& hit) {
  const auto& product = hit.product;
  const auto& there = product.there;
  chat::ShownProduct shown{
      .id = product.id.to_string(),
      .title = there.title,
      .description = std::string(utf8_prefix(there.description, description_bytes_max)),
      .vendor = there.vendor,
      .currency = product.currency,
      .url = there.url,
      .image_url = hit.image_url,
      .thumbnail_url = hit.thumbnail_url,
      .knowledge_base = product.knowledge_base,
      .score = hit.score};
  if (shown.image_url.empty() && !product.images.empty())
    shown.image_url = product.images.front().source_url;
  if (const auto* variant = best_variant(hit)) {
    shown.price = variant->there.price;
    shown.compare_at_price = variant->there.compare_at_price;
    shown.in_stock = variant->there.is_available();
    shown.stock = variant->there.inventory;
    shown.variant_id = variant->id.to_string();
    shown.variant_title = variant->there.title;
  }
  return shown;
}

Task<Result<chat::FoundProducts>> find_products(Shop shop, CallContext context,
                                                chat::ProductWish wish) {
  chat::FoundProducts found;
  auto asking = shop.search.with_products(context, std::move(wish.bases));
  CO_TRY(auto bases, co_await std::move(asking));
  if (bases.empty()) co_return found;
  auto sentence = commerce::read_wish(utf8_prefix(wish.text, text_bytes_max));
  bool is_wish = !sentence.words.empty() || sentence.price_min || sentence.price_max;
  if (!is_wish && wish.picture.empty()) co_return found;
  commerce::ProductQuery query{.knowledge_base = bases.front(),
                               .other_bases = {bases.begin() + 1, bases.end()},
                               .text = std::move(sentence.words),
                               .limit = products_per_answer_max,
                               .only_near = true,
                               .is_billed = false};
  query.filter.price_min = sentence.price_min;
  query.filter.price_max = sentence.price_max;
  http::StagedPicture picture(shop.staging_folder);
  if (!wish.picture.empty()) {
    auto writing = [&] { return picture.write(wish.picture); };
    auto written = run_on(shop.files, context, writing);
    CO_TRY_VOID(co_await std::move(written));
    query.picture = picture.path();
  }
  auto searching = shop.search.search(context, std::move(query));
  CO_TRY(auto answer, co_await std::move(searching));
  found.base_cost = answer.base_cost;
  for (const auto& hit : answer.hits) found.products.push_back(shown(hit));
  co_return found;
}

}  // namespace

chat::FindProducts find_products_of(Parts& parts) {
  Shop shop{.search = parts.commerce->search(),
            .staging_folder = parts.objects->staging_folder(),
            .files = parts.files};
  return [shop](CallContext context, chat::ProductWish wish) {
    return find_products(shop, std::move(context), std::move(wish));
  };
}

}  // namespace aiva::app
