#include <algorithm>
#include <utility>

#include "faces/ari/internal/switchboard.h"
#include "foundation/log.h"

namespace aiva::ari {
namespace {

bool is_with_us(const Channel& channel, const std::string& app) {
  return channel.application == "Stasis" &&
         (channel.application_data == app || channel.application_data.starts_with(app + ","));
}

}  // namespace

Task<void> Switchboard::tidy() {
  auto& line = exchange_.line;
  auto listed = co_await line.ask({.method = "GET", .path = "bridges"});
  auto bridges = listed ? read_bridges(*listed) : fail(std::move(listed.error()));
  if (bridges) listed = co_await line.ask({.method = "GET", .path = "channels"});
  auto channels = bridges && listed ? read_channels(*listed)
                                    : fail(ErrorCode::unavailable, "Asterisk lists no channels");
  if (!channels) {
    log::failure("What is left in Asterisk is not known", {}, channels.error());
    co_return;
  }
  std::set<std::string> with_us;
  for (const auto& channel : *channels)
    if (is_with_us(channel, exchange_.options.app)) with_us.insert(channel.id);
  notice_gone(with_us);
  for (auto& bridge : *bridges) {
    bool is_known = std::ranges::any_of(
        all_, [&](const auto& entry) { return entry.second->bridge() == bridge.id; });
    if (bridge.name != exchange_.prefix() || is_known) continue;
    bool has_audio = std::ranges::any_of(bridge.channels,
                                         [&](const auto& id) { return exchange_.is_media(id); });
    co_await take_over(std::move(bridge), has_audio);
  }
  for (const auto& channel : *channels) {
    const auto& id = channel.id;
    if (calls_.contains(id) || answering_.contains(id) || exchange_.arrivals.expects(id)) continue;
    if (exchange_.is_ours(id)) {
      co_await hang_up(id);
    } else if (with_us.contains(id)) {
      co_await refuse(id, ErrorCode::unavailable);
    }
  }
}

void Switchboard::notice_gone(const std::set<std::string>& with_us) {
  for (const auto& [channel, call] : std::map(calls_))
    if (!with_us.contains(channel) && !exchange_.arrivals.expects(channel))
      call->note_gone(channel);
  for (const auto& [key, call] : std::map(all_))
    if (call->is_over()) call->take_down();
}

// Two who speak to each other since their call was transferred go on doing so; whatever else is in
// a bridge of ours was left by a process that died.
Task<void> Switchboard::take_over(Bridge bridge, bool has_audio) {
  if (bridge.channels.size() == 2 && !has_audio) {
    auto ours = listener();
    auto call = std::make_shared<PhoneCall>(exchange_, bridge.id, bridge.channels[0],
                                            bridge.channels[1], ours);
    for (const auto& channel : bridge.channels) ours.joined(channel, call);
    co_return;
  }
  log::info("A bridge that was left in Asterisk is removed", {{"bridge", bridge.id}});
  auto done = co_await exchange_.line.ask({.method = "DELETE", .path = "bridges/" + bridge.id});
  if (!done && done.error().code != ErrorCode::not_found)
    log::failure("A bridge is left in Asterisk", {}, done.error());
}

}  // namespace aiva::ari
