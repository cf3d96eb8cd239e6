#pragma once

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace aiva::http_client {

// One client's connection as the server of a test sees it. Blocking; throws when the client goes.
class Peer {
 public:
  Peer(boost::asio::ip::tcp::socket socket, boost::asio::ssl::context* tls);

  // The next request, head and body; empty when the client closed the connection.
  std::string read_request();
  // Returns how much went out before the client closed the connection.
  std::size_t write(const std::string& bytes);
  // Answers 200 with this body.
  void answer(const std::string& body, const std::string& headers = "");
  // Returns once the client has closed the connection.
  void wait_for_close();
  // The host name the client asked for in TLS.
  [[nodiscard]] std::string server_name();
  [[nodiscard]] boost::asio::ip::tcp::socket& socket() { return socket_; }
  // Null without TLS.
  [[nodiscard]] boost::asio::ssl::stream<boost::asio::ip::tcp::socket&>* tls() {
    return tls_ ? &*tls_ : nullptr;
  }

 private:
  std::size_t read_some(char* buffer, std::size_t size);

  boost::asio::ip::tcp::socket socket_;
  std::optional<boost::asio::ssl::stream<boost::asio::ip::tcp::socket&>> tls_;
  std::string buffer_;
};

// A self-signed certificate for `host_name`, its own authority.
struct TestCertificate {
  explicit TestCertificate(const std::string& host_name);
  std::string certificate_pem;
  std::string key_pem;
};

// An HTTP server on 127.0.0.1 that does with each connection what a test says. Every connection
// has a thread; the destructor waits for them.
class TestServer {
 public:
  using Serve = std::function<void(Peer&)>;
  explicit TestServer(Serve serve, const TestCertificate* certificate = nullptr);
  ~TestServer();
  TestServer(const TestServer&) = delete;
  TestServer& operator=(const TestServer&) = delete;

  [[nodiscard]] std::string url(const std::string& path = "/",
                                const std::string& host = "127.0.0.1") const;
  [[nodiscard]] int connections() const { return connections_; }
  // Returns once the server has ended that many connections.
  void wait_for_ended(int count);

 private:
  void run();
  void serve(boost::asio::ip::tcp::socket socket);

  Serve serve_;
  std::optional<boost::asio::ssl::context> tls_;
  boost::asio::io_context context_;
  boost::asio::ip::tcp::acceptor acceptor_;
  std::atomic<int> connections_ = 0;
  std::atomic<int> ended_ = 0;
  std::atomic<bool> is_stopping_ = false;
  std::vector<std::jthread> peers_;
  std::thread acceptor_thread_;
};

}  // namespace aiva::http_client
