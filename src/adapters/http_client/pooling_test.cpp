#include <gtest/gtest.h>

#include <future>
#include <string>
#include <vector>

#include "adapters/http_client/http_client.h"
#include "adapters/http_client/testing/server_for_test.h"

namespace aiva {
namespace {

using http_client::Peer;
using http_client::TestServer;
using std::chrono::milliseconds;

std::unique_ptr<HttpClient> make(HttpClientOptions options = {}) {
  auto client = make_http_client(std::move(options));
  AIVA_ASSERT(client.has_value());
  return std::move(*client);
}

Result<HttpResponse> send(HttpClient& client, const TestServer& server,
                          const std::string& method = "GET") {
  HttpRequest request{.method = method, .url = server.url(), .may_reach_private_addresses = true};
  return sync_wait(client.send({}, std::move(request)));
}

std::future<Result<HttpResponse>> send_later(HttpClient& client, const TestServer& server,
                                             milliseconds timeout = milliseconds(30000)) {
  HttpRequest request{.url = server.url(), .timeout = timeout, .may_reach_private_addresses = true};
  auto promise = std::make_shared<std::promise<Result<HttpResponse>>>();
  start(client.send({}, std::move(request)),
        [promise](std::exception_ptr, std::optional<Result<HttpResponse>> response) {
          promise->set_value(std::move(*response));
        });
  return promise->get_future();
}

void serve_ok(Peer& peer) {
  while (!peer.read_request().empty()) peer.answer("ok");
}

TEST(Pooling, uses_a_connection_again) {
  TestServer server(serve_ok);
  auto client = make();

  for (int i = 0; i < 5; ++i) EXPECT_EQ(send(*client, server)->body, "ok");

  EXPECT_EQ(server.connections(), 1);
  client.reset();
}

TEST(Pooling, shows_how_long_connections_took_but_not_those_used_again) {
  TestServer server(serve_ok);
  Metrics metrics;
  auto& seconds = metrics.histogram("connect_seconds", "", {1});
  auto client = make({.connect_seconds = &seconds});

  for (int i = 0; i < 3; ++i) EXPECT_EQ(send(*client, server)->body, "ok");

  EXPECT_NE(metrics.to_prometheus_text().find("\nconnect_seconds_count 1\n"), std::string::npos);
  client.reset();
}

TEST(Pooling, opens_a_new_connection_when_the_server_closes) {
  TestServer server([](Peer& peer) {
    while (!peer.read_request().empty()) peer.answer("ok", "Connection: close\r\n");
  });
  auto client = make();

  EXPECT_EQ(send(*client, server)->body, "ok");
  EXPECT_EQ(send(*client, server)->body, "ok");

  EXPECT_EQ(server.connections(), 2);
}

TEST(Pooling, keeps_no_connection_that_says_more_than_asked) {
  TestServer server([](Peer& peer) {
    peer.read_request();
    peer.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 200 OK\r\n\r\nsmuggled");
    peer.wait_for_close();
  });
  auto client = make();

  EXPECT_EQ(send(*client, server)->body, "ok");
  EXPECT_EQ(send(*client, server)->body, "ok");

  EXPECT_EQ(server.connections(), 2);
}

TEST(Pooling, notices_that_an_idle_connection_was_closed) {
  TestServer server([](Peer& peer) {
    peer.read_request();
    peer.answer("ok");
  });
  auto client = make();
  ASSERT_EQ(send(*client, server)->body, "ok");
  server.wait_for_ended(1);

  EXPECT_EQ(send(*client, server, "POST")->body, "ok");
}

// A server that answers the first request of its first connection and then only reads.
TestServer::Serve make_deaf_server(std::atomic<int>& requests) {
  return [&requests, connection = std::make_shared<std::atomic<int>>(0)](Peer& peer) {
    bool is_first = ++*connection == 1;
    for (int i = 0; !peer.read_request().empty(); ++i) {
      ++requests;
      if (is_first && i > 0) return;
      peer.answer("ok");
    }
  };
}

TEST(Pooling, sends_a_harmless_call_again_when_its_old_connection_dies) {
  std::atomic<int> requests = 0;
  TestServer server(make_deaf_server(requests));
  auto client = make();
  ASSERT_EQ(send(*client, server)->body, "ok");

  EXPECT_EQ(send(*client, server, "GET")->body, "ok");

  EXPECT_EQ(requests, 3);
  client.reset();
}

TEST(Pooling, never_sends_a_call_with_effects_twice) {
  std::atomic<int> requests = 0;
  TestServer server(make_deaf_server(requests));
  auto client = make();
  ASSERT_EQ(send(*client, server)->body, "ok");

  auto response = send(*client, server, "POST");

  ASSERT_FALSE(response.has_value());
  EXPECT_EQ(response.error().code, ErrorCode::unavailable);
  EXPECT_EQ(requests, 2);
}

TEST(Pooling, sends_nothing_again_on_a_fresh_connection) {
  std::atomic<int> requests = 0;
  TestServer server([&requests](Peer& peer) {
    peer.read_request();
    ++requests;
  });
  auto client = make();

  EXPECT_FALSE(send(*client, server, "GET").has_value());

  EXPECT_EQ(requests, 1);
}

TEST(Pooling, makes_calls_wait_for_a_free_connection) {
  TestServer server(serve_ok);
  auto client = make({.connections_per_host_max = 2});
  std::vector<std::future<Result<HttpResponse>>> responses;

  for (int i = 0; i < 50; ++i) responses.push_back(send_later(*client, server));

  for (auto& response : responses) EXPECT_EQ(response.get()->body, "ok");
  EXPECT_LE(server.connections(), 2);
  client.reset();
}

TEST(Pooling, refuses_calls_when_too_many_wait) {
  std::promise<void> arrived;
  std::promise<void> may_answer;
  TestServer server([&](Peer& peer) {
    peer.read_request();
    arrived.set_value();
    may_answer.get_future().wait();
    peer.answer("ok");
    serve_ok(peer);
  });
  auto client = make({.connections_per_host_max = 1, .waiting_per_host_max = 1});
  auto first = send_later(*client, server);
  arrived.get_future().wait();
  auto second = send_later(*client, server);

  auto third = send_later(*client, server).get();

  ASSERT_FALSE(third.has_value());
  EXPECT_EQ(third.error().code, ErrorCode::unavailable);
  may_answer.set_value();
  EXPECT_TRUE(first.get().has_value());
  EXPECT_TRUE(second.get().has_value());
  client.reset();
}

TEST(Pooling, frees_the_place_of_a_call_that_gave_up_waiting) {
  std::promise<void> arrived;
  std::promise<void> may_answer;
  TestServer server([&](Peer& peer) {
    peer.read_request();
    arrived.set_value();
    may_answer.get_future().wait();
    peer.answer("ok");
    serve_ok(peer);
  });
  auto client = make({.connections_per_host_max = 1, .waiting_per_host_max = 1});
  auto first = send_later(*client, server);
  arrived.get_future().wait();

  auto impatient = send_later(*client, server, milliseconds(30)).get();
  auto patient = send_later(*client, server);

  ASSERT_FALSE(impatient.has_value());
  EXPECT_EQ(impatient.error().code, ErrorCode::timeout);
  may_answer.set_value();
  EXPECT_TRUE(first.get().has_value());
  EXPECT_TRUE(patient.get().has_value());
  client.reset();
}

TEST(Pooling, closes_connections_that_stay_idle) {
  TestServer server(serve_ok);
  auto client = make({.idle_time_max = milliseconds(20)});

  ASSERT_TRUE(send(*client, server).has_value());

  server.wait_for_ended(1);
  EXPECT_EQ(send(*client, server)->body, "ok");
  EXPECT_EQ(server.connections(), 2);
  client.reset();
}

TEST(Pooling, bounds_the_connections_it_keeps_idle) {
  TestServer one(serve_ok);
  TestServer two(serve_ok);
  auto client = make({.idle_connections_max = 1});
  ASSERT_TRUE(send(*client, one).has_value());

  ASSERT_TRUE(send(*client, two).has_value());

  one.wait_for_ended(1);
  client.reset();
}

TEST(Pooling, serves_many_calls_on_several_threads) {
  TestServer server(serve_ok);
  auto client = make({.threads = 3});
  std::vector<std::future<Result<HttpResponse>>> responses;

  for (int i = 0; i < 60; ++i) responses.push_back(send_later(*client, server));

  for (auto& response : responses) EXPECT_EQ(response.get()->body, "ok");
  client.reset();
}

}  // namespace
}  // namespace aiva
