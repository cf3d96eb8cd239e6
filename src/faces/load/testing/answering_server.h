#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace aiva::load {

// An HTTP server for tests: a thread for each connection, and answers as they are told.
class AnsweringServer {
 public:
  // Gets a whole request and gives the bytes of the answer; empty closes the connection without.
  // Called on any thread.
  using Answer = std::function<std::string(const std::string& request)>;

  explicit AnsweringServer(Answer answer);
  ~AnsweringServer();
  AnsweringServer(const AnsweringServer&) = delete;
  AnsweringServer& operator=(const AnsweringServer&) = delete;

  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] int connections() const { return connections_; }

  // An answer with a body of a type.
  static std::string with(int status, const std::string& body,
                          const std::string& type = "application/json");

 private:
  void accept_all();
  void serve(int socket);

  Answer answer_;
  int listener_ = -1;
  std::uint16_t port_ = 0;
  std::atomic<int> connections_ = 0;
  std::mutex mutex_;
  std::vector<int> sockets_;
  std::vector<std::thread> threads_;
  std::thread acceptor_;
};

}  // namespace aiva::load
