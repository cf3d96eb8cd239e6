#pragma once

#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <map>
#include <memory>
#include <span>
#include <vector>

#include "faces/rtp/internal/bridge_stream.h"
#include "faces/rtp/internal/core.h"
#include "faces/rtp/internal/udp_socket.h"

namespace aiva::rtp {

// The port to which a telephone system sends all its calls: a stream for each address it sends
// from. On its loop only; other loops have sockets of the same port and streams of their own.
class Bridge final {
 public:
  Bridge(Core& core, Loop& loop, UdpSocket socket);
  ~Bridge();
  Bridge(const Bridge&) = delete;
  Bridge& operator=(const Bridge&) = delete;

  void begin();
  // Ends all calls and waits for nothing any more.
  void close();
  [[nodiscard]] std::uint16_t port() const { return socket_.port(); }
  // Sends it with others of the same beat; false when there are too many.
  bool send(const Endpoint& to, std::span<const std::uint8_t> bytes);

 private:
  void wait();
  void read();
  void take(const Datagram& datagram);
  std::shared_ptr<BridgeStream> find_stream(const Datagram& datagram,
                                            const audio::RtpPacket& packet);
  void flush();
  void forget_quiet_streams();

  Core& core_;
  Loop& loop_;
  UdpSocket socket_;
  boost::asio::posix::stream_descriptor readable_;  // borrows the socket
  boost::asio::steady_timer timer_;
  std::map<Endpoint, std::shared_ptr<BridgeStream>> streams_{};  // shared with their work
  std::vector<UdpSocket::Outgoing> outgoing_{};  // the first `waiting_` of them; the rest is room
  std::size_t waiting_ = 0;
  bool is_closed_ = false;
};

}  // namespace aiva::rtp
