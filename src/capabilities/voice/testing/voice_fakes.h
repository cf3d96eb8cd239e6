#pragma once

#include <algorithm>
#include <cstdlib>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "capabilities/voice/call_control.h"
#include "capabilities/voice/call_log.h"
#include "capabilities/voice/internal/waiters.h"
#include "capabilities/voice/leg.h"
#include "capabilities/voice/monitor.h"
#include "ports/speech_recognizer.h"
#include "ports/speech_synthesizer.h"
#include "ports/voice_detector.h"

namespace aiva::voice {

// Takes what is loud for a voice.
class LoudnessDetectors final : public VoiceDetectors {
 public:
  std::unique_ptr<VoiceDetector> make() override { return std::make_unique<Detector>(); }

 private:
  class Detector final : public VoiceDetector {
   public:
    float hear(std::span<const std::int16_t, window> samples) override {
      auto loud = std::ranges::count_if(samples, [](int sample) { return std::abs(sample) > 500; });
      return static_cast<std::size_t>(loud) > window / 4 ? 0.95F : 0.05F;
    }
    void reset() override {}
  };
};

// Hears one scripted text after the other; the last one for good.
class ScriptedRecognizer final : public SpeechRecognizer {
 public:
  std::string name = "scripted";
  std::deque<std::string> words{};
  std::vector<std::size_t> heard_ms{};  // of each utterance
  bool is_late = false;                 // answers when it is woken
  Waiters late{};

  [[nodiscard]] const std::string& provider() const override { return name; }
  [[nodiscard]] const std::string& model() const override { return name; }
  Task<Result<Transcript>> recognize(CallContext context, Utterance utterance) override {
    CO_TRY_VOID(context.check());
    heard_ms.push_back(utterance.samples.size() * 1000 / static_cast<std::size_t>(utterance.rate));
    if (is_late) co_await late.next();
    if (words.empty()) co_return fail(ErrorCode::unavailable, "Nothing is scripted");
    auto text = words.front();
    if (words.size() > 1) words.pop_front();
    co_return Transcript{.text = std::move(text)};
  }
};

// Says a text as a tone of 10 ms a byte, in pieces of 100 ms.
class ToneSynthesizer final : public SpeechSynthesizer {
 public:
  std::string name = "tone";
  std::vector<std::string> said{};

  [[nodiscard]] const std::string& provider() const override { return name; }
  [[nodiscard]] std::vector<std::string> voices() const override { return {}; }
  Task<Result<std::unique_ptr<SpeechAudio>>> speak(CallContext context,
                                                   SpeechRequest request) override {
    CO_TRY_VOID(context.check());
    said.push_back(request.text);
    auto pieces = (request.text.size() + 9) / 10;
    std::unique_ptr<SpeechAudio> audio =
        std::make_unique<Tone>(pieces, static_cast<std::size_t>(request.rate) / 10);
    co_return audio;
  }

 private:
  class Tone final : public SpeechAudio {
   public:
    Tone(std::size_t pieces, std::size_t samples) : pieces_(pieces), samples_(samples) {}
    Task<Result<std::optional<std::vector<std::int16_t>>>> next(CallContext context) override {
      CO_TRY_VOID(context.check());
      if (pieces_ == 0) co_return std::optional<std::vector<std::int16_t>>{};
      --pieces_;
      co_return std::vector<std::int16_t>(samples_, 4'000);
    }

   private:
    std::size_t pieces_;
    std::size_t samples_;
  };
};

// The caller's side: what was played of it.
class RecordingLeg final : public Leg {
 public:
  std::string played{};  // frames in a row, "s" for a silent one and "v" for a voice
  std::optional<CallEnd> end{};
  std::string transfer_target{};
  int flushes = 0;
  std::vector<std::string> told{};  // the words of answers
  bool is_there = true;
  bool is_silent_at_times = false;  // audio comes only when somebody speaks
  int ahead = 0;                    // milliseconds
  std::optional<LegQuality> known_quality{};

  [[nodiscard]] AudioFormat format() const override { return {}; }
  [[nodiscard]] bool keeps_itself_alive() const override { return false; }
  [[nodiscard]] bool is_always_heard() const override { return !is_silent_at_times; }
  [[nodiscard]] int ahead_ms() const override { return ahead; }
  [[nodiscard]] std::optional<LegQuality> quality() const override { return known_quality; }
  void note(const CallEvent& event) override {
    if (event.kind == CallEvent::Kind::words) told.push_back(event.text);
  }
  bool play(std::string_view frame) override {
    bool is_silent = std::ranges::all_of(frame, [](char byte) { return byte == 0; });
    played += is_silent ? 's' : 'v';
    return is_there;
  }
  std::int64_t flush() override {
    ++flushes;
    return 0;
  }
  void hang_up(CallEnd reason, std::string_view target) override {
    end = reason;
    transfer_target = target;
  }
};

// Notes what one who follows a call is told.
class NotingMonitor final : public CallMonitor {
 public:
  std::vector<CallState> states{};
  std::vector<CallEvent::Kind> notes{};
  std::vector<std::string> lines{};
  std::string sound{};  // 16-bit samples
  std::int64_t sound_at_ms = -1;
  std::vector<std::string> refusals{};
  std::optional<CallEnd> end{};

