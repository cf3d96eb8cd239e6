#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "capabilities/voice/call_tap.h"
#include "capabilities/voice/frame_clock.h"
#include "capabilities/voice/internal/brain.h"
#include "capabilities/voice/internal/call_monitors.h"
#include "capabilities/voice/internal/line_quality.h"
#include "capabilities/voice/internal/take_over_notes.h"
#include "capabilities/voice/internal/waiters.h"
#include "capabilities/voice/phrases.h"
#include "capabilities/voice/playout.h"
#include "capabilities/voice/voice.h"
#include "foundation/call_context.h"
#include "foundation/span.h"

namespace aiva::voice {

// What all calls of a process count.
struct CallMeters {
  explicit CallMeters(Metrics& metrics);

  void count_end(CallEnd end, double seconds);

  Gauge& active;
  Counter& begun;
  Counter& underruns;
  Counter& interruptions;
  Histogram& first_audio;
  Histogram& mos;
  Histogram& seconds;
  std::map<CallEnd, Counter*> ends;
};

// What a call may do besides speaking; each part may be null.
struct SteeringParts {
  std::shared_ptr<CallControl> control{};  // shared with its face
  chat::People* people = nullptr;
  // Who hears what is said while a person speaks instead of the agent; both, or it is not written
  // down.
  SpeechRecognizer* recognizer = nullptr;
  VoiceDetectors* detectors = nullptr;
};

// One call: its leg, its brain, the frames between them, its limits and its record. Its time is
// that of the last beat.
class RunningCall final : public LiveCall,
                          public CallHost,
                          public Beating,
                          public std::enable_shared_from_this<RunningCall> {
 public:
  using Over = std::function<void(CallId)>;

  // `context` is the call's own: its home and tenant, no deadline. `over` is called once, on the
  // home, when the call has ended and is written down.
  RunningCall(CallContext context, Call call, std::string language, std::shared_ptr<Leg> leg,
              CallLog& log, CallMeters& meters, const CallLimits& limits, Instant now, Over over);

  // Before begin().
  void add_tap(std::shared_ptr<CallTap> tap) { taps_.push_back(std::move(tap)); }
  void steer_by(SteeringParts parts) { steering_ = std::move(parts); }
  void trace_by(Span span) { span_ = std::move(span); }
  void begin(std::shared_ptr<Brain> brain);
  // As of Calls; on the home.
  Task<Result<DialEnd>> steer(Steering steering);
  // Says why, then ends.
  void end_politely(CallEnd end);

  void hear(std::string_view audio) override;
  void digit(char digit) override;
  void ask(std::string words) override;
  void take_turns(bool by_itself) override;
  void commit() override;
  void clear() override;
  void cancel() override;
  void end(CallEnd reason) override;
  [[nodiscard]] bool is_over() const override { return is_over_; }

  void beat(Instant now) override;

  [[nodiscard]] CallMs now() const override;
  Playout& playout() override { return playout_; }
  [[nodiscard]] bool is_speaking() const override;
  void note(CallEvent::Kind kind, std::string text, bool is_cut_off) override;
  Heard stop_speech() override;
  void write_line(TranscriptLine line) override;
  void use_model(std::string model, billing::MicroUsd base) override;
  void count_turn() override { ++outcome_.turns; }
  void count_interruption() override;
  void note_answered_by(std::string_view who) override { outcome_.answered_by = who; }
  void end_after_speech(CallEnd end, std::string transfer_target) override;
  [[nodiscard]] bool is_ending() const override { return ending_.has_value(); }

  // Those who follow the call, each by the number of their seat.
  void join(std::uint64_t seat, std::string name, std::shared_ptr<CallMonitor> monitor);
  void leave(std::uint64_t seat);
  void listen(std::uint64_t seat, std::optional<ListenWish> wish);
  void whisper(std::string text);
  void say(std::uint64_t seat, std::string text);
  void take_over(std::uint64_t seat, int rate);
  void speak(std::uint64_t seat, std::string_view samples);
  void hand_back(std::uint64_t seat);
  // A place for one more; false when there is none. Any thread.
  bool reserve_seat();
  // The number of a seat; any thread.
  std::uint64_t next_seat() { return ++last_seat_; }

  [[nodiscard]] const Call& call() const { return call_; }
  [[nodiscard]] Executor& home() const { return *context_.home; }
  // Since the call began; any thread.
  [[nodiscard]] std::int64_t seconds() const;

 private:
  struct Ending {
    CallEnd end;
    std::string transfer_target;
    Instant until;         // it does not wait longer for what is to be said
    bool is_known = true;  // whoever takes a transfer on finds its target in the row
    std::optional<Instant> silent_since{};
  };

  [[nodiscard]] bool is_listening() const {
    return !is_over_ && brain_ && !ending_ && !is_held_ && !monitors_->is_taken_over();
  }
  [[nodiscard]] CallMs ms_at(Instant instant) const;
  void play_frame();
  void play_person();
  void end_person();
  void begin_notes();
  void give_notes_up(Instant now);
  void write_note(ChatRole who, TranscriptLine line);
  bool play(CallMs at, std::string_view frame);
  void let_agent_go_on();
  double measure_quality();
  void play_ahead();
  void check_limits(Instant now);
  void check_ending(Instant now);
  void meter();
  void finish(CallEnd end, std::string_view transfer_target);
  void set_held(bool is_held);
  void note_steering(std::string text);
  void begin_transfer(std::string target);
  Task<void> transfer_for_agent(std::string target);
  Task<Result<DialEnd>> do_steering(Steering steering);
  Task<Result<void>> set_hold(bool is_held);
  Task<Result<DialEnd>> transfer(std::string target);
  Task<Result<DialEnd>> consult(std::string target);
  Task<Result<void>> announce_caller();
  [[nodiscard]] CallContext context_for(std::chrono::milliseconds time_max) const;
  void wake();
  [[nodiscard]] CallContext short_context() const;
  Task<void> meter_once();
  Task<void> store_line(TranscriptLine line);
  Task<void> store_transfer(std::string target);
  Task<void> charge_models();
  Task<void> store_outcome();

  CallContext context_;
  Span span_{};  // from the call's beginning to its end
  Call call_;
  std::string language_;
  std::shared_ptr<Leg> leg_;  // shared with its face; let go when the call ends
  CallLog& log_;
  CallMeters& meters_;
  CallLimits limits_;
  Over over_;
  std::shared_ptr<Brain> brain_{};          // shared with its own work that still runs
  std::shared_ptr<CallMonitors> monitors_;  // one of the taps
  std::vector<std::shared_ptr<CallTap>> taps_;
  std::atomic<int> seats_ = 0;
  std::atomic<std::uint64_t> last_seat_ = 0;
  LineQuality quality_{};
  Playout playout_;
  const Instant began_;
  Instant now_;
  Instant next_frame_;
  Instant last_audio_;
  Instant next_metering_;
  CallOutcome outcome_{};
  Instant next_charging_;
  std::map<std::string, billing::MicroUsd> uses_{};  // of models, not charged yet
  std::int64_t charges_ = 0;
  std::int64_t audio_in_bytes_ = 0;
  std::int64_t lines_ = 0;
  std::optional<Ending> ending_{};
  std::optional<Instant> heard_at_{};  // when all that was played will have been heard
  bool is_speaking_ = false;
  bool is_person_heard_ = false;  // speaking instead of the agent; legs take it for an answer
  int person_silent_ms_ = 0;
  std::shared_ptr<TakeOverNotes> notes_{};  // since a person took over; shared with its work
  SteeringParts steering_{};
  Waiters waiting_{};  // for a beat
  bool is_steering_ = false;
  bool is_held_ = false;  // the caller hears something else
  bool is_metering_ = false;
  bool is_over_ = false;
};

}  // namespace aiva::voice
