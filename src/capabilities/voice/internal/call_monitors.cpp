#include "capabilities/voice/internal/call_monitors.h"

#include <algorithm>
#include <span>
#include <utility>

#include "capabilities/voice/internal/samples.h"

namespace aiva::voice {
namespace {

using Samples = std::vector<std::int16_t>;

constexpr int hold_ms = 100;

Samples side_of(const Samples& both, std::size_t which) {
  Samples side(both.size() / 2);
  for (std::size_t i = 0; i < side.size(); ++i) side[i] = both[2 * i + which];
  return side;
}

Samples at_rate(std::optional<audio::Resampler>& resampler, Samples samples) {
  if (!resampler) return samples;
  Samples out;
  resampler->feed(samples, out);
  return out;
}

Samples mixed(const Samples& left, const Samples& right) {
  Samples sum(std::min(left.size(), right.size()));
  for (std::size_t i = 0; i < sum.size(); ++i)
    sum[i] = static_cast<std::int16_t>(std::clamp(left[i] + right[i], -32'768, 32'767));
  return sum;
}

Samples interleaved(const Samples& left, const Samples& right) {
  Samples both(2 * std::min(left.size(), right.size()));
  for (std::size_t i = 0; i < both.size() / 2; ++i) {
    both[2 * i] = left[i];
    both[2 * i + 1] = right[i];
  }
  return both;
}

}  // namespace

CallMonitors::Follower* CallMonitors::find(std::uint64_t seat) {
  auto found = std::ranges::find(followers_, seat, &Follower::seat);
  return found == followers_.end() ? nullptr : &*found;
}

bool CallMonitors::is_heard() const {
  return std::ranges::any_of(
      followers_, [](const Follower& follower) { return follower.listening.has_value(); });
}

std::string_view CallMonitors::speaker_name() const {
  if (!speaker_) return {};
  auto found = std::ranges::find(followers_, speaker_->seat, &Follower::seat);
  return found == followers_.end() ? std::string_view() : std::string_view(found->name);
}

void CallMonitors::tell_state() {
  CallState state{.at_ms = now_,
                  .is_caller_speaking = is_caller_speaking_,
                  .is_agent_speaking = is_agent_speaking_,
                  .taken_over_by = std::string(speaker_name()),
                  .followers = followers_.size()};
  for (const auto& follower : followers_) follower.monitor->state(state);
}

void CallMonitors::join(std::uint64_t seat, std::string name,
                        std::shared_ptr<CallMonitor> monitor) {
  followers_.push_back({.seat = seat, .name = std::move(name), .monitor = std::move(monitor)});
  tell_state();
}

bool CallMonitors::leave(std::uint64_t seat) {
  bool had_taken_over = speaker_ && speaker_->seat == seat;
  if (had_taken_over) speaker_.reset();
  std::erase_if(followers_, [seat](const Follower& follower) { return follower.seat == seat; });
  if (!is_heard()) tape_.reset();
  tell_state();
  return had_taken_over;
}

void CallMonitors::listen(std::uint64_t seat, std::optional<ListenWish> wish) {
  auto* follower = find(seat);
  if (follower == nullptr) return;
  follower->listening.reset();
  if (wish) {
    auto& listening = follower->listening.emplace(Listening{.wish = *wish});
    if (wish->rate != format_.rate) {
      listening.left.emplace(format_.rate, wish->rate);
      listening.right.emplace(format_.rate, wish->rate);
    }
  }
  if (!is_heard()) {
    tape_.reset();
  } else if (!tape_) {
    tape_.emplace(format_, hold_ms);
    tape_->skip(now_);
  }
}

Result<void> CallMonitors::take_over(std::uint64_t seat, int rate) {
  if (speaker_ && speaker_->seat != seat)
    return fail(ErrorCode::conflict, std::string(speaker_name()) + " has taken the call over");
  bool is_spoken = (rate == 8'000 || rate == 16'000 || rate == 24'000 || rate == 48'000) &&
                   (rate == format_.rate || audio::can_resample(rate, format_.rate));
  if (!is_spoken) return fail(invalid_field("rate", "must be 8000, 16000, 24000 or 48000"));
  speaker_.emplace(Speaker{.seat = seat, .voice = PersonVoice(format_, rate)});
  tell_state();
  return {};
}

bool CallMonitors::hand_back(std::uint64_t seat) {
  if (!speaker_ || speaker_->seat != seat) return false;
  speaker_.reset();
  tell_state();
  return true;
}

void CallMonitors::speak(std::uint64_t seat, std::string_view samples) {
  if (speaker_ && speaker_->seat == seat) speaker_->voice.add(samples);
}

void CallMonitors::refuse(std::uint64_t seat, std::string_view command, Error error) {
  if (auto* follower = find(seat)) follower->monitor->refused(command, std::move(error));
}

std::string_view CallMonitors::next_frame() {
  return speaker_ ? speaker_->voice.next_frame() : std::string_view();
}

void CallMonitors::heard(std::int64_t now, std::string_view audio) {
  if (tape_) tape_->heard(now, audio);
}

void CallMonitors::played(std::int64_t at, std::string_view frame) {
  if (tape_) tape_->played(at, frame);
}

void CallMonitors::cut(std::int64_t at) {
  if (tape_) tape_->cut(at);
}

void CallMonitors::note(const CallEvent& event) {
  switch (event.kind) {
    case CallEvent::Kind::speech_started: is_caller_speaking_ = true; break;
    case CallEvent::Kind::speech_stopped:
    case CallEvent::Kind::speech_dropped: is_caller_speaking_ = false; break;
    case CallEvent::Kind::answer_began: is_agent_speaking_ = true; break;
    case CallEvent::Kind::answer_ended: is_agent_speaking_ = false; break;
    case CallEvent::Kind::user_words:
    case CallEvent::Kind::words: break;
  }
  for (const auto& follower : followers_) follower.monitor->note(event);
}

void CallMonitors::line(const TranscriptLine& line) {
  for (const auto& follower : followers_) follower.monitor->line(line);
}

void CallMonitors::beat(std::int64_t now) {
  now_ = now;
  if (!tape_) return;
  auto at_ms = tape_->taken_ms();
  samples_.clear();
  tape_->take(now, samples_);
  if (samples_.empty()) return;
  for (auto& follower : followers_)
    if (follower.listening) let_hear(follower, at_ms);
}

void CallMonitors::let_hear(Follower& follower, std::int64_t at_ms) {
  auto& listening = *follower.listening;
  auto left = at_rate(listening.left, side_of(samples_, 0));
  auto right = at_rate(listening.right, side_of(samples_, 1));
  auto samples = listening.wish.channels == 2 ? interleaved(left, right) : mixed(left, right);
  AudioFormat linear{.coding = Coding::pcm16, .rate = listening.wish.rate};
  follower.monitor->heard(at_ms, to_bytes(linear, samples));
}

void CallMonitors::over(std::int64_t, CallEnd end) {
  speaker_.reset();
  tape_.reset();
  for (const auto& follower : std::exchange(followers_, {})) follower.monitor->over(end);
}

}  // namespace aiva::voice