  void state(CallState state) override { states.push_back(std::move(state)); }
  void note(CallEvent event) override { notes.push_back(event.kind); }
  void line(TranscriptLine line) override { lines.push_back(line.speaker + ": " + line.text); }
  void heard(std::int64_t at_ms, std::string samples) override {
    if (sound_at_ms < 0) sound_at_ms = at_ms;
    sound += samples;
  }
  void refused(std::string_view command, Error error) override {
    refusals.push_back(std::string(command) + ": " + error.message);
  }
  void over(CallEnd reason) override { end = reason; }
};

// A telephone system that does what it is told, or fails as a test says.
class ScriptedControl final : public CallControl {
 public:
  std::vector<std::string> done{};
  std::optional<Error> failure{};  // of everything
  DialEnd consulted = DialEnd::answered;
  bool is_connectable = true;
  bool consults_first = false;
  std::optional<CallEnd> ended{};

  Task<Result<void>> send_digits(CallContext, std::string digits) override {
    co_return note("digits " + digits);
  }
  Task<Result<void>> hold(CallContext, bool is_held) override {
    co_return note(is_held ? "hold" : "unhold");
  }
  Task<Result<void>> transfer(CallContext, std::string target) override {
    co_return note("transfer " + target);
  }
  Task<Result<DialEnd>> consult(CallContext, std::string target) override {
    CO_TRY_VOID(note("consult " + target));
    co_return consulted;
  }
  Task<Result<void>> connect(CallContext) override {
    if (!is_connectable) co_return fail(ErrorCode::conflict, "They are gone");
    co_return note("connect");
  }
  Task<Result<void>> resume(CallContext) override { co_return note("resume"); }
  Task<Result<void>> record(CallContext, bool is_on) override {
    co_return note(is_on ? "record" : "stop recording");
  }
  [[nodiscard]] bool consults() const override { return consults_first; }
  void end(CallEnd reason) override { ended = reason; }

 private:
  Result<void> note(std::string what) {
    done.push_back(std::move(what));
    if (failure) return fail(*failure);
    return {};
  }
};

// Keeps what calls write down in memory.
class MemoryCallLog final : public CallLog {
 public:
  std::vector<TranscriptLine> lines{};
  std::vector<ModelUse> uses{};
  std::optional<CallOutcome> outcome{};
  std::string transfer_target{};
  std::int64_t metered_ms = 0;
  std::optional<std::int64_t> credits_ms{};  // for how long they suffice
  std::optional<Call> announced{};

  Task<Result<Call>> announce(CallContext context, NewCall call) override {
    Call made{.id = CallId::make(), .tenant = context.tenant, .session_id = call.session_id};
    if (made.session_id.empty()) made.session_id = made.id.to_string();
    if (call.agent) made.agent = *call.agent;
    announced = made;
    co_return made;
  }
  Task<Result<Call>> claim(CallContext, std::string session_id) override {
    if (!announced || announced->session_id != session_id)
      co_return fail(ErrorCode::not_found, "No call of that id was announced");
    auto call = *announced;
    announced.reset();
    co_return call;
  }
  Task<Result<Call>> claim_own(CallContext context, std::string session_id,
                               std::optional<AgentId> agent) override {
    bool fits =
        announced && announced->tenant == context.tenant && (!agent || announced->agent == *agent);
    if (!fits) co_return fail(ErrorCode::not_found, "No call of that id was announced");
    auto claiming = claim(std::move(context), std::move(session_id));
    co_return co_await std::move(claiming);
  }
  Task<Result<void>> begin(CallContext, CallId, ChatSessionId) override {
    co_return Result<void>{};
  }
  Task<Result<void>> charge_model(CallContext, CallId, ModelUse use) override {
    uses.push_back(std::move(use));
    co_return Result<void>{};
  }
  Task<Result<void>> meter(CallContext, CallId, std::int64_t elapsed_ms) override {
    metered_ms = elapsed_ms;
    if (credits_ms && elapsed_ms > *credits_ms)
      co_return fail(ErrorCode::quota_exceeded, "There are no credits left");
    co_return Result<void>{};
  }
  Task<Result<void>> add_line(CallContext, CallId, TranscriptLine line) override {
    lines.push_back(std::move(line));
    co_return Result<void>{};
  }
  Task<Result<void>> note_transfer(CallContext, CallId, std::string target) override {
    transfer_target = std::move(target);
    co_return Result<void>{};
  }
  Task<Result<Call>> finish(CallContext, CallId id, CallOutcome result) override {
    outcome = std::move(result);
    co_return Call{.id = id};
  }
  Task<Result<void>> withdraw(CallContext, CallId, DialEnd) override { co_return Result<void>{}; }
  Task<Result<void>> note_dialled(CallContext, CallId, DialEnd) override {
    co_return Result<void>{};
  }
  Task<Result<std::int64_t>> recover(CallContext, std::int64_t) override { co_return 0; }
  Task<Result<Call>> call(CallContext, CallId id) override { co_return Call{.id = id}; }
  Task<Result<CallPage>> calls(CallContext, CallFilter) override { co_return CallPage{}; }
  Task<Result<std::vector<TranscriptLine>>> transcript(CallContext, CallId) override {
    co_return lines;
  }
};

// Work that waits until a test runs it.
class QueueExecutor final : public Executor {
 public:
  void post(Work work) override { queue_.push_back(std::move(work)); }
  void run() {
    while (!queue_.empty()) {
      auto work = std::move(queue_.front());
      queue_.pop_front();
      work();
    }
  }

 private:
  std::deque<Work> queue_{};
};

}  // namespace aiva::voice
