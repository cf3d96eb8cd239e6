#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/websocket/stream.hpp>
#include <thread>

#include "faces/http/testing/gate.h"
#include "faces/http/testing/test_server.h"

namespace aiva::http {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
using testing::Gate;
using testing::TestRequest;
using testing::TestServer;

// A blocking WebSocket client.
class Client {
 public:
  explicit Client(std::uint16_t port) {
    stream_.next_layer().connect({asio::ip::address_v4::loopback(), port});
  }
  boost::system::error_code open(const std::string& target, const std::string& token = {}) {
    boost::system::error_code error;
    if (!token.empty())
      stream_.set_option(beast::websocket::stream_base::decorator(
          [token](beast::websocket::request_type& request) {
            request.set("Authorization", "Bearer " + token);
          }));
    stream_.handshake(response_, "test", target, error);
    return error;
  }
  void send(std::string_view text, bool is_binary = false) {
    stream_.binary(is_binary);
    stream_.write(asio::buffer(text));
  }
  std::string receive() {
    boost::system::error_code error;
    beast::flat_buffer buffer;
    stream_.read(buffer, error);
    return error ? "closed " + std::to_string(stream_.reason().code)
                 : beast::buffers_to_string(buffer.data());
  }
  void close() { stream_.close(beast::websocket::close_code::normal); }
  void vanish() { stream_.next_layer().close(); }
  beast::websocket::response_type& response() { return response_; }
  auto& stream() { return stream_; }

 private:
  asio::io_context context_;
  beast::websocket::stream<asio::ip::tcp::socket> stream_{context_};
  beast::websocket::response_type response_;
};

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

std::vector<WebSocketRoute> routes(Gate& gate) {
  std::vector<WebSocketRoute> table;
  table.push_back({"/echo/:name", Right::anyone(), echo, {.message_bytes_max = 100'000}});
  table.push_back({"/private", Right::signed_in(), echo});
  table.push_back({"/wait", Right::anyone(), [&gate](CallContext context, Request&, WebSocket&) {
                     return wait_at(gate, context);
                   }});
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
  EXPECT_TRUE(Client(server_.server().port()).open("/private", "wrong"));
  EXPECT_FALSE(Client(server_.server().port()).open("/private", "token"));
  EXPECT_FALSE(Client(server_.server().port()).open("/private?access_token=token"));
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
