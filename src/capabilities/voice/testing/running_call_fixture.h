#pragma once

#include <gmock/gmock.h>

#include <memory>
#include <string>
#include <vector>

#include "capabilities/voice/internal/cascade.h"
#include "capabilities/voice/internal/running_call.h"
#include "capabilities/voice/testing/scripted_chat.h"
#include "capabilities/voice/testing/voice_fakes.h"

namespace aiva::voice {

// One call whose time passes frame by frame, as the test says.
class RunningCallTest : public testing::Test {
 protected:
  RunningCallTest() {
    agent_->settings.greeting = "Hello there.";
    recognizer_.words = {"How long is the warranty?"};
  }

  void begin(std::shared_ptr<CallTap> tap = nullptr) {
    CallContext context{.home = &home_};
    call_ = std::make_shared<RunningCall>(
        context, Call{.id = CallId::make(), .chat_session = session_}, "en", leg_, log_, meters_,
        limits_, now_, [this](CallId) { ++over_; });
    if (tap) call_->add_tap(std::move(tap));
    call_->steer_by({.control = control_,
                     .people = people_,
                     .recognizer = is_written_down_ ? &recognizer_ : nullptr,
                     .detectors = &detectors_});
    call_->begin(std::make_shared<Cascade>(*call_, CascadeParts{chat_, recognizer_, synthesizer_},
                                           context, agent_, ChatSessionId::make(), leg_->format(),
                                           detectors_.make()));
  }

  // The caller is loud or silent for so long.
  void pass(int ms, bool is_loud) {
    std::string frame(320, '\0');
    if (is_loud)
      for (std::size_t at = 1; at < frame.size(); at += 2)
        frame[at] = at / 2 % 8 < 4 ? 0x20 : static_cast<char>(0xE0);
    for (int passed = 0; passed < ms; passed += frame_ms) {
      now_ += std::chrono::milliseconds(frame_ms);
      call_->hear(frame);
      call_->beat(now_);
      home_.run();
    }
  }
  void speak(int ms) { pass(ms, true); }
  void wait(int ms) { pass(ms, false); }
  void without_audio(int ms) {
    for (int passed = 0; passed < ms; passed += frame_ms)
      call_->beat(now_ += std::chrono::milliseconds(frame_ms));
  }

  std::vector<std::string> lines() const {
    std::vector<std::string> texts;
    for (const auto& line : log_.lines) texts.push_back(line.speaker + ": " + line.text);
    return texts;
  }

  QueueExecutor home_;
  Metrics metrics_;
  CallMeters meters_{metrics_};
  CallLimits limits_{};
  LoudnessDetectors detectors_;
  ScriptedRecognizer recognizer_;
  ToneSynthesizer synthesizer_;
  ScriptedChat chat_;
  MemoryCallLog log_;
  std::shared_ptr<agents::ActiveAgent> agent_ = std::make_shared<agents::ActiveAgent>();
  std::shared_ptr<RecordingLeg> leg_ = std::make_shared<RecordingLeg>();
  ChatSessionId session_ = ChatSessionId::make();
  std::shared_ptr<ScriptedControl> control_{};  // null: the leg carries audio only
  chat::People* people_ = nullptr;
  bool is_written_down_ = false;  // what is said while a person speaks instead of the agent
  Instant now_{};
  std::shared_ptr<RunningCall> call_;
  int over_ = 0;
};

}  // namespace aiva::voice
