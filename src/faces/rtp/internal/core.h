#pragma once

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <cstddef>
#include <memory>
#include <optional>
#include <stop_token>

#include "audio/rtp_packet.h"
#include "capabilities/voice/frame_clock.h"
#include "faces/rtp/internal/udp_socket.h"
#include "faces/rtp/server.h"
#include "foundation/executor.h"
#include "foundation/ip_address.h"
#include "foundation/metrics.h"
#include "foundation/task.h"

namespace aiva::rtp {

// What the streams of a server count.
struct Meters {
  explicit Meters(Metrics& metrics);

  Gauge& streams;
  Gauge& ports_free;
  Counter& packets_in;
  Counter& packets_out;
  Counter& not_sent;  // the system did not take them
  Counter& malformed;
  Counter& from_elsewhere;  // addresses that may not send
  Counter& of_strangers;    // in somebody's call
  Counter& of_other_types;
  Counter& of_no_call;
  Counter& lost;
  Counter& late;
  Counter& duplicate;
  Counter& reordered;
  Counter& restarts;
  Counter& made_up;
  Histogram& jitter;
  Histogram& opinion;
};

// One event loop; streams belong to one for good.
struct Loop final : Executor {
  boost::asio::io_context io{1};
  ReceiveBatch batch{};     // what is being read
  std::stop_source stop{};  // of whatever waits, when the server goes
  std::atomic<int> running = 0;

  void post(Work work) override;
  // Runs what nobody waits for; an exception of it is logged under `message`, a literal.
  void run(const char* message, Task<void> task);
  // Until none of that runs any more. The loop goes on meanwhile.
  void wait_until_idle();
};

// What all streams of a server share.
struct Core {
  Core(ServerOptions options_of_server, ServerParts parts_of_server, IpBlocks allowed_addresses);

  ServerOptions options;
  ServerParts parts;
  IpBlocks allowed;
  Meters meters;
  std::atomic<bool> is_stopping = false;
  std::unique_ptr<voice::FrameClock> clock;  // goes before the loops

  // The packet, where it is one of somebody who may send.
  std::optional<audio::RtpPacket> admit(const Datagram& datagram);
};

}  // namespace aiva::rtp
