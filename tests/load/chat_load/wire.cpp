#include "load/chat_load/wire.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <stdexcept>
#include <system_error>

namespace aiva::load {
namespace {

constexpr std::size_t piece_bytes = 64 * 1024;

int checked(int result, const char* what) {
  if (result < 0) throw std::system_error(errno, std::generic_category(), what);
  return result;
}

sockaddr_in address_here(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

void set_up(const Descriptor& socket) {
  int yes = 1;
  checked(setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes), "TCP_NODELAY");
  checked(fcntl(socket.get(), F_SETFL, O_NONBLOCK), "O_NONBLOCK");
}

void wait_for(const Descriptor& socket, short events) {
  pollfd wait{.fd = socket.get(), .events = events, .revents = 0};
  checked(poll(&wait, 1, -1), "poll");
}

// The value of a header whose name is given in lower case.
std::string_view header(std::string_view head, std::string_view name) {
  auto is_same = [](char a, char b) { return (a | 0x20) == b; };
  for (auto start = head.find("\r\n"); start != std::string_view::npos;
       start = head.find("\r\n", start + 2)) {
    auto line = head.substr(start + 2, head.find("\r\n", start + 2) - start - 2);
    if (line.size() <= name.size() || line[name.size()] != ':') continue;
    if (!std::ranges::equal(line.substr(0, name.size()), name, is_same)) continue;
    line.remove_prefix(name.size() + 1);
    return line.substr(std::min(line.find_first_not_of(' '), line.size()));
  }
  return {};
}

std::size_t number_in(std::string_view text, int base) {
  std::size_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number, base);
  return number;
}

}  // namespace

Descriptor& Descriptor::operator=(Descriptor&& other) noexcept {
  std::swap(number_, other.number_);
  return *this;
}

Descriptor::~Descriptor() {
  if (is_open()) close(number_);
}

Descriptor listen_on_any_port(std::uint16_t& port) {
  Descriptor listener(checked(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket"));
  auto address = address_here(0);
  socklen_t length = sizeof address;
  checked(bind(listener.get(), reinterpret_cast<sockaddr*>(&address), length), "bind");
  checked(listen(listener.get(), SOMAXCONN), "listen");
  checked(getsockname(listener.get(), reinterpret_cast<sockaddr*>(&address), &length), "port");
  checked(fcntl(listener.get(), F_SETFL, O_NONBLOCK), "O_NONBLOCK");
  port = ntohs(address.sin_port);
  return listener;
}

Descriptor connect_to(std::uint16_t port) {
  Descriptor connection(checked(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket"));
  auto address = address_here(port);
  checked(connect(connection.get(), reinterpret_cast<sockaddr*>(&address), sizeof address),
          "connect");
  set_up(connection);
  return connection;
}

Descriptor accept_from(const Descriptor& listener) {
  Descriptor peer(accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC));
  if (peer.is_open()) set_up(peer);
  return peer;
}

bool send_whole(const Descriptor& socket, std::string_view text) {
  while (!text.empty()) {
    auto sent = send(socket.get(), text.data(), text.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno != EAGAIN && errno != EINTR) return false;
    if (sent < 0) wait_for(socket, POLLOUT);
    text.remove_prefix(static_cast<std::size_t>(std::max<ssize_t>(sent, 0)));
  }
  return true;
}

bool receive(const Descriptor& socket, std::string& text) {
  char piece[piece_bytes];
  auto count = recv(socket.get(), piece, sizeof piece, 0);
  if (count > 0) text.append(piece, static_cast<std::size_t>(count));
  return count > 0 || (count < 0 && (errno == EAGAIN || errno == EINTR));
}

void wait_for_input(const Descriptor& socket) { wait_for(socket, POLLIN); }

void allow_many_descriptors() {
  rlimit limit{};
  checked(getrlimit(RLIMIT_NOFILE, &limit), "RLIMIT_NOFILE");
  limit.rlim_cur = limit.rlim_max;
  checked(setrlimit(RLIMIT_NOFILE, &limit), "RLIMIT_NOFILE");
}

double cpu_seconds_of_this_thread() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
}

std::size_t length_of_request(std::string_view text) {
  auto end = text.find("\r\n\r\n");
  if (end == std::string_view::npos) return 0;
  auto length = end + 4 + number_in(header(text.substr(0, end), "content-length"), 10);
  return text.size() < length ? 0 : length;
}

void AnswerReader::add(std::string_view bytes) {
  waiting_ += bytes;
  while (step()) {
  }
}

// Whether something was taken from what waits.
bool AnswerReader::step() {
  switch (part_) {
    case Part::head: return read_head();
    case Part::body: return take_body(Part::done);
    case Part::chunk_size: return read_chunk_size();
    case Part::chunk: return take_body(Part::chunk_end);
    case Part::chunk_end:
    case Part::trailer:
      if (waiting_.size() < 2) return false;
      if (!waiting_.starts_with("\r\n")) throw std::runtime_error("a chunk has no end");
      waiting_.erase(0, 2);
      part_ = part_ == Part::trailer ? Part::done : Part::chunk_size;
      return true;
    case Part::done:
      if (!waiting_.empty()) throw std::runtime_error("there is more than the answer");
      return false;
  }
  return false;
}

bool AnswerReader::read_head() {
  auto end = waiting_.find("\r\n\r\n");
  if (end == std::string::npos) return false;
  std::string_view head(waiting_.data(), end);
  if (!head.starts_with("HTTP/1.1 ")) throw std::runtime_error("this is no answer");
  status_ = static_cast<int>(number_in(head.substr(9, 3), 10));
  bool is_chunked = header(head, "transfer-encoding") == "chunked";
  missing_ = number_in(header(head, "content-length"), 10);
  part_ = is_chunked ? Part::chunk_size : missing_ == 0 ? Part::done : Part::body;
  waiting_.erase(0, end + 4);
  return true;
}

bool AnswerReader::read_chunk_size() {
  auto end = waiting_.find("\r\n");
  if (end == std::string::npos) return false;
  missing_ = number_in(std::string_view(waiting_).substr(0, end), 16);
  part_ = missing_ == 0 ? Part::trailer : Part::chunk;
  waiting_.erase(0, end + 2);
  return true;
}

bool AnswerReader::take_body(Part next) {
  auto taken = std::min(missing_, waiting_.size());
  if (taken == 0) return false;
  body_.append(waiting_, 0, taken);
  waiting_.erase(0, taken);
  missing_ -= taken;
  if (missing_ == 0) part_ = next;
  return true;
}

}  // namespace aiva::load
