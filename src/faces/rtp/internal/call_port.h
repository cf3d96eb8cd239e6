#pragma once

#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <memory>
#include <optional>

#include "faces/rtp/internal/core.h"
#include "faces/rtp/internal/rtp_leg.h"
#include "faces/rtp/internal/udp_socket.h"

namespace aiva::rtp {

// The port of one announced call: it waits for the call's first packets, carries them, and stays
// closed to others until whoever sent them has stopped. On its loop only.
class CallPort final : public std::enable_shared_from_this<CallPort> {
 public:
  using Free = std::function<void(const std::shared_ptr<CallPort>&)>;

  struct Awaited {
    voice::Call call{};
    std::optional<voice::MediaPeer> peer{};
  };
  // `free` is called once, when the port may have another call.
  CallPort(Core& core, Loop& loop, UdpSocket socket, Awaited awaited, Free free);
  ~CallPort();

  void begin();
  // The caller has hung up, as the telephone system says.
  void hang_up();
  // Ends the call and waits for nothing any more.
  void close();
  [[nodiscard]] const UdpSocket& socket() const { return socket_; }

 private:
  bool expect_peer();
  void wait();
  void read();
  void start_call();
  Task<void> answer();
  void linger();
  void look_whether_quiet();

  Core& core_;
  Loop& loop_;
  UdpSocket socket_;
  boost::asio::posix::stream_descriptor readable_;  // borrows the socket while the call is awaited
  boost::asio::steady_timer timer_;
  Awaited awaited_;
  Free free_;
  std::shared_ptr<RtpLeg> leg_{};  // shared with its call
  bool is_begun_ = false;
  bool is_closed_ = false;
};

}  // namespace aiva::rtp
