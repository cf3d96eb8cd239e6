#include "adapters/shopify/internal/product_queries.h"

#include <gtest/gtest.h>

namespace aiva::shopify {
namespace {

TEST(ProductQueries, cost_no_more_than_they_may) {
  std::vector<std::string> ids(products_at_once(), "8012345000033");
  std::vector<std::string> more(extras_at_once(), "8012345000033");
  for (const auto& query :
       {products_query("", ""), traces_query("", ""), nodes_query(ids), extras_query(more),
        rest_query("variants", "1", "c"), rest_query("media", "1", "c"),
        rest_query("collections", "1", "c"), rest_query("metafields", "1", "c")}) {
    EXPECT_FALSE(query.text.empty());
    EXPECT_GT(query.cost, 1);
    EXPECT_LE(query.cost, query_cost_max);
  }
}

TEST(ProductQueries, search_for_what_is_in_scope) {
  EXPECT_EQ(search_of({}, 0), "");
  EXPECT_EQ(search_of({.states = {ProductState::active}}, 0), "status:active");
  EXPECT_EQ(
      search_of({.collections = {"1", "2"}, .states = {ProductState::active, ProductState::draft}},
                1762157730123),
      "(status:active OR status:draft) AND (collection_id:1 OR collection_id:2) AND "
      "updated_at:>='2025-11-03T08:15:30Z'");
  EXPECT_FALSE(search_of({.collections = {"1) OR id:*"}}, 0));
}

TEST(ProductQueries, put_a_search_into_a_bulk_query_as_a_literal) {
  auto query = bulk_query("status:\"a\\b\"");
  EXPECT_TRUE(query.starts_with(R"({ products(query: "status:\"a\\b\"") { edges)")) << query;
  EXPECT_TRUE(bulk_query("").starts_with("{ products { edges"));
}

}  // namespace
}  // namespace aiva::shopify
