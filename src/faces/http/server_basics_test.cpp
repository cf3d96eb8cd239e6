#include <gtest/gtest.h>

#include "faces/http/testing/test_server.h"

namespace aiva::http {
namespace {

using testing::TestRequest;
using testing::TestServer;

Task<Result<Response>> greet(CallContext, Request& request) {
  co_return ok_response([&request](JsonWriter& writer) {
    writer.begin_object().field("path", request.path).field("who", request.parameter("name"));
    writer.end_object();
  });
}

std::vector<Route> greeting() {
  std::vector<Route> routes;
  routes.push_back({Method::get, "/greet/:name", Right::anyone(), greet});
  return routes;
}

TEST(Server, answers_a_request) {
  TestServer server(greeting());

  auto response = server.send({.target = "/greet/J%C3%BCrgen"});

  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.body, R"({"success":true,"data":{"path":"/greet/Jürgen","who":"Jürgen"}})");
  EXPECT_EQ(response.header("Content-Type"), "application/json");
}

}  // namespace
}  // namespace aiva::http
