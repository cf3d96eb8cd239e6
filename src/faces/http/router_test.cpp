#include "faces/http/router.h"

#include <gtest/gtest.h>

#include <type_traits>

namespace aiva::http {
namespace {

Task<Result<Response>> nothing(CallContext, Request&) { co_return Response{}; }

Route route(Method method, std::string_view path) {
  return {method, path, Right::anyone(), nothing};
}

Router make(std::vector<Route> routes) {
  auto router = Router::make(std::move(routes));
  EXPECT_TRUE(router) << router.error().message;
  return std::move(*router);
}

// A route table cannot forget a right: there is none by default.
static_assert(!std::is_default_constructible_v<Right>);
static_assert(!std::is_default_constructible_v<Route>);

TEST(Router, finds_fixed_segments_before_parameters) {
  auto router = make({route(Method::get, "/k/:id"), route(Method::get, "/k/search"),
                      route(Method::get, "/k/:tenant/bases/:id"), route(Method::get, "/")});
  Router::Match match;

  router.find(Method::get, "/k/search", match);
  EXPECT_EQ(match.route, 1);
  router.find(Method::get, "/k/other", match);
  EXPECT_EQ(match.route, 0);
  ASSERT_EQ(match.parameters.size(), 1U);
  EXPECT_EQ(match.parameters[0], "other");
  router.find(Method::get, "/k/search/bases/7", match);
  EXPECT_EQ(match.route, 2);
  ASSERT_EQ(match.parameters.size(), 2U);
  EXPECT_EQ(match.parameters[0], "search");
  EXPECT_EQ(router.parameter_names(2)[1], "id");
  router.find(Method::get, "/", match);
  EXPECT_EQ(match.route, 3);
}

TEST(Router, ignores_one_trailing_slash) {
  auto router = make({route(Method::get, "/a/b")});
  Router::Match match;

  router.find(Method::get, "/a/b/", match);
  EXPECT_EQ(match.route, 0);
  router.find(Method::get, "/a/b//", match);
  EXPECT_EQ(match.route, -1);
  router.find(Method::get, "/a//b", match);
  EXPECT_EQ(match.route, -1);
}

TEST(Router, gives_a_tail_what_nothing_else_takes) {
  auto router = make({route(Method::get, "/c/*path"), route(Method::get, "/c"),
                      route(Method::get, "/c/fixed"), route(Method::post, "/c/:id")});
  Router::Match match;

  router.find(Method::get, "/c/a/b.js", match);
  EXPECT_EQ(match.route, 0);
  ASSERT_EQ(match.parameters.size(), 1U);
  EXPECT_EQ(match.parameters[0], "a/b.js");
  EXPECT_EQ(router.parameter_names(0)[0], "path");
  router.find(Method::get, "/c/a", match);
  EXPECT_EQ(match.route, 0);
  ASSERT_EQ(match.parameters.size(), 1U);
  router.find(Method::get, "/c/", match);
  EXPECT_EQ(match.route, 1);
  router.find(Method::get, "/c/fixed", match);
  EXPECT_EQ(match.route, 2);
  router.find(Method::post, "/c/7", match);
  EXPECT_EQ(match.route, 3);
  EXPECT_EQ(router.allowed_methods("/c/x/y"), "GET, HEAD, OPTIONS");
}

TEST(Router, falls_back_from_head_to_get) {
  auto router = make({route(Method::get, "/a"), route(Method::post, "/b")});
  Router::Match match;

  router.find(Method::head, "/a", match);
  EXPECT_EQ(match.route, 0);
  router.find(Method::head, "/b", match);
  EXPECT_EQ(match.route, -1);
  EXPECT_TRUE(match.is_path_known);
}

TEST(Router, lists_the_methods_of_a_path) {
  auto router = make({route(Method::get, "/k/:id"), route(Method::del, "/k/:id"),
                      route(Method::post, "/k/search")});

  EXPECT_EQ(router.allowed_methods("/k/search"), "GET, HEAD, POST, DELETE, OPTIONS");
  EXPECT_EQ(router.allowed_methods("/k/1"), "GET, HEAD, DELETE, OPTIONS");
  EXPECT_EQ(router.allowed_methods("/none"), "");
}

TEST(Router, refuses_a_table_with_mistakes) {
  EXPECT_FALSE(Router::make({route(Method::get, "/a"), route(Method::get, "/a")}));
  EXPECT_FALSE(Router::make({route(Method::get, "/:a"), route(Method::get, "/:b")}));
  EXPECT_FALSE(Router::make({route(Method::get, "/*a/b")}));
  EXPECT_FALSE(Router::make({route(Method::get, "/*a"), route(Method::get, "/*b")}));
  EXPECT_FALSE(Router::make({route(Method::get, "a")}));
  EXPECT_FALSE(Router::make({route(Method::get, "/a//b")}));
  EXPECT_FALSE(Router::make({route(Method::get, "/:/b")}));
  EXPECT_FALSE(Router::make({route(Method::get, "/:a/:a")}));
  EXPECT_FALSE(Router::make({Route{Method::get, "/a", Right::anyone(), {}}}));
}

}  // namespace
}  // namespace aiva::http
