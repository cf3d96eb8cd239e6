#pragma once

#include <sys/socket.h>
#include <sys/uio.h>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "foundation/ip_address.h"
#include "foundation/result.h"

namespace aiva::rtp {

// Where datagrams come from and go to.
struct Endpoint {
  IpAddress address{};
  std::uint16_t port = 0;
  auto operator<=>(const Endpoint&) const = default;
};

struct Datagram {
  Endpoint from{};
  std::span<const std::uint8_t> bytes{};
  std::chrono::microseconds arrival{};  // of the steady clock
};

// Room for the datagrams that are read with one call of the system; one for each event loop.
class ReceiveBatch {
 public:
  static constexpr std::size_t datagrams_max = 32;
  static constexpr std::size_t bytes_max = 2048;  // longer ones are no packets of calls

  ReceiveBatch();

 private:
  friend class UdpSocket;
  struct Slot {
    std::array<std::uint8_t, bytes_max> bytes;
    sockaddr_storage from;
    alignas(cmsghdr) std::array<std::uint8_t, 64> control;
    iovec vector;
  };
  std::unique_ptr<std::array<Slot, datagrams_max>> slots_;
  std::array<mmsghdr, datagrams_max> headers_{};
  std::vector<Datagram> datagrams_{};
};

struct UdpOptions {
  std::string address = "127.0.0.1";
  std::uint16_t port = 0;         // 0: any free one
  bool is_shared = false;         // other sockets of ours have the port, too, each its senders
  int receive_bytes = 64 * 1024;  // that wait in the system
};

// A UDP socket that never waits. Its datagrams carry the time of their arrival, and far ends that
// answer "port unreachable" are told of. Moves; closes with the last one.
class UdpSocket {
 public:
  // Fails with `unavailable` when the port is taken, `invalid` where the address is none.
  static Result<UdpSocket> bind(const UdpOptions& options);
  UdpSocket(UdpSocket&& other) noexcept
      : descriptor_(std::exchange(other.descriptor_, -1)),
        family_(other.family_),
        has_refusals_(other.has_refusals_) {}
  UdpSocket& operator=(UdpSocket&& other) noexcept {
    std::swap(descriptor_, other.descriptor_);
    std::swap(family_, other.family_);
    std::swap(has_refusals_, other.has_refusals_);
    return *this;
  }
  ~UdpSocket();

  [[nodiscard]] int descriptor() const { return descriptor_; }
  [[nodiscard]] std::uint16_t port() const;
  // What is there, datagrams_max at most; valid until the batch is used again. Empty: nothing.
  std::span<const Datagram> receive(ReceiveBatch& batch);
  // Whether far ends refused what was sent, as receiving and sending noticed.
  [[nodiscard]] bool has_refusals() const { return has_refusals_; }
  // Tells each of them.
  void take_refusals(const std::function<void(const Endpoint&)>& tell);
  // False: the system did not take it.
  bool send(const Endpoint& to, std::span<const std::uint8_t> bytes);
  // The same for many at a time; says how many were not taken.
  struct Outgoing {
    Endpoint to{};
    std::vector<std::uint8_t> bytes{};
  };
  std::size_t send_all(std::span<const Outgoing> packets);

 private:
  UdpSocket(int descriptor, int family) : descriptor_(descriptor), family_(family) {}

  int descriptor_ = -1;
  int family_ = 0;
  bool has_refusals_ = false;
};

}  // namespace aiva::rtp
