#pragma once

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "audio/rtp_packet.h"

namespace aiva::rtp {

// A packet as a test looks at it.
struct HeardPacket {
  audio::RtpPacket header{};
  std::string payload{};
};

// A telephone system's end of a stream, at a loopback address of its own.
class UdpCaller {
 public:
  explicit UdpCaller(std::uint16_t to) : socket_(::socket(AF_INET, SOCK_DGRAM, 0)) {
    sockaddr_in name{};
    name.sin_family = AF_INET;
    name.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(::bind(socket_, reinterpret_cast<sockaddr*>(&name), sizeof name), 0);
    to_ = name;
    to_.sin_port = htons(to);
  }
  ~UdpCaller() { ::close(socket_); }
  UdpCaller(const UdpCaller&) = delete;
  UdpCaller& operator=(const UdpCaller&) = delete;

  [[nodiscard]] std::uint16_t port() const {
    sockaddr_in name{};
    socklen_t size = sizeof name;
    ::getsockname(socket_, reinterpret_cast<sockaddr*>(&name), &size);
    return ntohs(name.sin_port);
  }

  void send(std::string_view bytes) {
    ::sendto(socket_, bytes.data(), bytes.size(), 0, reinterpret_cast<const sockaddr*>(&to_),
             sizeof to_);
  }
  void send(const audio::RtpPacket& packet) {
    std::vector<std::uint8_t> bytes;
    audio::append_rtp(packet, bytes);
    send({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  }
  // The next 20 ms of mu-law, all of one byte.
  void say(std::uint8_t byte) {
    std::vector<std::uint8_t> payload(160, byte);
    send({.payload_type = 0,
          .sequence = sequence++,
          .timestamp = timestamp,
          .source = source,
          .payload = payload});
    timestamp += 160;
  }
  void skip() {
    ++sequence;
    timestamp += 160;
  }
  // The packets of one pressed key.
  void press(char digit) {
    std::string_view keys = "0123456789*#ABCD";
    for (bool is_end : {false, false, true, true, true}) {
      std::array<std::uint8_t, 4> event{static_cast<std::uint8_t>(keys.find(digit)),
                                        static_cast<std::uint8_t>(is_end ? 0x8A : 0x0A), 0x01,
                                        0x40};
      send({.payload_type = 101,
            .sequence = sequence++,
            .timestamp = timestamp,
            .source = source,
            .payload = event});
    }
    timestamp += 160;
  }

  // A packet that comes within that time.
  std::optional<HeardPacket> hear(std::chrono::milliseconds within) {
    pollfd wanted{.fd = socket_, .events = POLLIN, .revents = 0};
    if (::poll(&wanted, 1, static_cast<int>(within.count())) <= 0) return std::nullopt;
    std::array<std::uint8_t, 2048> buffer{};
    auto count = ::recv(socket_, buffer.data(), buffer.size(), 0);
    if (count <= 0) return std::nullopt;
    auto packet = audio::parse_rtp(std::span(buffer).first(static_cast<std::size_t>(count)));
    if (!packet) return std::nullopt;
    return HeardPacket{.header = *packet,
                       .payload = {packet->payload.begin(), packet->payload.end()}};
  }
  // Says that byte every 20 ms until it hears a packet with `wanted` in the middle, for ten seconds
  // at most.
  std::optional<HeardPacket> say_until_heard(std::uint8_t byte, std::uint8_t wanted) {
    auto next = std::chrono::steady_clock::now();
    for (int frames = 0; frames < 500; ++frames) {
      say(byte);
      next += std::chrono::milliseconds(20);
      for (auto now = next - std::chrono::milliseconds(20); now < next;
           now = std::chrono::steady_clock::now()) {
        auto left = std::chrono::ceil<std::chrono::milliseconds>(next - now);
        auto heard = hear(left);
        if (heard && heard->payload.size() == 160 &&
            static_cast<std::uint8_t>(heard->payload[80]) == wanted)
          return heard;
      }
    }
    return std::nullopt;
  }
  // The same, and hears itself.
  bool is_echoed(std::uint8_t byte) { return say_until_heard(byte, byte).has_value(); }

  std::uint16_t sequence = 100;
  std::uint32_t timestamp = 5'000;
  std::uint32_t source = 0xABCD0001;

 private:
  int socket_;
  sockaddr_in to_{};
};

}  // namespace aiva::rtp
