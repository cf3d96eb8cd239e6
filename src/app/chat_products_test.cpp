#include "app/chat_products.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "ports/testing/temporary_folder.h"

namespace aiva::app {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

// A shop of one product.
class OneProduct final : public commerce::ProductSearch {
 public:
  Task<Result<commerce::ProductAnswer>> search(CallContext, commerce::ProductQuery query) override {
    if (query.picture) had_picture = std::filesystem::exists(*query.picture);
    asked.push_back(std::move(query));
    commerce::Variant variant{.id = commerce::VariantId::make(),
                              .there = {.id = "v", .price = 40'000'000}};
    commerce::Product product{.id = commerce::ProductId::make(),
                              .knowledge_base = asked.back().knowledge_base,
                              .currency = "EUR",
                              .there = {.id = "p", .title = "Red Runner"},
                              .variants = {variant}};
    commerce::ProductAnswer answer{.base_cost = 500};
    answer.hits.push_back({.product = std::move(product), .variants = {variant.id}, .score = 1});
    co_return answer;
  }
  Task<Result<std::vector<KnowledgeBaseId>>> with_products(
      CallContext, std::vector<KnowledgeBaseId> bases) override {
    std::erase_if(bases, [this](KnowledgeBaseId base) { return base != shop; });
    co_return bases;
  }

  KnowledgeBaseId shop = KnowledgeBaseId::make();
  std::vector<commerce::ProductQuery> asked;
  std::optional<bool> had_picture;
};

class ProductsForChat : public testing::Test {
 protected:
  chat::FoundProducts find(chat::ProductWish wish) {
    auto found = sync_wait(finder_(CallContext{.home = &pool_}, std::move(wish)));
    EXPECT_TRUE(found);
    return found.value_or(chat::FoundProducts{});
  }

  ThreadPool pool_{{.name = "files", .threads = 1}};
  TemporaryFolder folder_;
  OneProduct search_;
  KnowledgeBaseId manuals_ = KnowledgeBaseId::make();
  chat::FindProducts finder_ = find_products_by(search_, folder_.path(), pool_);
};

TEST_F(ProductsForChat, come_from_what_the_sentence_asks_for) {
  auto found = find({.bases = {manuals_, search_.shop}, .text = "Show me red shoes under 50"});

  ASSERT_THAT(found.products, SizeIs(1));
  EXPECT_EQ(found.products[0].title, "Red Runner");
  EXPECT_EQ(found.products[0].price, 40'000'000);
  EXPECT_EQ(found.base_cost, 500);
  ASSERT_THAT(search_.asked, SizeIs(1));
  const auto& query = search_.asked[0];
  EXPECT_EQ(query.knowledge_base, search_.shop);
  EXPECT_THAT(query.other_bases, IsEmpty());
  EXPECT_EQ(query.text, "red shoes");
  EXPECT_EQ(query.filter.price_max, 50'000'000);
  EXPECT_TRUE(query.only_near);
  EXPECT_FALSE(query.is_billed);
}

TEST_F(ProductsForChat, look_like_a_picture_that_came_with_it) {
  auto found = find({.bases = {search_.shop}, .text = "Do you have this?", .picture = "PNG"});

  EXPECT_THAT(found.products, SizeIs(1));
  EXPECT_EQ(search_.had_picture, true);
  EXPECT_EQ(search_.asked[0].text, "");
  EXPECT_FALSE(std::filesystem::exists(*search_.asked[0].picture));
}

TEST_F(ProductsForChat, cost_nothing_where_there_are_none_or_nothing_is_asked_for) {
  EXPECT_THAT(find({.bases = {manuals_}, .text = "red shoes"}).products, IsEmpty());
  EXPECT_THAT(find({.bases = {search_.shop}, .text = "Hello, how are you?"}).products, IsEmpty());
  EXPECT_THAT(search_.asked, IsEmpty());
}

}  // namespace
}  // namespace aiva::app
