#include "faces/rtp/internal/udp_socket.h"

#include <arpa/inet.h>
#include <linux/errqueue.h>
#include <netinet/in.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <optional>

namespace aiva::rtp {
namespace {

using std::chrono::microseconds;
using std::chrono::nanoseconds;
using std::chrono::seconds;

constexpr int refusals_max = 64;  // looked at in one go
constexpr std::size_t send_batch_max = 64;

struct SocketAddress {
  sockaddr_storage storage{};
  socklen_t size = 0;
};

SocketAddress to_socket_address(const Endpoint& endpoint, int family) {
  SocketAddress address;
  if (family == AF_INET) {
    sockaddr_in v4{};
    v4.sin_family = AF_INET;
    v4.sin_port = htons(endpoint.port);
    std::memcpy(&v4.sin_addr, endpoint.address.bytes.data() + 12, 4);
    std::memcpy(&address.storage, &v4, sizeof v4);
    address.size = sizeof v4;
  } else {
    sockaddr_in6 v6{};
    v6.sin6_family = AF_INET6;
    v6.sin6_port = htons(endpoint.port);
    std::memcpy(&v6.sin6_addr, endpoint.address.bytes.data(), 16);
    std::memcpy(&address.storage, &v6, sizeof v6);
    address.size = sizeof v6;
  }
  return address;
}

Endpoint to_endpoint(const sockaddr_storage& storage) {
  Endpoint endpoint;
  if (storage.ss_family == AF_INET) {
    sockaddr_in v4{};
    std::memcpy(&v4, &storage, sizeof v4);
    endpoint.port = ntohs(v4.sin_port);
    endpoint.address.bytes[10] = endpoint.address.bytes[11] = 0xFF;
    std::memcpy(endpoint.address.bytes.data() + 12, &v4.sin_addr, 4);
  } else if (storage.ss_family == AF_INET6) {
    sockaddr_in6 v6{};
    std::memcpy(&v6, &storage, sizeof v6);
    endpoint.port = ntohs(v6.sin6_port);
    std::memcpy(endpoint.address.bytes.data(), &v6.sin6_addr, 16);
  }
  return endpoint;
}

// The system stamps arrivals by the wall clock.
struct Clocks {
  microseconds steady{};
  nanoseconds wall{};

