#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "audio/resampler.h"
#include "capabilities/voice/call_tap.h"
#include "capabilities/voice/internal/call_tape.h"
#include "capabilities/voice/internal/person_voice.h"
#include "capabilities/voice/monitor.h"
#include "foundation/result.h"

namespace aiva::voice {

// Those who follow a call, and the one of them who speaks instead of its agent. On its home.
class CallMonitors final : public CallTap {
 public:
  explicit CallMonitors(AudioFormat format) : format_(format) {}

  void heard(std::int64_t now, std::string_view audio) override;
  void played(std::int64_t at, std::string_view frame) override;
  void cut(std::int64_t at) override;
  void note(const CallEvent& event) override;
  void line(const TranscriptLine& line) override;
  void beat(std::int64_t now) override;
  void over(std::int64_t now, CallEnd end) override;

  void join(std::uint64_t seat, std::string name, std::shared_ptr<CallMonitor> monitor);
  // True when it had taken the call over.
  bool leave(std::uint64_t seat);
  void listen(std::uint64_t seat, std::optional<ListenWish> wish);
  // Fails with `conflict` while somebody else speaks, and `invalid` for a rate that is not spoken.
  Result<void> take_over(std::uint64_t seat, int rate);
  // False when it had not taken the call over.
  bool hand_back(std::uint64_t seat);
  void speak(std::uint64_t seat, std::string_view samples);
  void refuse(std::uint64_t seat, std::string_view command, Error error);

  [[nodiscard]] bool is_taken_over() const { return speaker_.has_value(); }
  // What the person says; empty while they say nothing.
  std::string_view next_frame();
  [[nodiscard]] std::string_view speaker_name() const;

 private:
  struct Listening {
    ListenWish wish{};
    std::optional<audio::Resampler> left{};  // none where the leg has that rate
    std::optional<audio::Resampler> right{};
  };
  struct Follower {
    std::uint64_t seat = 0;
    std::string name{};
    std::shared_ptr<CallMonitor> monitor{};  // shared with its face
    std::optional<Listening> listening{};
  };
  struct Speaker {
    std::uint64_t seat = 0;
    PersonVoice voice;
  };

  Follower* find(std::uint64_t seat);
  void tell_state();
  void let_hear(Follower& follower, std::int64_t at_ms);
  [[nodiscard]] bool is_heard() const;

  AudioFormat format_;
  std::vector<Follower> followers_{};
  std::optional<Speaker> speaker_{};
  std::optional<CallTape> tape_{};       // while somebody listens
  std::vector<std::int16_t> samples_{};  // of both sides in turn
  std::int64_t now_ = 0;
  bool is_caller_speaking_ = false;
  bool is_agent_speaking_ = false;
};

}  // namespace aiva::voice
