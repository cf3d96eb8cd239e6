#include <gtest/gtest.h>

#include <thread>

#include "faces/http/testing/gate.h"
#include "faces/http/testing/test_server.h"
#include "faces/http/testing/websocket_client.h"

namespace aiva::http {
namespace {

using testing::Gate;
using testing::TestRequest;
using testing::TestServer;

using Client = testing::WebSocketClient;

Task<void> echo(CallContext, Request&, WebSocket& socket) {
  for (;;) {
    auto message = co_await socket.receive();
    if (!message || !*message) co_return;
    auto& content = **message;
    if (content.content == "bye") {
      co_await socket.close(CloseCode::policy_violation, "as you wish");
      co_return;
    }
    auto sent = co_await socket.send(std::move(content));
    if (!sent) co_return;
  }
}

Task<void> wait_at(Gate& gate, CallContext context) {
  [[maybe_unused]] auto passed = co_await gate.pass(context);
}

Task<void> flood(CallContext, Request&, WebSocket& socket) {
  std::size_t queued = 0;
  while (socket.try_send({std::string(1000, 'x')})) ++queued;
  [[maybe_unused]] auto sent = co_await socket.send({std::to_string(queued)});
}

Task<void> tell_protocol(CallContext, Request&, WebSocket& socket) {
  [[maybe_unused]] auto sent = co_await socket.send({"spoken " + std::string(socket.protocol())});
}

Task<Result<void>> admit(CallContext, Request& request) {
  if (!request.query_text("ok")) co_return fail(ErrorCode::not_found, "There is no such line");
  co_return Result<void>{};
}

std::vector<WebSocketRoute> routes(Gate& gate) {
  std::vector<WebSocketRoute> table;
  table.push_back({"/echo/:name", Right::anyone(), echo, {.message_bytes_max = 100'000}});
  table.push_back({"/private", Right::signed_in(), echo});
  table.push_back({"/wait", Right::anyone(), [&gate](CallContext context, Request&, WebSocket&) {
                     return wait_at(gate, context);
                   }});
  table.push_back(
      {"/spoken", Right::anyone(), tell_protocol, {.protocols = {"realtime", "media"}}});
  table.push_back({"/asked", Right::anyone(), echo, {.admission = admit}});
  table.push_back({"/flood", Right::anyone(), flood, {.queue_bytes_max = 10'000}});
  return table;
}

class WebSockets : public ::testing::Test {
 protected:
  Gate gate_;
  TestServer server_{{}, {}, routes(gate_)};
};

TEST_F(WebSockets, carry_messages_both_ways) {
  Client client(server_.server().port());
  ASSERT_FALSE(client.open("/echo/a"));
  EXPECT_NE(client.response()["X-Request-Id"], "");

  for (auto size : {0U, 1U, 125U, 126U, 65'535U, 65'536U, 100'000U}) {
    std::string text(size, 'm');
    client.send(text);
    EXPECT_EQ(client.receive(), text);
    EXPECT_TRUE(client.stream().got_text());
  }
  client.send(std::string("\0\xff", 2), true);
  EXPECT_EQ(client.receive(), std::string("\0\xff", 2));
  EXPECT_TRUE(client.stream().got_binary());
  client.close();
}

TEST_F(WebSockets, are_closed_by_the_handler_with_its_reason) {
  Client client(server_.server().port());
  ASSERT_FALSE(client.open("/echo/a"));

  client.send("bye");

  EXPECT_EQ(client.receive(), "closed 1008");
  EXPECT_EQ(client.stream().reason().reason, "as you wish");
}

TEST_F(WebSockets, are_closed_when_a_message_is_too_large) {
  Client client(server_.server().port());
  ASSERT_FALSE(client.open("/echo/a"));

  client.send(std::string(100'001, 'x'));

  EXPECT_EQ(client.receive(), "closed 1009");
}

TEST_F(WebSockets, are_closed_on_text_that_is_no_utf8) {
  Client client(server_.server().port());
  ASSERT_FALSE(client.open("/echo/a"));

  client.send("\xff\xfe");

  EXPECT_EQ(client.receive(), "closed 1007");
}

TEST_F(WebSockets, bound_what_is_queued) {
  Client client(server_.server().port());
  ASSERT_FALSE(client.open("/flood"));

  std::string last;
  std::size_t received = 0;
  for (auto text = client.receive(); !text.starts_with("closed"); text = client.receive()) {
    last = text;
    ++received;
  }

  EXPECT_EQ(last, "10");
  EXPECT_EQ(received, 11U);
}

TEST_F(WebSockets, need_the_right_of_their_route) {
  server_.authenticator.add("token", {.user = UserId::make()});

  EXPECT_TRUE(Client(server_.server().port()).open("/private"));
  EXPECT_TRUE(Client(server_.server().port()).open("/private", "Bearer wrong"));
  EXPECT_TRUE(Client(server_.server().port()).open("/private", "Basic not-base64"));
  EXPECT_FALSE(Client(server_.server().port()).open("/private", "Bearer token"));
  EXPECT_FALSE(Client(server_.server().port()).open("/private?access_token=token"));
  EXPECT_FALSE(Client(server_.server().port()).open("/private", "Basic cGJ4OnRva2Vu"));
  EXPECT_FALSE(Client(server_.server().port())
                   .open("/private", {}, "realtime, openai-insecure-api-key.token"));
}

TEST_F(WebSockets, agree_on_a_protocol_both_know) {
  auto agreed = [this](const std::string& offered) {
    Client client(server_.server().port());
    EXPECT_FALSE(client.open("/spoken", {}, offered));
    auto answered = std::string(client.response()["Sec-WebSocket-Protocol"]);
    EXPECT_EQ(client.receive(), "spoken " + answered);
    return answered;
  };

  EXPECT_EQ(agreed("media"), "media");
  EXPECT_EQ(agreed("openai-insecure-api-key.x, media, realtime"), "realtime");
  EXPECT_EQ(agreed("chat"), "");
  EXPECT_EQ(agreed(""), "");
}

TEST_F(WebSockets, may_be_refused_before_the_handshake) {
  EXPECT_FALSE(Client(server_.server().port()).open("/asked?ok=1"));

  auto refused = server_.send(
      {.target = "/asked",
       .headers = {"Connection: upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13",
                   "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="}});
  EXPECT_EQ(refused.status, 404);
}

TEST_F(WebSockets, need_an_upgrade) {
  auto plain = server_.send({.target = "/echo/a"});
  auto keyless =
      server_.send({.target = "/echo/a", .headers = {"Connection: upgrade", "Upgrade: websocket"}});

  EXPECT_EQ(plain.status, 426);
  EXPECT_EQ(plain.header("Upgrade"), "websocket");
  EXPECT_EQ(keyless.status, 400);
}

TEST_F(WebSockets, cancel_their_call_when_the_peer_vanishes) {
  Client client(server_.server().port());
  ASSERT_FALSE(client.open("/wait"));
  gate_.wait_for_arrival();

  client.vanish();

  gate_.wait_for_leave();
}

TEST_F(WebSockets, go_away_when_the_server_drains) {
  Client client(server_.server().port());
  ASSERT_FALSE(client.open("/echo/a"));
  client.send("x");
  EXPECT_EQ(client.receive(), "x");
  std::string last;
  std::thread reader([&client, &last] { last = client.receive(); });

  server_.server().drain(std::chrono::seconds(10));

  reader.join();
  EXPECT_EQ(last, "closed 1001");
  EXPECT_EQ(server_.server().connections(), 0U);
}

}  // namespace
}  // namespace aiva::http
