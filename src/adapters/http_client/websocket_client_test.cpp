#include "adapters/http_client/websocket_client.h"

#include <gtest/gtest.h>

#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/ssl/ssl_stream.hpp>
#include <boost/beast/websocket/ssl.hpp>
#include <boost/beast/websocket/stream.hpp>
#include <future>
#include <map>
#include <stop_token>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "adapters/http_client/testing/server_for_test.h"
#include "ports/testing/temporary_folder.h"

namespace aiva {
namespace {

using http_client::Peer;
using http_client::TestCertificate;
using http_client::TestServer;
using std::chrono::milliseconds;
namespace beast = boost::beast;
namespace websocket = beast::websocket;
using boost::system::error_code;
using PlainSocket = websocket::stream<boost::asio::ip::tcp::socket&>;
using TlsSocket = websocket::stream<boost::asio::ssl::stream<boost::asio::ip::tcp::socket&>&>;

// Sends everything back, until the client says "close" or goes.
template <class Socket>
void echo(Socket& socket) {
  error_code error;
  socket.read_message_max(0);
  socket.accept(error);
  while (!error) {
    beast::flat_buffer buffer;
    socket.read(buffer, error);
    if (error) return;
    if (beast::buffers_to_string(buffer.data()) == "close")
      return socket.close({websocket::close_code::going_away, "an hour is over"}, error);
    socket.text(socket.got_text());
    socket.write(buffer.data(), error);
  }
}

void serve_echo(Peer& peer) {
  if (peer.tls() != nullptr) {
    TlsSocket socket(*peer.tls());
    echo(socket);
  } else {
    PlainSocket socket(peer.socket());
    echo(socket);
  }
}

class WebSockets : public ::testing::Test {
 protected:
  Result<std::unique_ptr<OutgoingSocket>> open(const TestServer& server,
                                               OutgoingSocketRequest request = {}) {
    request.url = "ws" + server.url("/v1/realtime?model=m", host_).substr(4);
    request.may_reach_private_addresses = true;
    return sync_wait(client_->open({}, std::move(request)));
  }
  // What comes next, or how it failed.
  static std::string next(OutgoingSocket& socket, CallContext context = {}) {
    auto message = sync_wait(socket.receive(std::move(context)));
    if (!message) return "!" + std::string(to_string(message.error().code));
    if (!*message) return "closed " + std::to_string(socket.close_code()) + socket.close_reason();
    return (*message)->content;
  }
  static std::string outcome(const Result<std::unique_ptr<OutgoingSocket>>& socket) {
    return socket ? "open" : std::string(to_string(socket.error().code));
  }

