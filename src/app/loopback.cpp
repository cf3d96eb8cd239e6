#include "app/loopback.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <array>
#include <cctype>
#include <charconv>
#include <cstring>
#include <utility>

namespace aiva::app {
namespace {

constexpr std::size_t reply_bytes_max = 16ULL * 1024 * 1024;
constexpr std::size_t head_bytes_max = 64ULL * 1024;
constexpr time_t patience_s = 30;
constexpr std::string_view head_end = "\r\n\r\n";

bool is_same_name(std::string_view name, std::string_view wanted) {
  if (name.size() != wanted.size()) return false;
  for (std::size_t at = 0; at < name.size(); ++at)
    if (std::tolower(static_cast<unsigned char>(name[at])) != wanted[at]) return false;
  return true;
}

template <class Number>
bool read_number(std::string_view text, Number& number) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  auto end = std::from_chars(text.data(), text.data() + text.size(), number);
  return end.ec == std::errc() && end.ptr == text.data() + text.size();
}

std::unexpected<Error> broken(const std::string& what) {
  return fail(ErrorCode::unavailable, "The connection to the measured server broke", what);
}

}  // namespace

Result<ReplySize> measure_reply(std::string_view head) {
  ReplySize size{.head = head.size()};
  auto line = head.substr(0, head.find("\r\n"));
  if (!line.starts_with("HTTP/1.1 ") || line.size() < 12 ||
      !read_number(line.substr(9, 3), size.status))
    return fail(internal_error("not an answer of HTTP/1.1"));
  bool has_length = false;
  while (!head.empty()) {
    auto end = head.find("\r\n");
    if (end == std::string_view::npos) break;
    line = head.substr(0, end);
    head.remove_prefix(end + 2);
    auto colon = line.find(':');
    if (colon == std::string_view::npos) continue;
    if (!is_same_name(line.substr(0, colon), "content-length")) continue;
    if (!read_number(line.substr(colon + 1), size.body))
      return fail(internal_error("a Content-Length that is no number"));
    has_length = true;
  }
  if (!has_length && size.status != 204)
    return fail(internal_error("an answer without Content-Length"));
  if (size.body > reply_bytes_max) return fail(ErrorCode::too_large, "The answer is too long");
  return size;
}

Result<Loopback> Loopback::connect(std::uint16_t port) {
  int descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (descriptor < 0) return broken(std::strerror(errno));
  Loopback loopback(descriptor);
  const timeval patience{.tv_sec = patience_s, .tv_usec = 0};
  const int on = 1;
  setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const auto* generic = reinterpret_cast<const sockaddr*>(&address);
  if (::connect(descriptor, generic, sizeof address) != 0) return broken(std::strerror(errno));
  return loopback;
}

Loopback::~Loopback() {
  if (socket_ >= 0) ::close(socket_);
}

Loopback::Loopback(Loopback&& other) noexcept
    : socket_(std::exchange(other.socket_, -1)),
      token_(std::move(other.token_)),
      input_(std::move(other.input_)) {}

Result<void> Loopback::send_whole(std::string_view text) {
  while (!text.empty()) {
    auto sent = ::send(socket_, text.data(), text.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent <= 0) return broken(std::strerror(errno));
    text.remove_prefix(static_cast<std::size_t>(sent));
  }
  return {};
}

Result<void> Loopback::receive() {
  std::array<char, 16'384> piece{};
  ssize_t got = 0;
  do got = ::recv(socket_, piece.data(), piece.size(), 0);
  while (got < 0 && errno == EINTR);
  if (got == 0) return broken("it was closed");
  if (got < 0) return broken(std::strerror(errno));
  input_.append(piece.data(), static_cast<std::size_t>(got));
  return {};
}

Result<Loopback::Reply> Loopback::call(std::string_view method, std::string_view path,
                                       std::string_view body) {
  auto authorization =
      token_.empty() ? std::string() : fmt::format("Authorization: Bearer {}\r\n", token_);
  TRY_VOID(send_whole(
      fmt::format("{} {} HTTP/1.1\r\nHost: 127.0.0.1\r\n{}Content-Type: application/json\r\n"
                  "Content-Length: {}\r\n\r\n{}",
                  method, path, authorization, body.size(), body)));
  auto end = input_.find(head_end);
  while (end == std::string::npos) {
    if (input_.size() > head_bytes_max)
      return fail(ErrorCode::too_large, "The head of the answer is too long");
    TRY_VOID(receive());
    end = input_.find(head_end);
  }
  TRY(auto size, measure_reply(std::string_view(input_).substr(0, end + head_end.size())));
  while (input_.size() < size.head + size.body) TRY_VOID(receive());
  Reply reply{.status = size.status, .body = input_.substr(size.head, size.body)};
  input_.erase(0, size.head + size.body);
  return reply;
}

}  // namespace aiva::app
