#include "app/rtp_parts.h"

#include <charconv>
#include <chrono>
#include <string>
#include <utility>

#include "adapters/redis/redis_bridge_calls.h"

namespace aiva::app {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// "20000-20999".
Result<std::optional<rtp::PortRange>> read_ports(const std::string& text) {
  if (text.empty()) return std::optional<rtp::PortRange>();
  rtp::PortRange range;
  const char* end = text.data() + text.size();
  auto first = std::from_chars(text.data(), end, range.first);
  bool has_dash = first.ec == std::errc() && first.ptr != end && *first.ptr == '-';
  auto last = has_dash ? std::from_chars(first.ptr + 1, end, range.last) : first;
  bool is_whole = has_dash && last.ec == std::errc() && last.ptr == end;
  if (!is_whole || range.first < 1024 || range.last <= range.first)
    return fail(invalid_field("rtp.ports", "is a range from 1024 on, as in 20000-20999"));
  return std::optional(range);
}

Result<void> open_bridge(const Config& config, Parts& parts) {
  const auto& url = config.rtp.bridge_redis;
  TRY(parts.bridge_redis,
      make_redis({.url = url.empty() ? config.cache.url : url, .ca_file = config.cache.ca_file}));
  parts.bridge_calls = make_redis_bridge_calls(*parts.bridge_redis);
  return {};
}

}  // namespace

Result<std::unique_ptr<rtp::Server>> make_rtp(const Config& config, Parts& parts) {
  const auto& settings = config.rtp;
  TRY(auto ports, read_ports(settings.ports));
  bool has_bridge = settings.bridge_port >= 0;
  if (!ports && !has_bridge) return std::unique_ptr<rtp::Server>();
  if (!parts.calls)
    return fail(ErrorCode::unavailable, "RTP needs the voices, which cannot be opened");
  rtp::ServerOptions options{.address = settings.host,
                             .public_address = settings.public_host,
                             .ports = ports,
                             .allowed = settings.allowed,
                             .sends_silence = settings.sends_silence,
                             .detects_tones = settings.detects_tones,
                             .threads = static_cast<int>(settings.threads),
                             .streams_max = static_cast<std::size_t>(config.voice.calls_max),
                             .waiting_max = seconds(settings.waiting_s)};
  if (has_bridge) {
    TRY_VOID(open_bridge(config, parts));
    options.bridge = {.port = static_cast<std::uint16_t>(settings.bridge_port),
                      .read_after = milliseconds(settings.bridge_read_ms),
                      .greeting_after = milliseconds(settings.bridge_greeting_ms)};
  }
  TRY(auto server,
      rtp::make_server(std::move(options), {.calls = *parts.calls,
                                            .log = *parts.call_log,
                                            .metrics = parts.metrics,
                                            .pause = parts.pause,
                                            .bridge_calls = parts.bridge_calls.get()}));
  if (ports) parts.media_ports = &server->ports();
  return server;
}

}  // namespace aiva::app
