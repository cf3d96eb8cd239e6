#include "faces/load/testing/answering_server.h"

#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <charconv>
#include <utility>

#include "foundation/result.h"

namespace aiva::load {
namespace {

// The length of the first whole request in what has arrived; 0 while there is none.
std::size_t length_of_request(const std::string& text) {
  constexpr std::string_view name = "Content-Length: ";
  auto end = text.find("\r\n\r\n");
  if (end == std::string::npos) return 0;
  std::size_t body = 0;
  if (auto at = text.find(name); at < end)
    std::from_chars(text.data() + at + name.size(), text.data() + end, body);
  auto length = end + 4 + body;
  return text.size() < length ? 0 : length;
}

}  // namespace

AnsweringServer::AnsweringServer(Answer answer) : answer_(std::move(answer)) {
  listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof address;
  auto* bare = reinterpret_cast<sockaddr*>(&address);
  AIVA_ASSERT(bind(listener_, bare, length) == 0 && listen(listener_, 128) == 0);
  AIVA_ASSERT(getsockname(listener_, bare, &length) == 0);
  port_ = ntohs(address.sin_port);
  acceptor_ = std::thread([this] { accept_all(); });
}

AnsweringServer::~AnsweringServer() {
  shutdown(listener_, SHUT_RDWR);
  acceptor_.join();
  {
    std::lock_guard lock(mutex_);
    for (int socket : sockets_) shutdown(socket, SHUT_RDWR);
  }
  for (auto& thread : threads_) thread.join();
  for (int socket : sockets_) close(socket);
  close(listener_);
}

void AnsweringServer::accept_all() {
  while (true) {
    int socket = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (socket < 0) return;
    ++connections_;
    std::lock_guard lock(mutex_);
    sockets_.push_back(socket);
    threads_.emplace_back([this, socket] { serve(socket); });
  }
}

void AnsweringServer::serve(int socket) {
  std::string text;
  char piece[4096];
  while (true) {
    auto count = recv(socket, piece, sizeof piece, 0);
    if (count <= 0) return;
    text.append(piece, static_cast<std::size_t>(count));
    while (auto length = length_of_request(text)) {
      auto answer = answer_(text.substr(0, length));
      text.erase(0, length);
      if (answer.empty()) {
        shutdown(socket, SHUT_RDWR);
        return;
      }
      if (send(socket, answer.data(), answer.size(), MSG_NOSIGNAL) < 0) return;
    }
  }
}

std::string AnsweringServer::with(int status, const std::string& body, const std::string& type) {
  return fmt::format("HTTP/1.1 {} Told\r\nContent-Type: {}\r\nContent-Length: {}\r\n\r\n{}", status,
                     type, body.size(), body);
}

}  // namespace aiva::load
