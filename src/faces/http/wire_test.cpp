#include <gtest/gtest.h>

#include <string>

#include "faces/http/testing/test_server.h"

namespace aiva::http {
namespace {

using std::chrono::milliseconds;
using testing::RawClient;
using testing::TestRequest;
using testing::TestServer;

Task<Result<Response>> greet(CallContext, Request& request) {
  co_return ok_response([&request](JsonWriter& writer) {
    writer.begin_object().field("path", request.path).field("who", request.parameter("name"));
    writer.end_object();
  });
}

// Answers what it got, so that tests see what arrived.
Task<Result<Response>> echo(CallContext, Request& request) {
  co_return text_response(200, "text/plain", request.body);
}

Task<Result<Response>> echo_query(CallContext, Request& request) {
  std::string text;
  for (const auto& [name, value] : request.query) text += name + "=" + value + ";";
  co_return text_response(200, "text/plain", std::move(text));
}

std::vector<Route> routes() {
  std::vector<Route> table;
  table.push_back({Method::get, "/greet/:name", Right::anyone(), greet});
  table.push_back({Method::post, "/echo", Right::anyone(), echo, {.body_bytes_max = 200'000}});
  table.push_back({Method::get, "/query", Right::anyone(), echo_query});
  return table;
}

std::string post_chunked(const std::string& chunks) {
  return "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
         "Transfer-Encoding: chunked\r\n\r\n" +
         chunks;
}

TEST(Server, answers_a_request) {
  TestServer server(routes());

  auto response = server.send({.target = "/greet/J%C3%BCrgen"});

  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.body, R"({"success":true,"data":{"path":"/greet/Jürgen","who":"Jürgen"}})");
  EXPECT_EQ(response.header("Content-Type"), "application/json");
  EXPECT_EQ(response.header("Content-Length"), std::to_string(response.body.size()));
  EXPECT_TRUE(response.header("Date").ends_with(" GMT"));
  EXPECT_EQ(response.header("Cache-Control"), "no-store");
  EXPECT_EQ(response.header("X-Content-Type-Options"), "nosniff");
  EXPECT_EQ(response.header("X-Frame-Options"), "DENY");
}

TEST(Server, keeps_the_connection_for_more_requests) {
  TestServer server(routes());
  auto client = server.connect();

  for (int i = 0; i < 50; ++i) {
    auto name = std::to_string(i);
    client.send(TestRequest{.target = "/greet/" + name}.text());
    auto response = client.read_response();
    ASSERT_TRUE(response);
    EXPECT_NE(response->body.find("\"who\":\"" + name + "\""), std::string::npos);
    EXPECT_EQ(response->header("Connection"), "");
  }

  EXPECT_EQ(server.server().connections(), 1U);
}

TEST(Server, answers_pipelined_requests_in_order) {
  TestServer server(routes());
  auto client = server.connect();
  std::string all;
  for (int i = 0; i < 100; ++i) {
    all += TestRequest{.target = "/greet/" + std::to_string(i)}.text();
    all += TestRequest{.method = "POST", .target = "/echo", .body = std::to_string(i)}.text();
  }

  client.send(all);

  for (int i = 0; i < 100; ++i) {
    auto greeting = client.read_response();
    ASSERT_TRUE(greeting) << i;
    EXPECT_NE(greeting->body.find("\"who\":\"" + std::to_string(i) + "\""), std::string::npos);
    auto echoed = client.read_response();
    ASSERT_TRUE(echoed) << i;
    EXPECT_EQ(echoed->body, std::to_string(i));
  }
}

TEST(Server, reads_a_request_that_comes_byte_by_byte) {
  TestServer server(routes());
  auto client = server.connect();
  auto text = TestRequest{.method = "POST", .target = "/echo", .body = "[1,2]"}.text();

  for (char c : text) client.send(std::string_view(&c, 1));

  auto response = client.read_response();
  ASSERT_TRUE(response);
  EXPECT_EQ(response->body, "[1,2]");
}

TEST(Server, closes_when_asked_to) {
  TestServer server(routes());
  auto client = server.connect();

  client.send("GET /greet/a HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");

  auto response = client.read_response();
  ASSERT_TRUE(response);
  EXPECT_EQ(response->header("Connection"), "close");
  EXPECT_TRUE(client.is_closed_by_server());
}

TEST(Server, speaks_http_1_0) {
  TestServer server(routes());
  auto client = server.connect();
  client.send("GET /greet/a HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  auto first = client.read_response();
  ASSERT_TRUE(first);
  EXPECT_EQ(first->header("Connection"), "keep-alive");

  client.send("GET /greet/b HTTP/1.0\r\n\r\n");

  auto second = client.read_response();
  ASSERT_TRUE(second);
  EXPECT_EQ(second->header("Connection"), "close");
  EXPECT_TRUE(client.is_closed_by_server());
}

TEST(Server, answers_head_like_get_without_body) {
  TestServer server(routes());
  auto client = server.connect();
  auto got = server.send({.target = "/greet/a"});

  client.send(TestRequest{.method = "HEAD", .target = "/greet/a"}.text() +
              TestRequest{.target = "/greet/b"}.text());

  auto head = client.read_response(false);
  ASSERT_TRUE(head);
  EXPECT_EQ(head->header("Content-Length"), got.header("Content-Length"));
  auto next = client.read_response();
  ASSERT_TRUE(next);
  EXPECT_NE(next->body.find("\"who\":\"b\""), std::string::npos);
}

TEST(Server, says_continue_before_the_body) {
  TestServer server(routes());
  auto client = server.connect();
  client.send(
      "POST /echo HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n"
      "Content-Type: application/json\r\nContent-Length: 4\r\n\r\n");

  auto interim = client.read_response();
  ASSERT_TRUE(interim);
  EXPECT_EQ(interim->status, 100);
  client.send("true");

  auto response = client.read_response();
  ASSERT_TRUE(response);
  EXPECT_EQ(response->body, "true");
}

TEST(Server, refuses_a_large_body_before_it_is_sent) {
  TestServer server(routes());
  auto client = server.connect();

  client.send(
      "POST /echo HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n"
      "Content-Type: application/json\r\nContent-Length: 200001\r\n\r\n");

  auto response = client.read_response();
  ASSERT_TRUE(response);
  EXPECT_EQ(response->status, 413);
  EXPECT_EQ(response->header("Connection"), "close");
}

TEST(Server, reads_chunked_bodies) {
  TestServer server(routes());
  auto client = server.connect();

  client.send(post_chunked("3\r\nabc\r\n00a;name=\"value\"\r\n0123456789\r\n0\r\nX-T: r\r\n\r\n") +
              TestRequest{.target = "/greet/next"}.text());

  auto response = client.read_response();
  ASSERT_TRUE(response);
  EXPECT_EQ(response->body, "abc0123456789");
  EXPECT_TRUE(client.read_response());
}

TEST(Server, reads_large_chunked_bodies_in_pieces) {
  TestServer server(routes());
  auto client = server.connect();
  std::string content;
  std::string chunks;
  for (int i = 0; content.size() < 150'000; ++i) {
    std::string piece(static_cast<std::size_t>(i % 977 + 1), static_cast<char>('a' + i % 26));
    char size[16];
    std::snprintf(size, sizeof size, "%zx\r\n", piece.size());
    chunks += size + piece + "\r\n";
    content += piece;
  }

  client.send(post_chunked(chunks + "0\r\n\r\n"));

  auto response = client.read_response();
  ASSERT_TRUE(response);
  EXPECT_EQ(response->body, content);
}

struct BadChunks {
  const char* name;
  std::string chunks;
  int status;
};
class BadChunkedBody : public ::testing::TestWithParam<BadChunks> {};

TEST_P(BadChunkedBody, is_refused_and_closes) {
  TestServer server(routes());
  auto client = server.connect();

  client.send(post_chunked(GetParam().chunks));

  auto response = client.read_response();
  ASSERT_TRUE(response);
  EXPECT_EQ(response->status, GetParam().status);
  EXPECT_EQ(response->header("Connection"), "close");
}

INSTANTIATE_TEST_SUITE_P(
    All, BadChunkedBody,
    ::testing::Values(BadChunks{"no_size", "\r\n", 400}, BadChunks{"letters", "xyz\r\n", 400},
                      BadChunks{"negative", "-1\r\n", 400},
                      BadChunks{"overflow", "fffffffffffffffff\r\n", 400},
                      BadChunks{"huge", "ffffffffffff\r\n", 400},
                      BadChunks{"too_much_data", "3\r\nabcd\r\n", 400},
                      BadChunks{"bare_lf", "3\nabc\n", 400},
                      BadChunks{"long_extension", "3;" + std::string(3000, 'x') + "\r\n", 400},
                      BadChunks{"many_trailers",
                                [] {
                                  std::string trailers = "0\r\n";
                                  for (int i = 0; i < 40; ++i) trailers += "X: y\r\n";
                                  return trailers + "\r\n";
                                }(),
                                400},
                      BadChunks{"too_large", "fffff\r\n" + std::string(0xfffff, 'x'), 413}),
    [](const auto& info) { return info.param.name; });

TEST(Server, knows_paths_and_methods) {
  TestServer server(routes());

  auto missing = server.send({.target = "/nowhere"});
  EXPECT_EQ(missing.status, 404);
  auto wrong = server.send({.method = "DELETE", .target = "/echo"});
  EXPECT_EQ(wrong.status, 405);
  EXPECT_EQ(wrong.header("Allow"), "POST, OPTIONS");
  auto unknown = server.send({.method = "BREW", .target = "/echo"});
  EXPECT_EQ(unknown.status, 405);
  auto options = server.send({.method = "OPTIONS", .target = "/greet/x"});
  EXPECT_EQ(options.status, 204);
  EXPECT_EQ(options.header("Allow"), "GET, HEAD, OPTIONS");
  auto all = server.send({.method = "OPTIONS", .target = "*"});
  EXPECT_EQ(all.status, 204);
}

TEST(Server, decodes_the_query) {
  TestServer server(routes());

  EXPECT_EQ(server.send({.target = "/query?a=b%20c&d=%E2%82%AC+1"}).body, "a=b c;d=€ 1;");
  EXPECT_EQ(server.send({.target = "/query?a=%ff"}).status, 400);
  EXPECT_EQ(server.send({.target = "/greet/%"}).status, 400);
  EXPECT_EQ(server.send({.target = "/greet/a%2Fb"}).status, 400);
}

TEST(Server, takes_only_json_where_json_is_wanted) {
  TestServer server(routes());

  auto form = server.send({.method = "POST",
                           .target = "/echo",
                           .body = "a=b",
                           .content_type = "application/x-www-form-urlencoded"});
  auto suffix = server.send({.method = "POST",
                             .target = "/echo",
                             .body = "{}",
                             .content_type = "application/ld+json; charset=utf-8"});

  EXPECT_EQ(form.status, 415);
  EXPECT_EQ(suffix.status, 200);
}

TEST(Server, refuses_long_targets_and_headers) {
  TestServer server(routes());

  auto target = server.send({.target = "/" + std::string(8 * 1024, 'a')});
  auto headers = server.send({.target = "/greet/a", .headers = {"X: " + std::string(17'000, 'a')}});
  auto within = server.send({.target = "/greet/a", .headers = {"X: " + std::string(15'000, 'a')}});

  EXPECT_EQ(target.status, 414);
  EXPECT_EQ(headers.status, 431);
  EXPECT_EQ(within.status, 200);
}

TEST(Server, refuses_what_could_be_smuggled) {
  TestServer server(routes());
  const char* lines[] = {
      "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n",
      "Content-Length: 4\r\nContent-Length: 4\r\n",
      "Content-Length: 4\r\n folded\r\n",
      "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n",
  };
  for (const auto* line : lines) {
    auto client = server.connect();
    client.send("POST /echo HTTP/1.1\r\nHost: a\r\n" + std::string(line) +
                "\r\n0\r\n\r\nGET /greet/smuggled HTTP/1.1\r\nHost: a\r\n\r\n");
    auto response = client.read_response();
    ASSERT_TRUE(response) << line;
    EXPECT_EQ(response->status, 400) << line;
    EXPECT_TRUE(client.is_closed_by_server()) << line;
  }
}

TEST(Server, keeps_the_connection_after_a_small_unread_body) {
  TestServer server(routes());
  auto client = server.connect();

  client.send(TestRequest{.method = "POST", .target = "/nowhere", .body = "{\"a\":1}"}.text() +
              TestRequest{.target = "/greet/a"}.text());

  auto refused = client.read_response();
  ASSERT_TRUE(refused);
  EXPECT_EQ(refused->status, 404);
  auto next = client.read_response();
  ASSERT_TRUE(next);
  EXPECT_EQ(next->status, 200);
}

TEST(Server, lets_the_client_read_the_refusal_of_a_body_it_still_sends) {
  TestServer server(routes());
  auto client = server.connect();
  std::string large(4 * 1024 * 1024, 'x');

  client.send(
      "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
      "Content-Length: 4194304\r\n\r\n");
  client.send(large);

  auto response = client.read_response();
  ASSERT_TRUE(response);
  EXPECT_EQ(response->status, 413);
}

TEST(Timeouts, end_a_head_that_comes_too_slowly) {
  TestServer server(routes(),
                    [](ServerOptions& options) { options.timeouts.header = milliseconds(100); });
  auto client = server.connect();

  client.send("GET /greet/a HTTP/1.1\r\nHost: ");

  auto response = client.read_response();
  ASSERT_TRUE(response);
  EXPECT_EQ(response->status, 408);
  EXPECT_TRUE(client.is_closed_by_server());
}

TEST(Timeouts, close_idle_connections_silently) {
  TestServer server(routes(),
                    [](ServerOptions& options) { options.timeouts.idle = milliseconds(100); });
  auto client = server.connect();
  client.send(TestRequest{.target = "/greet/a"}.text());
  ASSERT_TRUE(client.read_response());

  EXPECT_TRUE(client.is_closed_by_server());
}

TEST(Timeouts, end_a_body_that_comes_too_slowly) {
  TestServer server(
      routes(), [](ServerOptions& options) { options.timeouts.body_grace = milliseconds(100); });
  auto client = server.connect();

  client.send(
      "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
      "Content-Length: 4096\r\n\r\nabc");

  auto response = client.read_response();
  ASSERT_TRUE(response);
  EXPECT_EQ(response->status, 408);
  EXPECT_TRUE(client.is_closed_by_server());
}

TEST(ConnectionLimits, refuse_one_too_many) {
  TestServer server(routes(), [](ServerOptions& options) { options.limits.connections_max = 2; });
  auto first = server.connect();
  auto second = server.connect();
  for (auto* client : {&first, &second}) {
    client->send(TestRequest{.target = "/greet/a"}.text());
    ASSERT_TRUE(client->read_response());
  }

  auto third = server.connect();

  auto response = third.read_response();
  ASSERT_TRUE(response);
  EXPECT_EQ(response->status, 503);
  EXPECT_EQ(response->header("Retry-After"), "1");
  EXPECT_TRUE(third.is_closed_by_server());
}

TEST(ConnectionLimits, count_each_address) {
  TestServer server(routes(),
                    [](ServerOptions& options) { options.limits.connections_per_address_max = 1; });
  auto first = server.connect();
  first.send(TestRequest{.target = "/greet/a"}.text());
  ASSERT_TRUE(first.read_response());

  auto second = server.connect();

  auto refused = second.read_response();
  ASSERT_TRUE(refused);
  EXPECT_EQ(refused->status, 503);
}

TEST(ConnectionLimits, do_not_count_trusted_proxies) {
  TestServer server(routes(), [](ServerOptions& options) {
    options.limits.connections_per_address_max = 1;
    options.trusted_proxies = {"127.0.0.0/8"};
  });
  auto first = server.connect();
  first.send(TestRequest{.target = "/greet/a"}.text());
  ASSERT_TRUE(first.read_response());

  EXPECT_EQ(server.send({.target = "/greet/b"}).status, 200);
}

}  // namespace
}  // namespace aiva::http
