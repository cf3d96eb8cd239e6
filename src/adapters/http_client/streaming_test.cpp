#include <gtest/gtest.h>

#include <future>
#include <string>

#include "adapters/http_client/http_client.h"
#include "adapters/http_client/testing/server_for_test.h"

namespace aiva {
namespace {

using http_client::Peer;
using http_client::TestServer;
using std::chrono::milliseconds;

class Streaming : public ::testing::Test {
 protected:
  Result<std::unique_ptr<HttpStream>> open(const TestServer& server,
                                           milliseconds timeout = milliseconds(30000)) {
    HttpRequest request{
        .url = server.url(), .timeout = timeout, .may_reach_private_addresses = true};
    return sync_wait(client_->open({}, std::move(request)));
  }
  static Result<std::string> read_all(HttpStream& stream) {
    std::string body;
    for (;;) {
      TRY(auto piece, sync_wait(stream.next({})));
      if (!piece) return body;
      body += *piece;
    }
  }

  std::unique_ptr<HttpClient> client_ = std::move(*make_http_client());
};

TEST_F(Streaming, hands_out_a_piece_before_the_next_is_sent) {
  std::promise<void> first_was_read;
  TestServer server([&first_was_read](Peer& peer) {
    peer.read_request();
    peer.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nX-Kind: s\r\n\r\n3\r\none\r\n");
    first_was_read.get_future().wait();
    peer.write("3\r\ntwo\r\n0\r\n\r\n");
    peer.wait_for_close();
  });

  auto stream = open(server);
  ASSERT_TRUE(stream.has_value()) << stream.error().cause;
  EXPECT_EQ((*stream)->head().status, 200);
  EXPECT_EQ((*stream)->head().header("x-kind"), "s");
  auto first = sync_wait((*stream)->next({}));
  first_was_read.set_value();

  EXPECT_EQ(*first, "one");
  EXPECT_EQ(read_all(**stream).value_or("failed"), "two");
  EXPECT_EQ(*sync_wait((*stream)->next({})), std::nullopt);
  client_.reset();
}

TEST_F(Streaming, gives_the_connection_back_at_the_end) {
  TestServer server([](Peer& peer) {
    while (!peer.read_request().empty()) peer.answer("ok");
  });

  for (int i = 0; i < 3; ++i) {
    auto stream = open(server);
    ASSERT_TRUE(stream.has_value());
    EXPECT_EQ(read_all(**stream).value_or("failed"), "ok");
  }

  EXPECT_EQ(server.connections(), 1);
  client_.reset();
}

TEST_F(Streaming, closes_the_connection_when_it_is_dropped) {
  TestServer server([](Peer& peer) {
    peer.read_request();
    peer.write("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nbegin");
    peer.wait_for_close();
  });
  auto stream = open(server);
  ASSERT_TRUE(stream.has_value());

  stream->reset();

  server.wait_for_ended(1);
}

TEST_F(Streaming, reads_no_more_than_it_is_asked_for) {
  constexpr std::size_t body_bytes = 64 * 1024 * 1024;
  std::promise<std::size_t> written;
  TestServer server([&written](Peer& peer) {
    peer.read_request();
    peer.write("HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body_bytes) + "\r\n\r\n");
    written.set_value(peer.write(std::string(body_bytes, 'x')));
  });
  HttpRequest request{
      .url = server.url(), .response_bytes_max = body_bytes, .may_reach_private_addresses = true};
  auto stream = sync_wait(client_->open({}, std::move(request)));
  ASSERT_TRUE(stream.has_value());

  auto piece = sync_wait((*stream)->next({}));
  stream->reset();

  ASSERT_TRUE(piece.has_value());
  EXPECT_LE((*piece)->size(), 64U * 1024U);
  EXPECT_LT(written.get_future().get(), body_bytes / 2);
}

TEST_F(Streaming, says_when_the_body_breaks_off_and_keeps_saying_so) {
  TestServer server([](Peer& peer) {
    peer.read_request();
    peer.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\none\r\n");
  });
  auto stream = open(server);
  ASSERT_TRUE(stream.has_value());

  EXPECT_EQ(*sync_wait((*stream)->next({})), "one");
  for (int i = 0; i < 2; ++i) {
    auto broken = sync_wait((*stream)->next({}));
    ASSERT_FALSE(broken.has_value());
    EXPECT_EQ(broken.error().code, ErrorCode::unavailable);
  }
}

TEST_F(Streaming, times_out_within_the_body) {
  TestServer server([](Peer& peer) {
    peer.read_request();
    peer.write("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nbegin");
    peer.wait_for_close();
  });
  auto stream = open(server, milliseconds(150));
  ASSERT_TRUE(stream.has_value());

  EXPECT_EQ(*sync_wait((*stream)->next({})), "begin");
  auto late = sync_wait((*stream)->next({}));

  ASSERT_FALSE(late.has_value());
  EXPECT_EQ(late.error().code, ErrorCode::timeout);
  server.wait_for_ended(1);
}

TEST_F(Streaming, keeps_the_deadline_of_each_piece) {
  TestServer server([](Peer& peer) {
    peer.read_request();
    peer.write("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nbegin");
    peer.wait_for_close();
  });
  auto stream = open(server);
  ASSERT_TRUE(stream.has_value());
  auto in = [](milliseconds time) {
    return CallContext{.deadline = std::chrono::steady_clock::now() + time};
  };

  EXPECT_EQ(*sync_wait((*stream)->next(in(milliseconds(20'000)))), "begin");
  auto late = sync_wait((*stream)->next(in(milliseconds(50))));

  ASSERT_FALSE(late.has_value());
  EXPECT_EQ(late.error().code, ErrorCode::timeout);
  server.wait_for_ended(1);
}

TEST_F(Streaming, hands_nothing_to_a_caller_who_has_given_up) {
  TestServer server([](Peer& peer) {
    peer.read_request();
    peer.write("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nbegin");
    peer.wait_for_close();
  });
  auto stream = open(server);
  ASSERT_TRUE(stream.has_value());
  std::stop_source source;
  source.request_stop();

  auto piece = sync_wait((*stream)->next({.cancellation = source.get_token()}));

  ASSERT_FALSE(piece.has_value());
  EXPECT_EQ(piece.error().code, ErrorCode::cancelled);
  server.wait_for_ended(1);
}

TEST_F(Streaming, stops_reading_when_the_caller_gives_up) {
  TestServer server([](Peer& peer) {
    peer.read_request();
    peer.write("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nbegin");
    peer.wait_for_close();
  });
  auto stream = open(server);
  ASSERT_TRUE(stream.has_value());
  ASSERT_TRUE(sync_wait((*stream)->next({})).has_value());
  std::stop_source source;
  std::promise<Result<std::optional<std::string>>> ended;
  start((*stream)->next({.cancellation = source.get_token()}),
        [&ended](std::exception_ptr, std::optional<Result<std::optional<std::string>>> piece) {
          ended.set_value(std::move(*piece));
        });

  source.request_stop();

  auto piece = ended.get_future().get();
  ASSERT_FALSE(piece.has_value());
  EXPECT_EQ(piece.error().code, ErrorCode::cancelled);
  server.wait_for_ended(1);
}

}  // namespace
}  // namespace aiva
