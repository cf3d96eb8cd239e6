#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "adapters/memory/memory_cache.h"
#include "faces/http/server.h"
#include "faces/http/testing/raw_client.h"
#include "foundation/crypto.h"
#include "ports/clock.h"

namespace aiva::http::testing {

// Knows the callers it was told; every other secret is refused.
class FakeAuthenticator final : public Authenticator {
 public:
  void add(std::string secret, identity::Principal principal) {
    principals_[std::move(secret)] = std::make_shared<identity::Principal>(std::move(principal));
  }
  Task<Result<std::shared_ptr<const identity::Principal>>> authenticate(
      CallContext, Credential credential) override {
    auto found = principals_.find(std::string(credential.secret));
    if (found == principals_.end())
      co_return fail(ErrorCode::unauthenticated, "The credentials are not valid");
    co_return found->second;
  }

 private:
  std::map<std::string, std::shared_ptr<const identity::Principal>> principals_;
};

// A request as a test writes it down.
struct TestRequest {
  std::string method = "GET";
  std::string target = "/";
  std::vector<std::string> headers{};  // "Name: value"
  std::string body{};
  std::string content_type = "application/json";  // of a body that is not empty

  [[nodiscard]] std::string text() const {
    std::string out = method + " " + target + " HTTP/1.1\r\nHost: test\r\n";
    for (const auto& header : headers) out += header + "\r\n";
    if (!body.empty())
      out += "Content-Type: " + content_type +
             "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n";
    return out + "\r\n" + body;
  }
};

// The real server on a free loopback port with one event loop, quick timeouts and no rate limits,
// for tests of routes over the wire.
class TestServer {
 public:
  using Change = std::function<void(ServerOptions&)>;

  explicit TestServer(std::vector<Route> routes, const Change& change = {},
                      std::vector<WebSocketRoute> websocket_routes = {},
                      idempotency::Idempotency* keys = nullptr, Tracer* tracer = nullptr) {
    ServerOptions options;
    options.port = 0;
    options.threads = 1;
    options.staging_folder = folder_;
    options.has_access_log = false;
    options.timeouts.tick = std::chrono::milliseconds(20);
    options.rates.anonymous.calls_max = 0;
    options.rates.login.calls_max = 0;
    options.rates.register_.calls_max = 0;
    if (change) change(options);
    auto router = Router::make(std::move(routes), std::move(websocket_routes));
    if (!router) {
      ADD_FAILURE() << router.error().message;
      return;
    }
    auto server = make_server(options, std::move(*router),
                              {authenticator, *cache, metrics, files, lifecycle, keys, tracer});
    if (server)
      server_ = std::move(*server);
    else
      ADD_FAILURE() << server.error().message << " " << server.error().cause;
  }
  ~TestServer() {
    server_.reset();
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }
  TestServer(const TestServer&) = delete;
  TestServer& operator=(const TestServer&) = delete;

  Server& server() { return *server_; }
  void stop() { server_.reset(); }
  [[nodiscard]] const std::filesystem::path& staging_folder() const { return folder_; }
  [[nodiscard]] RawClient connect() const { return RawClient(server_->port()); }
  [[nodiscard]] std::size_t staged_files() const {
    std::size_t count = 0;
    for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator(folder_)) ++count;
    return count;
  }

  // Sends one request on a connection of its own.
  RawResponse send(const TestRequest& request) {
    auto client = connect();
    client.send(request.text());
    auto response = client.read_response(request.method != "HEAD");
    if (!response) ADD_FAILURE() << "no answer to " << request.method << " " << request.target;
    return response.value_or(RawResponse{});
  }

  FakeAuthenticator authenticator;
  SystemClock clock;
  std::unique_ptr<Cache> cache = make_memory_cache({}, clock);
  Metrics metrics;
  ThreadPool files{{.name = "files", .threads = 1}};
  Lifecycle lifecycle;

 private:
  std::filesystem::path folder_ =
      std::filesystem::temp_directory_path() / ("aiva-http-" + random_token(9));
  std::unique_ptr<Server> server_;
};

}  // namespace aiva::http::testing
