#include <gtest/gtest.h>
#include <openssl/ssl.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>
#include <cstring>

#include "faces/http/testing/self_signed.h"
#include "faces/http/testing/test_server.h"

namespace aiva::http {
namespace {

namespace asio = boost::asio;
using testing::TestRequest;
using testing::TestServer;

Task<Result<Response>> large(CallContext, Request& request) {
  co_return text_response(200, "text/plain",
                          request.is_secure ? std::string(300'000, 's') : std::string());
}

class Tls : public ::testing::Test {
 protected:
  static std::vector<Route> routes() {
    std::vector<Route> table;
    table.push_back({Method::get, "/large", Right::anyone(), large});
    return table;
  }
  testing::SelfSigned files_;
  TestServer server_{routes(), [this](ServerOptions& options) {
                       options.tls = TlsFiles{files_.certificate(), files_.private_key()};
                     }};

  // Sends requests over TLS and returns everything that comes until the server closes.
  std::string talk(const std::string& text, const char* protocol = nullptr) {
    asio::io_context context;
    asio::ssl::context tls(asio::ssl::context::tls_client);
    asio::ssl::stream<asio::ip::tcp::socket> stream(context, tls);
    if (protocol != nullptr)
      SSL_set_alpn_protos(stream.native_handle(), reinterpret_cast<const unsigned char*>(protocol),
                          static_cast<unsigned int>(std::strlen(protocol)));
    boost::system::error_code error;
    stream.next_layer().connect({asio::ip::address_v4::loopback(), server_.server().port()});
    stream.handshake(asio::ssl::stream_base::client, error);
    if (error) return "handshake failed";
    asio::write(stream, asio::buffer(text), error);
    std::string answer;
    asio::read(stream, asio::dynamic_buffer(answer), error);
    return answer;
  }
};

TEST_F(Tls, carries_requests_and_answers) {
  auto ask = TestRequest{.target = "/large"}.text();

  auto answer =
      talk(ask + "GET /none HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", "\x08http/1.1");

  EXPECT_TRUE(answer.starts_with("HTTP/1.1 200 OK\r\n"));
  EXPECT_NE(answer.find("Strict-Transport-Security: max-age"), std::string::npos);
  EXPECT_NE(answer.find("\r\n\r\n" + std::string(300'000, 's') + "HTTP/1.1 404"),
            std::string::npos);
}

TEST_F(Tls, offers_http_1_1_only) { EXPECT_EQ(talk("", "\x02h2"), "handshake failed"); }

TEST_F(Tls, ends_connections_that_do_not_shake_hands) {
  auto client = server_.connect();

  client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");

  EXPECT_FALSE(client.read_response());
}

}  // namespace
}  // namespace aiva::http
