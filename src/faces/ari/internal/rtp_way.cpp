#include <charconv>
#include <chrono>
#include <utility>

#include "faces/ari/internal/media_way.h"
#include "foundation/log.h"

namespace aiva::ari {
namespace {

using voice::Coding;

constexpr std::chrono::seconds claiming_time_max{5};
// What chan_rtp tells of the channel's own end (set in unicast_rtp_request() of Asterisk).
constexpr std::string_view address_variable = "UNICASTRTP_LOCAL_ADDRESS";
constexpr std::string_view port_variable = "UNICASTRTP_LOCAL_PORT";

// An IPv6 address stands in brackets before a port.
std::string host_of(const voice::MediaPort& port) {
  const auto& address = port.address();
  auto host = address.contains(':') ? "[" + address + "]" : address;
  return host + ":" + std::to_string(port.port());
}

std::uint16_t read_port(std::string_view text) {
  std::uint16_t port = 0;
  const char* end = text.data() + text.size();
  auto [read, error] = std::from_chars(text.data(), end, port);
  return error == std::errc() && read == end ? port : std::uint16_t{0};
}

class RtpWay final : public MediaWay {
 public:
  RtpWay(RtpWayParts parts, std::string format) : parts_(parts), format_(std::move(format)) {}

  Result<MediaOffer> offer(const MediaRequest& wanted) override {
    TRY(auto port, parts_.ports.take());
    Request request{.method = "POST",
                    .path = "channels/externalMedia",
                    .query = {{"channelId", wanted.channel},
                              {"app", wanted.app},
                              {"external_host", host_of(*port)},
                              {"encapsulation", "rtp"},
                              {"transport", "udp"},
                              {"connection_type", "client"},
                              {"format", format_},
                              {"direction", "both"}}};
    return MediaOffer{.request = std::move(request), .port = std::move(port)};
  }

  Task<Result<void>> begin(MediaRequest wanted, voice::MediaPort* port) override {
    auto asking = find_peer(wanted.channel);
    auto peer = co_await std::move(asking);
    CallContext context{.deadline = std::chrono::steady_clock::now() + claiming_time_max,
                        .home = &parts_.home};
    auto claiming = parts_.log.claim(context, wanted.session_id);
    CO_TRY(auto call, co_await std::move(claiming));
    port->await(std::move(call), std::move(peer));
    co_return Result<void>{};
  }

 private:
  // Nothing where Asterisk does not tell: then its first packets do.
  Task<std::optional<voice::MediaPeer>> find_peer(std::string channel);
  Task<Result<std::string>> variable(std::string channel, std::string_view name);

  RtpWayParts parts_;
  std::string format_;
};

Task<Result<std::string>> RtpWay::variable(std::string channel, std::string_view name) {
  auto asking = parts_.line.ask({.method = "GET",
                                 .path = "channels/" + channel + "/variable",
                                 .query = {{"variable", std::string(name)}}});
  CO_TRY(auto body, co_await std::move(asking));
  co_return read_value(body);
}

Task<std::optional<voice::MediaPeer>> RtpWay::find_peer(std::string channel) {
  auto asking = variable(channel, address_variable);
  auto address = co_await std::move(asking);
  if (!address || address->empty()) co_return std::nullopt;
  asking = variable(channel, port_variable);
  auto port = co_await std::move(asking);
  if (!port || read_port(*port) == 0) co_return std::nullopt;
  voice::MediaPeer peer{.address = std::move(*address),
                        .port = read_port(*port),
                        .format = format_of_rtp(format_).value_or(voice::AudioFormat{})};
  co_return peer;
}

}  // namespace

std::optional<voice::AudioFormat> format_of_rtp(std::string_view format) {
  if (format == "ulaw") return voice::AudioFormat{.coding = Coding::pcmu};
  if (format == "alaw") return voice::AudioFormat{.coding = Coding::pcma};
  if (format == "slin") return voice::AudioFormat{.coding = Coding::pcm16};
  if (format == "slin16") return voice::AudioFormat{.coding = Coding::pcm16, .rate = 16'000};
  return std::nullopt;
}

std::unique_ptr<MediaWay> make_rtp_way(RtpWayParts parts, std::string format) {
  return std::make_unique<RtpWay>(parts, std::move(format));
}

}  // namespace aiva::ari
