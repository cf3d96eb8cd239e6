#include <gtest/gtest.h>

#include <future>
#include <string>

#include "adapters/http_client/http_client.h"
#include "adapters/http_client/testing/server_for_test.h"
#include "ports/testing/temporary_folder.h"

namespace aiva {
namespace {

using http_client::Peer;
using http_client::TestCertificate;
using http_client::TestServer;

class Tls : public ::testing::Test {
 protected:
  std::unique_ptr<HttpClient> make_trusting() {
    auto client =
        make_http_client({.ca_file = folder_.write("ca.pem", certificate_.certificate_pem)});
    AIVA_ASSERT(client.has_value());
    return std::move(*client);
  }
  static Result<HttpResponse> send(HttpClient& client, const std::string& url) {
    return sync_wait(client.send({}, {.url = url, .may_reach_private_addresses = true}));
  }

  TemporaryFolder folder_;
  TestCertificate certificate_{"localhost"};
};

TEST_F(Tls, talks_to_a_server_it_can_trust_and_names_the_host) {
  std::promise<std::string> name;
  TestServer server(
      [&name](Peer& peer) {
        name.set_value(peer.server_name());
        while (!peer.read_request().empty()) peer.answer(std::string(100000, 'x'));
      },
      &certificate_);
  auto client = make_trusting();

  for (int i = 0; i < 3; ++i) {
    auto response = send(*client, server.url("/", "localhost"));
    ASSERT_TRUE(response.has_value()) << response.error().cause;
    EXPECT_EQ(response->body.size(), 100000U);
  }

  EXPECT_EQ(name.get_future().get(), "localhost");
  EXPECT_EQ(server.connections(), 1);
  client.reset();
}

TEST_F(Tls, refuses_a_certificate_nobody_vouches_for) {
  TestServer server([](Peer& peer) { peer.read_request(); }, &certificate_);
  auto client = std::move(*make_http_client());

  auto response = send(*client, server.url("/", "localhost"));

  ASSERT_FALSE(response.has_value());
  EXPECT_EQ(response.error().code, ErrorCode::unavailable);
  EXPECT_EQ(response.error().message, "The server's certificate cannot be trusted");
}

TEST_F(Tls, refuses_a_certificate_for_another_host) {
  TestServer server([](Peer& peer) { peer.read_request(); }, &certificate_);
  auto client = make_trusting();

  auto response = send(*client, server.url("/", "127.0.0.1"));

  ASSERT_FALSE(response.has_value());
  EXPECT_EQ(response.error().message, "The server's certificate cannot be trusted");
}

TEST_F(Tls, fails_where_the_server_speaks_no_tls) {
  TestServer server([](Peer& peer) { peer.write("HTTP/1.1 400 Bad Request\r\n\r\n"); });
  auto client = make_trusting();
  auto url = server.url("/", "localhost");

  auto response = send(*client, "https" + url.substr(4));

  ASSERT_FALSE(response.has_value());
  EXPECT_EQ(response.error().code, ErrorCode::unavailable);
}

TEST_F(Tls, gives_up_a_handshake_that_takes_too_long) {
  TestServer server([](Peer& peer) { peer.wait_for_close(); });
  auto client = std::move(*make_http_client({.connect_timeout = std::chrono::milliseconds(50)}));
  auto url = server.url("/", "localhost");

  auto response = send(*client, "https" + url.substr(4));

  ASSERT_FALSE(response.has_value());
  EXPECT_EQ(response.error().code, ErrorCode::unavailable);
}

TEST_F(Tls, takes_an_end_without_farewell_for_a_cut) {
  TestServer server(
      [](Peer& peer) {
        peer.read_request();
        peer.write("HTTP/1.0 200 OK\r\n\r\nperhaps not all");
      },
      &certificate_);
  auto client = make_trusting();

  auto response = send(*client, server.url("/", "localhost"));

  ASSERT_FALSE(response.has_value());
  EXPECT_EQ(response.error().code, ErrorCode::unavailable);
}

TEST_F(Tls, needs_a_ca_file_it_can_read) {
  auto client = make_http_client({.ca_file = folder_.path() / "missing.pem"});

  ASSERT_FALSE(client.has_value());
  EXPECT_EQ(client.error().code, ErrorCode::invalid);
}

}  // namespace
}  // namespace aiva
