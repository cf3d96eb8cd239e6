#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/websocket/ssl.hpp>
#include <boost/beast/websocket/stream.hpp>

#include "faces/http/testing/self_signed.h"
#include "faces/http/testing/test_server.h"

namespace aiva::http {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
using testing::TestServer;

Task<void> echo_twice(CallContext, Request&, WebSocket& socket) {
  for (;;) {
    auto message = co_await socket.receive();
    if (!message || !*message) co_return;
    auto again = **message;
    auto first = co_await socket.send(std::move(again));
    auto second = co_await socket.send(std::move(**message));
    if (!first || !second) co_return;
  }
}

std::vector<WebSocketRoute> routes() {
  std::vector<WebSocketRoute> table;
  table.push_back({"/echo", Right::anyone(), echo_twice, {.message_bytes_max = 1'000'000}});
  return table;
}

// A blocking WebSocket client over TLS.
class SecureClient {
 public:
  explicit SecureClient(std::uint16_t port) {
    tcp().connect({asio::ip::address_v4::loopback(), port});
    stream_.next_layer().handshake(asio::ssl::stream_base::client);
    stream_.handshake("test", "/echo");
  }
  void send(std::string_view text) { stream_.write(asio::buffer(text)); }
  std::string receive() {
    beast::flat_buffer buffer;
    boost::system::error_code error;
    stream_.read(buffer, error);
    return error ? error.message() : beast::buffers_to_string(buffer.data());
  }
  void ping() { stream_.ping({}); }
  void close() { stream_.close(beast::websocket::close_code::normal); }
  // Ends the connection as a lost network does.
  void vanish() {
    tcp().set_option(asio::socket_base::linger(true, 0));
    tcp().close();
  }

 private:
  asio::ip::tcp::socket& tcp() { return stream_.next_layer().next_layer(); }

  asio::io_context context_;
  asio::ssl::context tls_{asio::ssl::context::tls_client};
  beast::websocket::stream<asio::ssl::stream<asio::ip::tcp::socket>> stream_{context_, tls_};
};

class SecureWebSockets : public ::testing::Test {
 protected:
  testing::SelfSigned files_;
  TestServer server_{{},
                     [this](ServerOptions& options) {
                       options.tls = TlsFiles{files_.certificate(), files_.private_key()};
                     },
                     routes()};
};

TEST_F(SecureWebSockets, carry_messages_both_ways) {
  SecureClient client(server_.server().port());

  for (auto size : {1U, 65'536U, 500'000U}) {
    std::string text(size, 'm');
    client.send(text);
    client.ping();
    EXPECT_TRUE(client.receive() == text) << size;
    EXPECT_TRUE(client.receive() == text) << size;
  }
  client.close();
}

TEST_F(SecureWebSockets, outlive_clients_that_vanish_amid_an_answer) {
  for (int i = 0; i < 20; ++i) {
    SecureClient client(server_.server().port());
    client.send(std::string(500'000, 'm'));
    if (i % 2 == 0) client.ping();
    client.vanish();
  }

  SecureClient after(server_.server().port());
  after.send("still there");
  EXPECT_EQ(after.receive(), "still there");
}

}  // namespace
}  // namespace aiva::http
