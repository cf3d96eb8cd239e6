#include "app/routes.h"

#include <gtest/gtest.h>

#include <fstream>
#include <set>
#include <sstream>

#include "faces/http/router.h"
#include "foundation/crypto.h"
#include "foundation/json.h"

namespace aiva::app {
namespace {

namespace fs = std::filesystem;

class RoutesTest : public testing::Test {
 protected:
  void SetUp() override {
    config.data.folder = folder.string();
    config.embedder.provider = "none";
    auto made = make_parts(config, paths);
    ASSERT_TRUE(made) << made.error().message << made.error().cause;
    parts = std::move(*made);
    routes = make_routes(config, paths, *parts, lifecycle);
  }
  ~RoutesTest() override {
    parts.reset();
    fs::remove_all(folder);
  }

  fs::path folder = fs::temp_directory_path() / ("aiva-routes-" + random_token(8));
  Config config;
  Paths paths = find_paths(config);
  std::unique_ptr<Parts> parts;
  http::Lifecycle lifecycle;
  std::vector<http::Route> routes;
};

// "/a/:b/*c" as the contract writes it: "/a/{b}/{c}".
std::string contract_path(std::string_view path) {
  std::string out;
  std::istringstream segments{std::string(path.substr(1))};
  for (std::string segment; std::getline(segments, segment, '/');)
    out += segment.starts_with(':') || segment.starts_with('*') ? "/{" + segment.substr(1) + "}"
                                                                : "/" + segment;
  return out.empty() ? "/" : out;
}

// "METHOD path" for every operation of the contract.
std::set<std::string> contract_operations() {
  std::ifstream input("schema/openapi.yaml");
  std::set<std::string> operations;
  std::string path;
  bool is_in_paths = false;
  for (std::string line; std::getline(input, line);) {
    if (!line.empty() && line[0] != ' ' && line[0] != '#') is_in_paths = line == "paths:";
    if (!is_in_paths) continue;
    if (line.starts_with("  /")) path = line.substr(2, line.find(':', 2) - 2);
    for (std::string_view method : {"get", "post", "put", "patch", "delete"})
      if (line == "    " + std::string(method) + ":") {
        std::string upper(method);
        for (auto& c : upper) c = static_cast<char>(c - 32);
        operations.insert(upper + " " + path);
      }
  }
  return operations;
}

TEST_F(RoutesTest, equal_the_contract_in_both_directions) {
  std::set<std::string> served;
  for (const auto& route : routes)
    served.insert(std::string(http::to_string(route.method)) + " " + contract_path(route.path));

  EXPECT_EQ(served, contract_operations());
  EXPECT_GT(served.size(), 40U);
}

TEST_F(RoutesTest, of_each_role_are_those_of_its_duties) {
  auto paths_of = [&](const std::string& role) {
    config.server.role = role;
    std::set<std::string> served;
    for (const auto& route : make_routes(config, paths, *parts, lifecycle))
      served.emplace(route.path);
    return served;
  };

  auto of_worker = paths_of("worker");
  auto of_bridge = paths_of("bridge");
  auto of_api = paths_of("api");

  EXPECT_EQ(of_worker, (std::set<std::string>{"/aiva/status-page.css", "/aiva/status-page.js",
                                              "/api/health", "/api/status", "/health", "/livez",
                                              "/metrics", "/readyz", "/status"}));
  EXPECT_TRUE(of_bridge.contains("/api/calls"));
  EXPECT_TRUE(of_bridge.contains("/api/internal/agents/:agentId/tts-config"));
  EXPECT_FALSE(of_bridge.contains("/api/knowledge"));
  EXPECT_TRUE(of_api.contains("/api/knowledge"));
  EXPECT_EQ(of_api, paths_of("all"));
}

TEST_F(RoutesTest, make_a_router_without_conflicts) {
  auto router = http::Router::make(std::move(routes));

  ASSERT_TRUE(router) << router.error().message;
}

TEST_F(RoutesTest, are_public_only_where_a_stranger_must_come_in) {
  std::set<std::string> open;
  for (const auto& route : routes)
    if (route.right.is_anyone()) open.insert(std::string(route.path));

  EXPECT_EQ(open, (std::set<std::string>{"/api/auth/login",
                                         "/api/auth/register",
                                         "/api/auth/refresh",
                                         "/api/health",
                                         "/health",
                                         "/livez",
                                         "/readyz",
                                         "/metrics",
                                         "/status",
                                         "/aiva/status-page.css",
                                         "/aiva/status-page.js",
                                         "/openapi.json",
                                         "/docs",
                                         "/docs/api",
                                         "/docs/guides/:name",
                                         "/docs/assets/:name",
                                         "/",
                                         "/console",
                                         "/console/*path",
                                         "/aiva/chat/:slugOrId",
                                         "/aiva/chat/:slugOrId/images/:filename",
                                         "/aiva/chat/:slugOrId/messages",
                                         "/aiva/chat/:slugOrId/messages/:messageId/cancel",
                                         "/aiva/chat/:slugOrId/messages/:messageId/feedback",
                                         "/aiva/chat/:slugOrId/session",
                                         "/aiva/chat/:slugOrId/turns/:turnId/events",
                                         "/aiva/chat/:slugOrId/widget",
                                         "/aiva/chat/:slugOrId/sessions",
                                         "/aiva/chat-page.css",
                                         "/aiva/chat-page.js",
                                         "/aiva/widget.js",
                                         "/aiva/call/:slugOrId",
                                         "/aiva/call/:slugOrId/keys",
                                         "/aiva/call-page.css",
                                         "/aiva/call-page.js",
                                         "/aiva/call-audio.js",
                                         "/api/shopify/oauth/callback",
                                         "/api/shopify/webhooks",
                                         "/api/shopify/webhooks/:storeId"}));
}

TEST_F(RoutesTest, are_described_as_json) {
  auto described = json::parse(describe_routes(routes, true));

  ASSERT_TRUE(described);
  ASSERT_EQ(described->as_array().size(), routes.size());
  for (const auto& route : described->as_array())
    EXPECT_FALSE(route.as_object().at("right").as_string().empty());
}

}  // namespace
}  // namespace aiva::app
