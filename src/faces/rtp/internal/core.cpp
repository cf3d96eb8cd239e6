#include "faces/rtp/internal/core.h"

#include <boost/asio/post.hpp>
#include <exception>
#include <utility>

#include "foundation/log.h"

namespace aiva::rtp {
namespace {

Counter& refused(Metrics& metrics, const char* reason) {
  return metrics.counter("aiva_voice_rtp_refused_total", "Datagrams that were no packet of a call",
                         {{"reason", reason}});
}

}  // namespace

Meters::Meters(Metrics& metrics)
    : streams(metrics.gauge("aiva_voice_rtp_streams", "Streams of packets that are played")),
      ports_free(metrics.gauge("aiva_voice_rtp_ports_free", "Ports for calls to be announced")),
      packets_in(metrics.counter("aiva_voice_rtp_packets_total", "Packets of calls",
                                 {{"direction", "in"}})),
      packets_out(metrics.counter("aiva_voice_rtp_packets_total", "Packets of calls",
                                  {{"direction", "out"}})),
      not_sent(
          metrics.counter("aiva_voice_rtp_not_sent_total", "Packets that the system did not take")),
      malformed(refused(metrics, "malformed")),
      from_elsewhere(refused(metrics, "address")),
      of_strangers(refused(metrics, "stranger")),
      of_other_types(refused(metrics, "type")),
      of_no_call(refused(metrics, "no_call")),
      lost(metrics.counter("aiva_voice_rtp_lost_total", "Packets that never came")),
      late(metrics.counter("aiva_voice_rtp_late_total",
                           "Packets that came when their time was over")),
      duplicate(metrics.counter("aiva_voice_rtp_duplicate_total", "Packets that came twice")),
      reordered(metrics.counter("aiva_voice_rtp_reordered_total", "Packets that overtook others")),
      restarts(metrics.counter("aiva_voice_rtp_restarts_total", "Senders whose clock jumped")),
      made_up(metrics.counter("aiva_voice_rtp_made_up_frames_total",
                              "Frames that were made up, whole or in part")),
      jitter(metrics.histogram("aiva_voice_rtp_jitter_seconds",
                               "Jitter of calls (RFC 3550), at their end",
                               {.001, .002, .005, .01, .02, .05, .1, .2})),
      opinion(
          metrics.histogram("aiva_voice_rtp_mos",
                            "Mean opinion score of what callers sent (G.107), at the end of calls",
                            {1, 2, 2.5, 3, 3.5, 3.8, 4, 4.2, 4.4})) {}

void Loop::post(Work work) {
  // Asio wants handlers that can be copied.
  auto shared = std::make_shared<Work>(std::move(work));
  boost::asio::post(io, [shared] { (*shared)(); });
}

void Loop::run(const char* message, Task<void> task) {
  ++running;
  start(std::move(task), [this, message](std::exception_ptr exception) {
    if (exception) log::error(message, {{"reason", "an exception"}});
    --running;
    running.notify_all();
  });
}

void Loop::wait_until_idle() {
  for (int count = running; count > 0; count = running) running.wait(count);
}

Core::Core(ServerOptions options_of_server, ServerParts parts_of_server, IpBlocks allowed_addresses)
    : options(std::move(options_of_server)),
      parts(std::move(parts_of_server)),
      allowed(std::move(allowed_addresses)),
      meters(parts.metrics),
      clock(std::make_unique<voice::FrameClock>(parts.metrics)) {}

std::optional<audio::RtpPacket> Core::admit(const Datagram& datagram) {
  if (!allowed.is_empty() && !allowed.contains(datagram.from.address)) {
    meters.from_elsewhere.add();
    return std::nullopt;
  }
  auto packet = audio::parse_rtp(datagram.bytes);
  if (!packet) meters.malformed.add();
  return packet;
}

}  // namespace aiva::rtp
