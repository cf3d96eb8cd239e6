#include "faces/rtp/internal/bridge_stream.h"

#include <utility>

#include "faces/rtp/internal/bridge.h"
#include "foundation/json.h"
#include "foundation/json_writer.h"
#include "foundation/log.h"

namespace aiva::rtp {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::seconds asking_max{2};
constexpr std::chrono::milliseconds ask_again_after{500};
constexpr std::size_t custom_bytes_max = 16 * 1024;

// A JSON object is kept as it is, other text as a member of one.
std::string to_metadata(const std::string& custom) {
  if (custom.empty()) return "{}";
  auto value = json::parse(custom, {.bytes_max = custom_bytes_max, .depth_max = 16});
  if (value && value->is_object()) return custom;
  std::string metadata;
  JsonWriter writer(metadata);
  writer.begin_object().field("custom_data", custom).end_object();
  return metadata;
}

voice::NewCall to_new_call(const BridgeCall& told, std::uint16_t port) {
  return {.agent = told.agent,
          .session_id = told.session_id,
          .caller_id = told.caller_id,
          .caller_name = told.caller_name,
          .provider = "rtp",
          .metadata = to_metadata(told.custom),
          .asterisk_port = port};
}

// Others may go with time: a call before it left its words there, or nobody has written yet.
bool is_final(const Error& error) {
  return error.code == ErrorCode::quota_exceeded || error.code == ErrorCode::cancelled;
}

}  // namespace

BridgeStream::BridgeStream(Core& core, Loop& loop, Bridge& bridge, std::uint16_t port)
    : core_(core), loop_(loop), bridge_(bridge), port_(port) {}

void BridgeStream::begin(std::uint32_t source) {
  first_source_ = source;
  std::weak_ptr<BridgeStream> weak = weak_from_this();
  leg_ = std::make_shared<RtpLeg>(
      core_, loop_, false,
      RtpLeg::Hooks{
          .send = [&bridge = bridge_](const Endpoint& to,
                                      RtpLeg::Bytes bytes) { return bridge.send(to, bytes); },
          .before_beat = {},
          .over =
              [weak](voice::CallEnd end, std::string_view target) {
                if (auto self = weak.lock()) self->be_over(end, target);
              }});
}

void BridgeStream::take(const Datagram& datagram, const audio::RtpPacket& packet) {
  heard_at_ = Clock::now();
  if (is_over_) return core_.meters.of_no_call.add();
  leg_->take(datagram, packet);
  if (!leg_->has_sender() || std::exchange(is_begun_, true)) return;
  leg_->begin_playing();
  loop_.run("A call of the bridge failed", carry());
}

void BridgeStream::note_refusal(const Endpoint& by) {
  if (!is_over_) leg_->note_refusal(by);
}

void BridgeStream::end(voice::CallEnd reason) {
  if (auto leg = leg_) leg->end(reason);
  be_over(reason, {});
}

void BridgeStream::be_over(voice::CallEnd end, std::string_view transfer_target) {
  if (std::exchange(is_over_, true)) return;
  end_.reason = voice::name_of(end);
  end_.transfer_target = transfer_target;
  stop_.request_stop();
}

CallContext BridgeStream::short_context() const {
  return {.deadline = Clock::now() + asking_max, .home = &loop_};
}

Task<bool> BridgeStream::wait(std::chrono::milliseconds time) {
  CallContext context{.cancellation = stop_.get_token(), .home = &loop_};
  auto waited = co_await core_.parts.pause(context, time);
  co_return waited.has_value() && !is_over_;
}

Task<void> BridgeStream::carry() {
  auto self = shared_from_this();
  auto call = co_await find_call();
  if (call && co_await wait(core_.options.bridge->greeting_after)) {
    auto leg = leg_;
    auto answered = co_await leg->answer(*call);
    if (answered)
      co_await watch_for_hang_up();
    else
      call = fail(std::move(answered.error()));
  }
  if (!call) refuse(call.error());
  end(voice::CallEnd::failed);  // unless it has ended
  leg_.reset();
  co_await tell_end();
}

void BridgeStream::refuse(const Error& error) {
  if (error.code != ErrorCode::cancelled)
    log::failure("A call of the bridge was refused", {}, error);
  bool is_poor = error.code == ErrorCode::quota_exceeded;
  be_over(is_poor ? voice::CallEnd::no_credits : voice::CallEnd::failed, {});
}

Task<Result<voice::Call>> BridgeStream::find_call() {
  const auto& bridge = *core_.options.bridge;
  auto until = Clock::now() + bridge.read_max;
  auto next = bridge.read_after;
  for (;;) {
    if (!co_await wait(next)) co_return fail(ErrorCode::cancelled, "The call is over");
    auto found = co_await announce();
    if (found || is_final(found.error()) || Clock::now() >= until) co_return found;
    next = ask_again_after;
  }
}

Task<Result<voice::Call>> BridgeStream::announce() {
  auto asking = core_.parts.bridge_calls->find(short_context(), port_);
  CO_TRY(auto told, co_await std::move(asking));
  if (!told || told->is_hung_up)
    co_return fail(ErrorCode::not_found,
                   "Nobody tells whose call comes from port " + std::to_string(port_));
  auto context = short_context();
  context.tenant = told->tenant;
  auto announcing = core_.parts.log.announce(context, to_new_call(*told, port_));
  auto call = co_await std::move(announcing);
  bool is_ours = call || call.error().code == ErrorCode::quota_exceeded;
  if (is_ours) end_.session_id = told->session_id;
  co_return call;
}

Task<void> BridgeStream::watch_for_hang_up() {
  while (co_await wait(core_.options.bridge->hang_up_every)) {
    auto asking = core_.parts.bridge_calls->find(short_context(), port_);
    auto told = co_await std::move(asking);
    if (is_over_) co_return;
    // The call goes on while the board cannot be read: its packets tell, too, that it lives.
    if (!told || !*told) continue;
    if ((*told)->is_hung_up || (*told)->session_id != end_.session_id)
      leg_->end(voice::CallEnd::caller_hung_up);
  }
}

Task<void> BridgeStream::tell_end() {
  if (end_.session_id.empty()) co_return;
  auto telling = core_.parts.bridge_calls->end(short_context(), port_, end_);
  auto told = co_await std::move(telling);
  if (!told) log::failure("The end of a call was not told to the bridge", {}, told.error());
}

}  // namespace aiva::rtp