  static Clocks now() {
    timespec wall{};
    clock_gettime(CLOCK_REALTIME, &wall);
    auto steady = std::chrono::steady_clock::now().time_since_epoch();
    return {std::chrono::duration_cast<microseconds>(steady),
            seconds(wall.tv_sec) + nanoseconds(wall.tv_nsec)};
  }
  [[nodiscard]] microseconds steady_at(const timespec& stamp) const {
    auto ago = wall - (seconds(stamp.tv_sec) + nanoseconds(stamp.tv_nsec));
    // A clock that was set in between tells nothing.
    if (ago < nanoseconds(0) || ago > seconds(1)) return steady;
    return steady - std::chrono::duration_cast<microseconds>(ago);
  }
};

std::optional<timespec> stamp_of(msghdr& header) {
  for (auto* part = CMSG_FIRSTHDR(&header); part != nullptr; part = CMSG_NXTHDR(&header, part)) {
    if (part->cmsg_level != SOL_SOCKET || part->cmsg_type != SCM_TIMESTAMPNS) continue;
    timespec stamp{};
    std::memcpy(&stamp, CMSG_DATA(part), sizeof stamp);
    return stamp;
  }
  return std::nullopt;
}

bool is_refusal(msghdr& header) {
  for (auto* part = CMSG_FIRSTHDR(&header); part != nullptr; part = CMSG_NXTHDR(&header, part)) {
    bool is_v4 = part->cmsg_level == SOL_IP && part->cmsg_type == IP_RECVERR;
    bool is_v6 = part->cmsg_level == SOL_IPV6 && part->cmsg_type == IPV6_RECVERR;
    if (!is_v4 && !is_v6) continue;
    sock_extended_err error{};
    std::memcpy(&error, CMSG_DATA(part), sizeof error);
    return error.ee_errno == ECONNREFUSED;
  }
  return false;
}

void set(int descriptor, int level, int option, int value) {
  // What it does without is less exact, no less right.
  (void)::setsockopt(descriptor, level, option, &value, sizeof value);
}

}  // namespace

ReceiveBatch::ReceiveBatch() : slots_(std::make_unique<std::array<Slot, datagrams_max>>()) {
  for (std::size_t i = 0; i < datagrams_max; ++i) {
    auto& slot = (*slots_)[i];
    slot.vector = {.iov_base = slot.bytes.data(), .iov_len = slot.bytes.size()};
    headers_[i].msg_hdr = {.msg_name = &slot.from,
                           .msg_namelen = sizeof slot.from,
                           .msg_iov = &slot.vector,
                           .msg_iovlen = 1,
                           .msg_control = slot.control.data(),
                           .msg_controllen = slot.control.size(),
                           .msg_flags = 0};
  }
  datagrams_.reserve(datagrams_max);
}

Result<UdpSocket> UdpSocket::bind(const UdpOptions& options) {
  auto address = IpAddress::parse(options.address);
  if (!address) return fail(ErrorCode::invalid, "No address: " + options.address);
  int family = address->is_v4() && !options.address.contains(':') ? AF_INET : AF_INET6;
  int descriptor = ::socket(family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (descriptor < 0)
    return fail(ErrorCode::unavailable, "No socket can be opened", std::strerror(errno));
  UdpSocket socket(descriptor, family);
  set(descriptor, SOL_SOCKET, SO_TIMESTAMPNS, 1);
  set(descriptor, SOL_SOCKET, SO_RCVBUF, options.receive_bytes);
  set(descriptor, SOL_IP, IP_RECVERR, 1);
  if (family == AF_INET6) set(descriptor, SOL_IPV6, IPV6_RECVERR, 1);
  if (options.is_shared) set(descriptor, SOL_SOCKET, SO_REUSEPORT, 1);
  auto name = to_socket_address({*address, options.port}, family);
  if (::bind(descriptor, reinterpret_cast<const sockaddr*>(&name.storage), name.size) != 0)
    return fail(ErrorCode::unavailable, "RTP cannot listen on " + options.address + ":" +
                                            std::to_string(options.port) + ": " +
                                            std::strerror(errno));
  return socket;
}

UdpSocket::~UdpSocket() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

std::uint16_t UdpSocket::port() const {
  sockaddr_storage name{};
  socklen_t size = sizeof name;
  if (::getsockname(descriptor_, reinterpret_cast<sockaddr*>(&name), &size) != 0) return 0;
  return to_endpoint(name).port;
}

std::span<const Datagram> UdpSocket::receive(ReceiveBatch& batch) {
  batch.datagrams_.clear();
  for (auto& header : batch.headers_) {
    header.msg_hdr.msg_namelen = sizeof(sockaddr_storage);
    header.msg_hdr.msg_controllen = sizeof(ReceiveBatch::Slot::control);
  }
  int count = -1;
  // A refusal of what was sent is reported here first, once.
  for (int tries = 0; count < 0 && tries < 2; ++tries) {
    count = ::recvmmsg(descriptor_, batch.headers_.data(), batch.headers_.size(), MSG_DONTWAIT,
                       nullptr);
    if (count >= 0 || errno == EAGAIN || errno == EWOULDBLOCK) break;
    has_refusals_ = true;
  }
  if (count <= 0) return {};
  auto clocks = Clocks::now();
  for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i) {
    auto& header = batch.headers_[i];
    auto& slot = (*batch.slots_)[i];
    // One that did not fit is empty, and refused as such.
    bool is_whole = (header.msg_hdr.msg_flags & MSG_TRUNC) == 0;
    auto stamp = stamp_of(header.msg_hdr);
    batch.datagrams_.push_back({.from = to_endpoint(slot.from),
                                .bytes = std::span(slot.bytes).first(is_whole ? header.msg_len : 0),
                                .arrival = stamp ? clocks.steady_at(*stamp) : clocks.steady});
  }
  return batch.datagrams_;
}

void UdpSocket::take_refusals(const std::function<void(const Endpoint&)>& tell) {
  has_refusals_ = false;
  for (int i = 0; i < refusals_max; ++i) {
    sockaddr_storage to{};
    alignas(cmsghdr) std::array<std::uint8_t, 256> control{};
    msghdr header{};
    header.msg_name = &to;
    header.msg_namelen = sizeof to;
    header.msg_control = control.data();
    header.msg_controllen = control.size();
    if (::recvmsg(descriptor_, &header, MSG_ERRQUEUE | MSG_DONTWAIT) < 0) return;
    if (is_refusal(header)) tell(to_endpoint(to));
  }
}

bool UdpSocket::send(const Endpoint& to, std::span<const std::uint8_t> bytes) {
  auto address = to_socket_address(to, family_);
  // The first try may report that an earlier packet was refused.
  for (int tries = 0; tries < 2; ++tries) {
    auto sent = ::sendto(descriptor_, bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL,
                         reinterpret_cast<const sockaddr*>(&address.storage), address.size);
    if (sent >= 0) return true;
    if (errno != ECONNREFUSED && errno != EINTR) return false;
    has_refusals_ |= errno == ECONNREFUSED;
  }
  return false;
}

std::size_t UdpSocket::send_all(std::span<const Outgoing> packets) {
  std::array<SocketAddress, send_batch_max> addresses;
  std::array<iovec, send_batch_max> vectors;
  std::array<mmsghdr, send_batch_max> headers;
  std::size_t untaken = 0;
  while (!packets.empty()) {
    auto batch = packets.first(std::min(packets.size(), send_batch_max));
    for (std::size_t i = 0; i < batch.size(); ++i) {
      addresses[i] = to_socket_address(batch[i].to, family_);
      vectors[i] = {.iov_base = const_cast<std::uint8_t*>(batch[i].bytes.data()),
                    .iov_len = batch[i].bytes.size()};
      headers[i] = {};
      headers[i].msg_hdr.msg_name = &addresses[i].storage;
      headers[i].msg_hdr.msg_namelen = addresses[i].size;
      headers[i].msg_hdr.msg_iov = &vectors[i];
      headers[i].msg_hdr.msg_iovlen = 1;
    }
    int sent = -1;
    for (int tries = 0; sent < 0 && tries < 2; ++tries) {
      sent = ::sendmmsg(descriptor_, headers.data(), static_cast<unsigned>(batch.size()),
                        MSG_DONTWAIT | MSG_NOSIGNAL);
      has_refusals_ |= sent < 0 && errno == ECONNREFUSED;
    }
    // What the first one of the rest is stopped by may be its own far end.
    if (sent <= 0) ++untaken;
    packets = packets.subspan(static_cast<std::size_t>(std::max(sent, 1)));
  }
  return untaken;
}

}  // namespace aiva::rtp
