#include <gtest/gtest.h>

#include <random>

#include "faces/http/testing/test_server.h"

namespace aiva::http {
namespace {

using std::chrono::milliseconds;
using testing::TestRequest;
using testing::TestServer;

constexpr int mutations = 10'000;

Task<Result<Response>> parse(CallContext, Request& request) {
  CO_TRY_VOID(request.page());
  CO_TRY(auto value, request.json());
  co_return json_response(200, json::to_text(value));
}

Task<Result<Response>> take_form(CallContext, Request& request) {
  co_return json_response(200, std::to_string(request.form->files.size()));
}

std::vector<Route> routes() {
  std::vector<Route> table;
  table.push_back({Method::post, "/parse/:id", Right::anyone(), parse});
  table.push_back(
      {Method::post, "/form", Right::anyone(), take_form, {.body = BodyKind::multipart}});
  return table;
}

std::vector<std::string> seeds() {
  auto json = TestRequest{.method = "POST",
                          .target = "/parse/a%20b?page=1&limit=5",
                          .headers = {"Accept-Encoding: gzip", "X-API-Key: k", "Origin: https://a",
                                      "traceparent: 00-0af7651916cd43dd8448eb211c80319c-"
                                      "b7ad6b7169203331-01"},
                          .body = R"({"name":"value","list":[1,2.5,null,true,"\u00e9"]})"};
  TestRequest form{.method = "POST",
                   .target = "/form",
                   .body =
                       "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a\"\r\n"
                       "\r\ncontent\r\n--b--\r\n",
                   .content_type = "multipart/form-data; boundary=b"};
  std::string chunked =
      "POST /parse/1 HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
      "Transfer-Encoding: chunked\r\nExpect: 100-continue\r\n\r\n4\r\n[1,2\r\n1\r\n]\r\n0\r\n\r\n";
  std::string websocket =
      "GET /socket HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
      "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
      "\x81\x82"
      "abcd"
      "\x03\x0b";
  return {json.text(), form.text(), chunked, json.text() + form.text(), websocket};
}

// Changes, drops, repeats or inserts a few bytes.
std::string mutate(std::string text, std::mt19937& random) {
  constexpr std::string_view spices =
      "\r\n\0 :;,%/?=&\"\x80\xff"
      "09afAFzZ-";
  int changes = 1 + static_cast<int>(random() % 6);
  for (int i = 0; i < changes && !text.empty(); ++i) {
    auto at = random() % text.size();
    switch (random() % 6) {
      case 0: text[at] = static_cast<char>(random()); break;
      case 1: text.erase(at, 1 + random() % 8); break;
      case 2: text.insert(at, 1 + random() % 8, spices[random() % spices.size()]); break;
      case 3: text.insert(at, text.substr(at, 1 + random() % 64)); break;
      case 4: text[at] = spices[random() % spices.size()]; break;
      default: text.resize(at); break;
    }
  }
  return text;
}

Task<void> drop(CallContext, Request&, WebSocket& socket) {
  [[maybe_unused]] auto message = co_await socket.receive();
}

TEST(HostileInput, of_ten_thousand_kinds_harms_nothing) {
  TestServer server(routes(),
                    [](ServerOptions& options) {
                      options.timeouts.header = milliseconds(100);
                      options.timeouts.body_grace = milliseconds(100);
                    },
                    {{"/socket", Right::anyone(), drop}});
  std::mt19937 random(20251103);
  auto originals = seeds();

  for (int i = 0; i < mutations; ++i) {
    auto client = server.connect();
    ASSERT_TRUE(client.is_connected()) << i;
    client.send(mutate(originals[static_cast<std::size_t>(i) % originals.size()], random));
    client.shut_down_sending();
    if (auto response = client.read_response()) {
      EXPECT_TRUE(response->status < 500 || response->status == 501 || response->status == 505)
          << response->status << response->body;
    }
  }

  EXPECT_EQ(server.send({.method = "POST", .target = "/parse/1", .body = "{}"}).status, 200);
  server.server().drain(std::chrono::seconds(10));
  EXPECT_EQ(server.server().connections(), 0U);
  EXPECT_EQ(server.staged_files(), 0U);
}

}  // namespace
}  // namespace aiva::http