  std::string host_ = "127.0.0.1";
  std::unique_ptr<WebSocketClient> client_ = std::move(*make_websocket_client());
};

TEST_F(WebSockets, carries_messages_both_ways) {
  TestServer server(serve_echo);
  auto socket = open(server);
  ASSERT_TRUE(socket.has_value()) << socket.error().cause;
  std::string large(1'000'000, 'x');

  for (int i = 0; i < 100; ++i) EXPECT_TRUE((*socket)->send({std::to_string(i)}));
  EXPECT_TRUE((*socket)->send({large, true}));
  EXPECT_TRUE((*socket)->send({"close"}));

  for (int i = 0; i < 100; ++i) EXPECT_EQ(next(**socket), std::to_string(i));
  EXPECT_TRUE(next(**socket) == large);
  EXPECT_EQ(next(**socket), "closed 1001an hour is over");
  EXPECT_FALSE((*socket)->send({"too late"}));
}

TEST_F(WebSockets, carries_them_over_tls_and_verifies_the_host) {
  TemporaryFolder folder;
  TestCertificate certificate("localhost");
  TestServer server(serve_echo, &certificate);
  host_ = "localhost";
  EXPECT_EQ(outcome(open(server)), "unavailable");

  client_ = std::move(
      *make_websocket_client({.ca_file = folder.write("ca.pem", certificate.certificate_pem)}));
  auto socket = open(server);
  ASSERT_TRUE(socket.has_value()) << socket.error().cause;
  for (int i = 0; i < 20; ++i) {
    EXPECT_TRUE((*socket)->send({std::string(5000, 'x')}));
    EXPECT_EQ(next(**socket).size(), 5000U);
  }
  host_ = "127.0.0.1";
  EXPECT_EQ(outcome(open(server)), "unavailable");
  socket->reset();
}

// Two threads send more than the network holds, to a peer that begins late to read: the one that
// finds it full leaves the rest to the loop.
TEST_F(WebSockets, keeps_messages_whole_and_in_order_when_the_peer_is_slow) {
  constexpr int messages = 200;
  TemporaryFolder folder;
  TestCertificate certificate("localhost");
  std::promise<std::vector<std::string>> heard;
  TestServer server(
      [&heard](Peer& peer) {
        TlsSocket socket(*peer.tls());
        error_code error;
        socket.read_message_max(0);
        socket.accept(error);
        std::this_thread::sleep_for(std::chrono::milliseconds(100));
        std::vector<std::string> all;
        while (!error && all.size() < 2 * messages) {
          beast::flat_buffer buffer;
          socket.read(buffer, error);
          if (!error) all.push_back(beast::buffers_to_string(buffer.data()));
        }
        heard.set_value(std::move(all));
      },
      &certificate);
  host_ = "localhost";
  client_ = std::move(
      *make_websocket_client({.ca_file = folder.write("ca", certificate.certificate_pem)}));
  auto socket = open(server, {.url = "", .queue_bytes_max = 64 * 1024 * 1024});
  ASSERT_TRUE(socket.has_value()) << socket.error().message;

  auto send_all = [&](char sender) {
    for (int number = 0; number < messages; ++number) {
      auto text = sender + std::to_string(number) + ":" +
                  std::string(static_cast<std::size_t>(number % 50) * 1000, sender);
      EXPECT_TRUE((*socket)->send({.content = std::move(text)}));
    }
  };
  {
    std::jthread first(send_all, 'a');
    std::jthread second(send_all, 'b');
  }

  auto all = heard.get_future().get();
  ASSERT_EQ(all.size(), 2U * messages);
  std::map<char, int> next;
  for (const auto& text : all) {
    auto number = next[text.front()]++;
    EXPECT_TRUE(text.substr(1).starts_with(std::to_string(number) + ":")) << text.substr(0, 20);
    auto body = text.substr(text.find(':') + 1);
    EXPECT_EQ(body, std::string(static_cast<std::size_t>(number % 50) * 1000, text.front()));
  }
}

TEST_F(WebSockets, asks_for_what_it_was_told_to) {
  std::promise<std::string> seen;
  TestServer server([&seen](Peer& peer) {
    seen.set_value(peer.read_request());
    peer.write("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
  });

  open(server,
       {.url = {}, .headers = {{"Authorization", "Bearer k"}}, .protocols = {"realtime", "media"}});

  auto request = seen.get_future().get();
  EXPECT_TRUE(request.starts_with("GET /v1/realtime?model=m HTTP/1.1\r\n")) << request;
  EXPECT_TRUE(request.contains("Authorization: Bearer k\r\n"));
  EXPECT_TRUE(request.contains("Sec-WebSocket-Protocol: realtime, media\r\n"));
  EXPECT_FALSE(request.contains("Extensions"));
}

TEST_F(WebSockets, says_how_a_server_refuses) {
  struct Case {
    const char* answer;
    const char* outcome;
  };
  const std::vector<Case> cases = {
      {"401 Unauthorized\r\nContent-Length: 0", "unauthenticated"},
      {"403 Forbidden\r\nContent-Length: 0", "forbidden"},
      {"429 Too Many Requests\r\nRetry-After: 7\r\nContent-Length: 0", "rate_limited"},
      {"503 Unavailable\r\nContent-Length: 0", "unavailable"},
      {"200 OK\r\nContent-Length: 0", "unavailable"},
      {"302 Found\r\nLocation: http://elsewhere/", "unavailable"},
      {"101 Switching\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
       "Sec-WebSocket-Accept: AAAAAAAAAAAAAAAAAAAAAAAAAAA=",
       "unavailable"},
      {"nonsense", "unavailable"}};
  for (const auto& [answer, expected] : cases) {
    TestServer server([&answer](Peer& peer) {
      peer.read_request();
      peer.write(std::string("HTTP/1.1 ") + answer + "\r\n\r\n");
    });
    auto socket = open(server);
    EXPECT_EQ(outcome(socket), expected) << answer;
    if (!socket && socket.error().code == ErrorCode::rate_limited)
      EXPECT_EQ(socket.error().retry_after_s, 7);
  }
}

TEST_F(WebSockets, guards_addresses_and_urls) {
  auto attempt = [this](std::string url, std::vector<HttpHeader> headers = {}) {
    return outcome(sync_wait(client_->open({}, {.url = std::move(url), .headers = headers})));
  };

  EXPECT_EQ(attempt("ws://127.0.0.1:9/"), "forbidden");
  EXPECT_EQ(attempt("ws://localhost:9/"), "forbidden");
  EXPECT_EQ(attempt("http://example.com/"), "invalid");
  EXPECT_EQ(attempt("ws://user:word@example.com/"), "invalid");
  EXPECT_EQ(attempt("ws://example.com/", {{"Sec-WebSocket-Key", "mine"}}), "invalid");
  EXPECT_EQ(attempt("ws://example.com/", {{"A", "b\r\nC: d"}}), "invalid");
}

TEST_F(WebSockets, says_when_the_connection_is_cut_behind_what_came) {
  TestServer server([](Peer& peer) {
    PlainSocket socket(peer.socket());
    socket.accept();
    socket.write(boost::asio::buffer(std::string("last words")));
  });
  auto socket = open(server);
  ASSERT_TRUE(socket.has_value());

  EXPECT_EQ(next(**socket), "last words");
  EXPECT_EQ(next(**socket), "!unavailable");
  EXPECT_EQ((*socket)->close_code(), 1006);
}

TEST_F(WebSockets, refuses_a_message_that_is_too_large) {
  std::promise<int> code;
  TestServer server([&code](Peer& peer) {
    PlainSocket socket(peer.socket());
    socket.accept();
    socket.write(boost::asio::buffer(std::string(1001, 'x')));
    error_code error;
    beast::flat_buffer buffer;
    socket.read(buffer, error);
    code.set_value(socket.reason().code);
  });
  auto socket = open(server, {.url = {}, .message_bytes_max = 1000});
  ASSERT_TRUE(socket.has_value());

  EXPECT_EQ(next(**socket), "!too_large");
  EXPECT_EQ(code.get_future().get(), 1009);
}

TEST_F(WebSockets, answers_pings_and_gives_up_a_peer_that_does_not) {
  std::promise<std::string> answered;
  TestServer server([&answered](Peer& peer) {
    PlainSocket socket(peer.socket());
    socket.accept();
    socket.control_callback([&](websocket::frame_type kind, beast::string_view payload) {
      if (kind == websocket::frame_type::pong) answered.set_value(std::string(payload));
    });
    socket.ping("are you there");
    error_code error;
    beast::flat_buffer buffer;
    socket.read(buffer, error);
    peer.wait_for_close();  // and answers no more pings
  });
  client_ = std::move(*make_websocket_client({.ping_interval = milliseconds(40)}));
  auto socket = open(server);
  ASSERT_TRUE(socket.has_value());

  EXPECT_EQ(answered.get_future().get(), "are you there");
  EXPECT_TRUE((*socket)->send({"go deaf"}));
  EXPECT_EQ(next(**socket), "!unavailable");
}

TEST_F(WebSockets, queues_no_more_than_it_may) {
  std::promise<void> done;
  TestServer server([&done](Peer& peer) {
    PlainSocket socket(peer.socket());
    socket.accept();
    done.get_future().wait();
  });
  auto socket = open(server, {.url = {}, .queue_bytes_max = 100'000});
  ASSERT_TRUE(socket.has_value());
  std::string message(10'000, 'x');

  std::size_t taken = 0;
  while (taken < 100'000 && (*socket)->send({message})) ++taken;

  EXPECT_GE(taken, 9U);
  EXPECT_LT(taken, 100'000U);
  done.set_value();
}

TEST_F(WebSockets, ends_a_wait_and_goes_on_after_it) {
  TestServer server(serve_echo);
  auto socket = open(server);
  ASSERT_TRUE(socket.has_value());
  std::stop_source source;
  std::promise<ErrorCode> ended;

  auto deadline = std::chrono::steady_clock::now() + milliseconds(20);
  EXPECT_EQ(next(**socket, {.deadline = deadline}), "!timeout");
  start((*socket)->receive({.cancellation = source.get_token()}),
        [&ended](std::exception_ptr, auto message) { ended.set_value((*message).error().code); });
  source.request_stop();
  EXPECT_EQ(ended.get_future().get(), ErrorCode::cancelled);

  EXPECT_TRUE((*socket)->send({"still here"}));
  EXPECT_EQ(next(**socket), "still here");
}

TEST_F(WebSockets, reads_no_further_ahead_than_it_may) {
  std::promise<std::size_t> written;
  TestServer server([&written](Peer& peer) {
    PlainSocket socket(peer.socket());
    socket.accept();
    error_code error;
    std::size_t count = 0;
    for (; count < 5000 && !error; ++count)
      socket.write(boost::asio::buffer(std::string(10'000, 'x')), error);
    written.set_value(count);
  });
  client_ = std::move(*make_websocket_client({.unread_bytes_max = 20'000}));
  auto socket = open(server);
  ASSERT_TRUE(socket.has_value());
  EXPECT_EQ(next(**socket).size(), 10'000U);

  socket->reset();

  EXPECT_LT(written.get_future().get(), 5000U);
}

TEST_F(WebSockets, closes_with_a_farewell_when_it_is_dropped) {
  std::promise<int> code;
  TestServer server([&code](Peer& peer) {
    PlainSocket socket(peer.socket());
    socket.accept();
    error_code error;
    beast::flat_buffer buffer;
    socket.read(buffer, error);
    socket.read(buffer, error);
    code.set_value(socket.reason().code);
  });
  auto socket = open(server);
  ASSERT_TRUE(socket.has_value());

  EXPECT_TRUE((*socket)->send({"goodbye"}));
  socket->reset();

  EXPECT_EQ(code.get_future().get(), 1000);
  server.wait_for_ended(1);
}

TEST_F(WebSockets, end_with_their_client) {
  TestServer server([](Peer& peer) {
    PlainSocket socket(peer.socket());
    socket.accept();
    peer.wait_for_close();
  });
  auto socket = open(server);
  ASSERT_TRUE(socket.has_value());

  socket->reset();
  client_.reset();

  server.wait_for_ended(1);
}

}  // namespace
}  // namespace aiva
