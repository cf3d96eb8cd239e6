#pragma once

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <charconv>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "faces/http/header_text.h"

namespace aiva::http::testing {

// An answer as it came over the wire.
struct RawResponse {
  int status = 0;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;

  [[nodiscard]] std::string header(std::string_view name) const {
    for (const auto& [key, value] : headers)
      if (equals_ignoring_case(key, name)) return value;
    return {};
  }
};

// A blocking client that sends exactly the bytes it is told, for tests of the wire. Reading gives
// up after ten seconds.
class RawClient {
 public:
  explicit RawClient(std::uint16_t port)
      : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    is_connected_ = ::connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
  }
  RawClient(RawClient&& other) noexcept
      : socket_(std::exchange(other.socket_, -1)),
        is_connected_(other.is_connected_),
        buffer_(std::move(other.buffer_)) {}
  RawClient& operator=(RawClient&&) = delete;
  ~RawClient() { close(); }

  [[nodiscard]] bool is_connected() const { return is_connected_; }
  void close() {
    if (socket_ >= 0) ::close(std::exchange(socket_, -1));
  }
  void shut_down_sending() { ::shutdown(socket_, SHUT_WR); }

  // False when the server closed meanwhile.
  bool send(std::string_view bytes) {
    while (!bytes.empty()) {
      auto sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  }

  // Reads one answer with its body; nothing when the connection ends before.
  std::optional<RawResponse> read_response(bool has_body = true) {
    auto head = read_until("\r\n\r\n");
    if (!head) return std::nullopt;
    auto response = parse_head(*head);
    auto encoding = response.header("Transfer-Encoding");
    auto length = response.header("Content-Length");
    if (!has_body || response.status == 204 || response.status == 304 || response.status < 200)
      return response;
    if (encoding == "chunked") {
      while (auto chunk = read_chunk()) {
        if (chunk->empty()) return response;
        response.body += *chunk;
      }
      return std::nullopt;
    }
    if (length.empty()) {
      while (receive()) {
      }
      response.body = std::exchange(buffer_, {});
      return response;
    }
    std::size_t size = 0;
    std::from_chars(length.data(), length.data() + length.size(), size);
    auto body = read_exactly(size);
    if (!body) return std::nullopt;
    response.body = std::move(*body);
    return response;
  }

  // Reads up to and with `mark`.
  std::optional<std::string> read_until(std::string_view mark) {
    for (;;) {
      if (auto at = buffer_.find(mark); at != std::string::npos) {
        auto text = buffer_.substr(0, at + mark.size());
        buffer_.erase(0, at + mark.size());
        return text;
      }
      if (!receive()) return std::nullopt;
    }
  }

  // The next chunk of a chunked body, empty at its end.
  std::optional<std::string> read_chunk() {
    auto line = read_until("\r\n");
    if (!line) return std::nullopt;
    std::size_t size = 0;
    std::from_chars(line->data(), line->data() + line->size(), size, 16);
    auto data = read_exactly(size + 2);
    if (!data) return std::nullopt;
    data->resize(size);
    return data;
  }

  std::optional<std::string> read_exactly(std::size_t size) {
    while (buffer_.size() < size)
      if (!receive()) return std::nullopt;
    auto text = buffer_.substr(0, size);
    buffer_.erase(0, size);
    return text;
  }

  // Whether the server closes without sending more.
  bool is_closed_by_server() { return buffer_.empty() && !receive() && !timed_out_; }

 private:
  static RawResponse parse_head(std::string_view head) {
    RawResponse response;
    std::from_chars(head.data() + 9, head.data() + 12, response.status);
    head.remove_prefix(head.find("\r\n") + 2);
    while (!head.starts_with("\r\n")) {
      auto line = head.substr(0, head.find("\r\n"));
      head.remove_prefix(line.size() + 2);
      auto colon = line.find(':');
      response.headers.emplace_back(line.substr(0, colon), trim_blanks(line.substr(colon + 1)));
    }
    return response;
  }

  bool receive() {
    pollfd wanted{.fd = socket_, .events = POLLIN, .revents = 0};
    if (::poll(&wanted, 1, 10'000) != 1) {
      timed_out_ = true;
      return false;
    }
    char bytes[65536];
    auto received = ::recv(socket_, bytes, sizeof bytes, 0);
    if (received <= 0) return false;
    buffer_.append(bytes, static_cast<std::size_t>(received));
    return true;
  }

  int socket_;
  bool is_connected_ = false;
  bool timed_out_ = false;
  std::string buffer_;
};

}  // namespace aiva::http::testing
