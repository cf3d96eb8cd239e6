#pragma once

#include <coroutine>
#include <deque>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "ports/speech_stream.h"
#include "ports/voice_stream.h"

namespace aiva::voice {

// One stream as the provider sees it, and what it says when a test wants it to.
struct StreamScript {
  SpeechStreamSettings settings{};
  std::size_t heard_bytes = 0;
  int flushes = 0;
  std::optional<std::string> answers_flush{};  // at once, with these final words
  std::deque<Result<SpeechStreamEvent>> events{};
  std::coroutine_handle<> waiting{};
  bool is_open = true;

  void say(Result<SpeechStreamEvent> event) {
    events.push_back(std::move(event));
    if (waiting) std::exchange(waiting, {}).resume();
  }
  [[nodiscard]] std::int64_t heard_ms() const {
    return settings.audio.ms_in(static_cast<std::int64_t>(heard_bytes));
  }
  void words(std::string text, bool is_final = false) {
    auto kind = is_final ? SpeechStreamEvent::Kind::final_words : SpeechStreamEvent::Kind::words;
    say(SpeechStreamEvent{.kind = kind, .text = std::move(text), .until_ms = heard_ms()});
  }
  void turn(SpeechStreamEvent::Kind kind, std::string text) {
    say(SpeechStreamEvent{.kind = kind, .text = std::move(text), .until_ms = heard_ms()});
  }
  void flushed() {
    say(SpeechStreamEvent{.kind = SpeechStreamEvent::Kind::flushed, .until_ms = heard_ms()});
  }
};

class ScriptedStreams final : public StreamingRecognizer {
 public:
  std::string provider_name = "scripted";
  std::string model_name = "scripted";
  bool ends_turns = false;
  std::optional<std::string> answers_flush{};  // of the next streams
  std::deque<Error> refusals{};                // of the next attempts
  std::vector<std::shared_ptr<StreamScript>> streams{};

  [[nodiscard]] const std::string& provider() const override { return provider_name; }
  [[nodiscard]] const std::string& model() const override { return model_name; }
  [[nodiscard]] bool takes_turns() const override { return ends_turns; }
  Task<Result<std::unique_ptr<SpeechStream>>> open(CallContext context,
                                                   SpeechStreamSettings settings) override {
    CO_TRY_VOID(context.check());
    if (!refusals.empty()) {
      auto refusal = std::move(refusals.front());
      refusals.pop_front();
      co_return fail(std::move(refusal));
    }
    streams.push_back(std::make_shared<StreamScript>());
    streams.back()->settings = std::move(settings);
    streams.back()->answers_flush = answers_flush;
    std::unique_ptr<SpeechStream> stream = std::make_unique<Stream>(streams.back());
    co_return std::move(stream);
  }

 private:
  class Stream final : public SpeechStream {
   public:
    explicit Stream(std::shared_ptr<StreamScript> script) : script_(std::move(script)) {}
    ~Stream() override { script_->is_open = false; }

    Task<Result<SpeechStreamEvent>> next(CallContext context) override {
      auto script = script_;
      std::stop_callback on_stop(context.cancellation, [script] {
        if (script->waiting) std::exchange(script->waiting, {}).resume();
      });
      while (script->events.empty()) {
        CO_TRY_VOID(context.check());
        co_await Wait{*script};
      }
      auto event = std::move(script->events.front());
      script->events.pop_front();
      co_return event;
    }
    void hear(std::string_view audio) override { script_->heard_bytes += audio.size(); }
    void flush() override {
      ++script_->flushes;
      if (!script_->answers_flush) return;
      script_->words(*script_->answers_flush, true);
      script_->flushed();
    }
    [[nodiscard]] std::int64_t heard_ms() const override { return script_->heard_ms(); }
    [[nodiscard]] std::int64_t billed_ms() const override { return script_->heard_ms(); }

   private:
    struct Wait {
      StreamScript& script;
      bool await_ready() { return false; }
      void await_suspend(std::coroutine_handle<> handle) { script.waiting = handle; }
      void await_resume() {}
    };
    std::shared_ptr<StreamScript> script_;
  };
};

// A voice that says a text as a tone of 10 ms a byte, in pieces of 100 ms of pcm16.
class ScriptedVoices final : public StreamingSynthesizer {
 public:
  std::string name = "scripted";
  std::vector<std::string> said{};
  int clears = 0;
  std::optional<Error> refusal{};  // of every text
  std::optional<Error> failure{};  // behind the first `pieces_before_failure` of every text
  int pieces_before_failure = 0;
  VoiceStreamSettings settings{};

  [[nodiscard]] const std::string& provider() const override { return name; }
  std::unique_ptr<VoiceStream> make(VoiceStreamSettings wanted) override {
    settings = std::move(wanted);
    return std::make_unique<Voice>(*this);
  }

 private:
  class Voice final : public VoiceStream {
   public:
    explicit Voice(ScriptedVoices& owner) : owner_(owner) {}
    Task<Result<void>> say(CallContext context, std::string text) override {
      CO_TRY_VOID(context.check());
      if (owner_.refusal) co_return fail(*owner_.refusal);
      pieces_ = (text.size() + 9) / 10;
      given_ = 0;
      owner_.said.push_back(std::move(text));
      co_return Result<void>{};
    }
    Task<Result<std::optional<std::string>>> next(CallContext context) override {
      CO_TRY_VOID(context.check());
      if (owner_.failure && given_ == owner_.pieces_before_failure) co_return fail(*owner_.failure);
      if (pieces_ == 0) co_return std::optional<std::string>{};
      --pieces_;
      ++given_;
      co_return std::string(static_cast<std::size_t>(owner_.settings.audio.bytes_in(100)), '\x20');
    }
    void clear() override { ++owner_.clears; }

   private:
    ScriptedVoices& owner_;
    std::size_t pieces_ = 0;
    int given_ = 0;
  };
};

}  // namespace aiva::voice
