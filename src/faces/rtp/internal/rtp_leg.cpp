#include "faces/rtp/internal/rtp_leg.h"

#include <algorithm>
#include <utility>

#include "audio/call_quality.h"

namespace aiva::rtp {
namespace {

using Played = audio::JitterBuffer::Played;

constexpr auto frame_time = std::chrono::milliseconds(voice::frame_ms);
constexpr int frames_caught_up_max = 5;
constexpr int frames_between_countings = 50;
constexpr std::chrono::seconds answering_max{10};
// Senders that leave silence out are heard as silent for so long; then they count as gone.
constexpr std::chrono::seconds silence_max{2};
// A far end that has closed its port refuses what comes, as often as systems say so (some once a
// second); a stray refusal ends no call.
constexpr int refusals_max = 3;
constexpr std::chrono::seconds refused_for{1};

void add(Counter& counter, std::uint64_t now, std::uint64_t before) {
  if (now > before) counter.add(static_cast<double>(now - before));
}

}  // namespace

RtpLeg::RtpLeg(Core& core, Loop& loop, bool may_move, Hooks hooks)
    : core_(core), loop_(loop), hooks_(std::move(hooks)), source_(may_move) {}

RtpLeg::~RtpLeg() {
  if (has_sender()) core_.meters.streams.add(-1);
}

bool RtpLeg::expect(const Endpoint& peer, const voice::AudioFormat& format) {
  auto type = payload_type_of(format);
  if (!type) return false;
  source_.expect(peer);
  last_packet_ = std::chrono::steady_clock::now();
  begin_stream(*type, format);
  return true;
}

void RtpLeg::begin_stream(std::uint8_t payload_type, const voice::AudioFormat& format) {
  receiver_ = std::make_unique<Receiver>(format, core_.options.detects_tones);
  writer_.emplace(payload_type, format, PacketWriter::Beginning::random());
  core_.meters.streams.add(1);
}

void RtpLeg::take(const Datagram& datagram, const audio::RtpPacket& packet) {
  auto format = format_of(packet.payload_type);
  if (!source_.is_known() && !format) return core_.meters.of_other_types.add();
  Instant now(datagram.arrival);
  auto verdict = source_.judge(datagram.from, packet, now);
  if (verdict == SourceRule::Verdict::refused) core_.meters.of_strangers.add();
  if (verdict != SourceRule::Verdict::accepted) return;
  if (!receiver_) begin_stream(packet.payload_type, *format);
  if (!receiver_->put(packet, datagram.arrival)) return core_.meters.of_other_types.add();
  core_.meters.packets_in.add();
  last_packet_ = now;
  refusals_ = 0;
}

void RtpLeg::note_refusal(const Endpoint& by) {
  if (by == source_.endpoint()) ++refusals_;
}

void RtpLeg::begin_playing() {
  next_frame_ = std::chrono::steady_clock::now() + frame_time;
  core_.clock->add(loop_, shared_from_this());
}

Task<Result<void>> RtpLeg::answer(voice::Call call) {
  auto self = shared_from_this();
  CallContext context{.tenant = call.tenant,
                      .deadline = std::chrono::steady_clock::now() + answering_max,
                      .cancellation = loop_.stop.get_token(),
                      .home = &loop_};
  auto answered = co_await core_.parts.calls.answer(context, std::move(call), self);
  if (!answered) {
    is_over_ = true;
    co_return fail(std::move(answered.error()));
  }
  call_ = std::move(*answered);
  if (is_over_) end(voice::CallEnd::caller_hung_up);
  co_return Result<void>{};
}

void RtpLeg::end(voice::CallEnd reason) {
  is_over_ = true;
  if (auto call = std::exchange(call_, nullptr)) call->end(reason);
}

void RtpLeg::beat(Instant now) {
  if (hooks_.before_beat) hooks_.before_beat();
  // After a long stall time goes on from now.
  if (now - next_frame_ > frames_caught_up_max * frame_time) next_frame_ = now;
  while (next_frame_ <= now && !is_over_) {
    next_frame_ += frame_time;
    hear_frame(now);
  }
  if (is_over_ || refusals_ < refusals_max || now - last_packet_ < refused_for) return;
  end(voice::CallEnd::caller_hung_up);
}

void RtpLeg::hear_frame(Instant now) {
  auto frame = receiver_->next_frame();
  auto keys = receiver_->take_keys();
  if (++frames_since_counting_ >= frames_between_countings) count();
  auto call = call_;  // which may end within
  if (!call) return;
  if (frame.played != Played::nothing || now - last_packet_ < silence_max) call->hear(frame.audio);
  for (char key : keys)
    if (!call->is_over()) call->digit(key);
}

void RtpLeg::count() {
  frames_since_counting_ = 0;
  auto& meters = core_.meters;
  auto counts = receiver_->counts();
  // What seemed lost may have come by now.
  add(meters.lost, counts.lost, counted_.lost);
  add(meters.late, counts.late, counted_.late);
  add(meters.duplicate, counts.duplicate, counted_.duplicate);
  add(meters.reordered, counts.reordered, counted_.reordered);
  add(meters.restarts, counts.restarts, counted_.restarts);
  add(meters.made_up, receiver_->frames_made_up(), made_up_counted_);
  counts.lost = std::max(counts.lost, counted_.lost);
  counted_ = counts;
  made_up_counted_ = receiver_->frames_made_up();
}

void RtpLeg::count_quality() {
  auto measured = quality();
  if (!measured) return;
  count();
  core_.meters.jitter.observe(measured->jitter_ms / 1000);
  auto rating = audio::rate_transmission({.delay_ms = measured->delay_ms,
                                          .jitter_ms = measured->jitter_ms,
                                          .loss = measured->loss,
                                          .burst_ratio = measured->burst_ratio});
  core_.meters.opinion.observe(audio::to_mean_opinion_score(rating));
}

voice::AudioFormat RtpLeg::format() const { return receiver_->format(); }

std::optional<voice::LegQuality> RtpLeg::quality() const {
  return receiver_ ? receiver_->quality() : std::nullopt;
}

bool RtpLeg::play(std::string_view frame) {
  if (is_over_) return false;
  auto packet = writer_->write(frame, std::chrono::steady_clock::now());
  if (hooks_.send(source_.endpoint(), packet))
    core_.meters.packets_out.add();
  else
    core_.meters.not_sent.add();
  return true;
}

void RtpLeg::hang_up(voice::CallEnd end, std::string_view transfer_target) {
  is_over_ = true;
  call_.reset();
  count_quality();
  if (hooks_.over) hooks_.over(end, transfer_target);
}

}  // namespace aiva::rtp
