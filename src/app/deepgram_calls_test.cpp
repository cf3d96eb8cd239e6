#include <gmock/gmock.h>

#include <chrono>
#include <functional>
#include <future>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "adapters/deepgram/deepgram.h"
#include "adapters/http_client/websocket_client.h"
#include "capabilities/chat/testing/fixed_agents.h"
#include "capabilities/voice/testing/scripted_chat.h"
#include "capabilities/voice/testing/scripted_realtime.h"
#include "capabilities/voice/testing/voice_fakes.h"
#include "capabilities/voice/voice.h"
#include "foundation/thread_pool.h"
#include "ports/testing/emulated_provider.h"

namespace aiva {
namespace {

using std::chrono::milliseconds;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

// A telephone of mu-law, which counts what it hears.
class MulawLeg final : public voice::Leg {
 public:
  int loud_frames = 0;
  int silent_in_a_row = 0;

  [[nodiscard]] voice::AudioFormat format() const override {
    return {.coding = voice::Coding::pcmu};
  }
  [[nodiscard]] bool keeps_itself_alive() const override { return false; }
  bool play(std::string_view frame) override {
    bool is_silent = frame.find_first_not_of('\xFF') == std::string_view::npos;
    loud_frames += is_silent ? 0 : 1;
    silent_in_a_row = is_silent ? silent_in_a_row + 1 : 0;
    return true;
  }
  std::int64_t flush() override { return 0; }
  void hang_up(voice::CallEnd, std::string_view) override {}
};

// Calls in real time over the emulator, with a scripted mind; our own ear takes what is loud for a
// voice.
class DeepgramCalls : public EmulatedProvider {
 protected:
  DeepgramCalls() : EmulatedProvider("tests/emulators/deepgram.mjs", "dg-test") {
    agents_.agent.settings.greeting = "Hello.";
    agents_.agent.settings.speech.provider = "deepgram";
    recognizer_.words = {"The packaged one heard this."};
  }

  void begin(DeepgramMode mode, bool is_agent = false) {
    DeepgramOptions options{.base_url = emulator_->url(""), .api_key = "dg-test", .mode = mode};
    heard_ = make_deepgram_streaming_recognizer(options, *sockets_);
    voices_ = make_deepgram_streaming_synthesizer(options, *sockets_);
    agent_ = make_deepgram_voice_agent({.base_url = emulator_->url(""), .api_key = "dg-test"},
                                       *sockets_);
    calls_ = voice::make_calls({.log = log_,
                                .chat = chat_,
                                .agents = agents_,
                                .detectors = detectors_,
                                .recognizer = recognizer_,
                                .synthesizer = synthesizer_,
                                .metrics = metrics_,
                                .voice_agent = is_agent ? agent_.get() : nullptr,
                                .call_tools = &tools_,
                                .heard_streams = heard_.get(),
                                .voice_streams = voices_.get()},
                               {});
    CallContext context{.tenant = tenant_, .home = &home_};
    voice::Call call{.id = voice::CallId::make(), .tenant = tenant_, .agent = agents_.agent.id};
    auto answered = sync_wait(calls_->answer(context, call, leg_));
    ASSERT_TRUE(answered.has_value());
    call_ = *std::move(answered);
    until([this] { return leg_->loud_frames > 0 && leg_->silent_in_a_row > 10; });
  }
  template <class F>
  auto at_home(F function) {
    std::promise<std::invoke_result_t<F>> done;
    home_.post([&] { done.set_value(function()); });
    return done.get_future().get();
  }
  void frame(bool is_loud) {
    std::string audio(160, '\xFF');
    for (std::size_t at = 0; is_loud && at < audio.size(); ++at)
      audio[at] = at % 8 < 4 ? '\x10' : '\x90';
    home_.post([call = call_, audio] { call->hear(audio); });
    next_ += milliseconds(20);
    std::this_thread::sleep_until(next_);
  }
  void speak(int ms) {
    next_ = std::chrono::steady_clock::now();
    for (; ms > 0; ms -= 20) frame(true);
  }
  // Silent, until that is true, for a while at most.
  bool until(const std::function<bool()>& is) {
    next_ = std::chrono::steady_clock::now();
    for (int tries = 0; tries < 500; ++tries) {
      frame(false);
      if (at_home(is)) return true;
    }
    return false;
  }
  bool until_asked(std::size_t questions) {
    return until([this, questions] { return chat_.questions.size() >= questions; });
  }
  void hang_up() {
    at_home([this] {
      call_->end(voice::CallEnd::caller_hung_up);
      return true;
    });
    until([this] { return log_.outcome.has_value(); });
  }
  void TearDown() override {
    call_.reset();
    calls_.reset();
    at_home([] { return true; });  // a beat may still wait there
  }
  double paid(const std::string& model) {
    billing::MicroUsd sum = 0;
    for (const auto& use : log_.uses) sum += use.model == model ? use.base : 0;
    return static_cast<double>(sum);
  }
  std::string events() { return control("GET", "/_events", ""); }
  void script(const std::string& script) { control("POST", "/_script", script); }

  std::unique_ptr<WebSocketClient> sockets_ = std::move(*make_websocket_client());
  Metrics metrics_;
  ThreadPool home_{{}};
  std::unique_ptr<StreamingRecognizer> heard_;
  std::unique_ptr<StreamingSynthesizer> voices_;
  std::unique_ptr<RealtimeModel> agent_;
  TenantId tenant_ = TenantId::make();
  chat::FixedAgents agents_{tenant_};
  voice::LoudnessDetectors detectors_;
  voice::ScriptedRecognizer recognizer_;
  voice::ToneSynthesizer synthesizer_;
  voice::ScriptedChat chat_;
  voice::ScriptedCallTools tools_;
  voice::MemoryCallLog log_;
  std::shared_ptr<MulawLeg> leg_ = std::make_shared<MulawLeg>();
  std::unique_ptr<voice::Calls> calls_;
  std::shared_ptr<voice::LiveCall> call_;
  std::chrono::steady_clock::time_point next_{};
};

TEST_F(DeepgramCalls, are_heard_and_answered_by_streams_and_paid_by_their_seconds) {
  for (auto mode : {DeepgramMode::v1, DeepgramMode::flux}) {
    chat_.questions.clear();
    log_ = {};
    leg_ = std::make_shared<MulawLeg>();
    script(R"({"turns":[{"hears":"How long is it?"}],"ms_per_character":20})");
    begin(mode);
    auto before = leg_->loud_frames;
    speak(800);
    EXPECT_TRUE(until_asked(1));
    EXPECT_TRUE(until([&] { return leg_->loud_frames > before + 20; }));
    EXPECT_TRUE(until([&] { return leg_->silent_in_a_row > 20; }));
    hang_up();

    EXPECT_THAT(chat_.questions, ElementsAre("How long is it?"));
    auto per_minute = mode == DeepgramMode::v1 ? 5'900.0 : 6'500.0;
    auto model = mode == DeepgramMode::v1 ? "deepgram/nova-3" : "deepgram/flux-general-en";
    auto seconds = static_cast<double>(log_.outcome->audio_in_ms) / 1000;
    EXPECT_NEAR(paid(model), seconds / 60 * per_minute, per_minute / 60 / 4);
    EXPECT_GT(paid("deepgram"), 0);
  }
  EXPECT_THAT(recognizer_.heard_ms, IsEmpty());
  EXPECT_THAT(synthesizer_.said, IsEmpty());
  EXPECT_THAT(events(), Not(HasSubstr("refused")));
}

TEST_F(DeepgramCalls, lose_no_words_when_a_stream_is_cut) {
  for (auto mode : {DeepgramMode::v1, DeepgramMode::flux}) {
    chat_.questions.clear();
    leg_ = std::make_shared<MulawLeg>();
    script(R"({"turns":[{"hears":"one two three four five six seven eight nine"}],)"
           R"("ms_per_word":110})");
    begin(mode);
    speak(400);
    cause(R"({"kind":"cut","on":"listen"})");
    speak(600);
    EXPECT_TRUE(until_asked(1));
    hang_up();
    EXPECT_THAT(chat_.questions, ElementsAre("one two three four five six seven eight nine"));
  }
  EXPECT_THAT(recognizer_.heard_ms, IsEmpty());
}

TEST_F(DeepgramCalls, clear_the_voice_when_it_is_interrupted) {
  chat_.pieces = {"This is a long sentence that goes on and on for quite a while."};
  script(R"({"turns":[{"hears":"Tell me."},{"hears":"No, stop it."}],)"
         R"("ms_per_character":60,"pace_ms":90})");
  begin(DeepgramMode::v1);
  auto before = leg_->loud_frames;
  speak(600);
  EXPECT_TRUE(until([&] { return leg_->loud_frames > before + 10; }));
  speak(600);
  auto interrupted = at_home([&] { return leg_->silent_in_a_row; });
  EXPECT_TRUE(until_asked(2));
  hang_up();

  EXPECT_GT(interrupted, 2);
  EXPECT_THAT(events(), HasSubstr(R"("type":"Clear")"));
  EXPECT_EQ(log_.outcome->interruptions, 1);
}

TEST_F(DeepgramCalls, go_on_with_others_when_the_provider_refuses) {
  cause(R"({"kind":"refuse","status":402,"count":1000})");
  begin(DeepgramMode::v1);
  speak(800);
  EXPECT_TRUE(until_asked(1));
  hang_up();
  EXPECT_THAT(chat_.questions, ElementsAre("The packaged one heard this."));
  EXPECT_THAT(synthesizer_.said, Contains("Hello."));
  EXPECT_THAT(log_.uses, IsEmpty());
}

TEST_F(DeepgramCalls, may_be_led_by_the_voice_agent) {
  script(R"({"turns":[{"hears":"Where is it?","says":"It is on its way.","calls":[)"
         R"({"name":"find","arguments":{"id":7}}]}],"pace_ms":20})");
  tools_.definitions = {{.name = "find", .description = "Finds", .parameters = "{}"}};
  begin(DeepgramMode::v1, true);
  auto before = leg_->loud_frames;
  speak(600);
  EXPECT_TRUE(until([&] { return leg_->loud_frames > before + 5; }));
  EXPECT_TRUE(until([&] { return log_.lines.size() >= 3; }));
  hang_up();

  std::vector<std::string> lines;
  for (const auto& line : log_.lines) lines.push_back(line.speaker + ": " + line.text);
  EXPECT_THAT(lines,
              ElementsAre("agent: Hello.", "customer: Where is it?", "agent: It is on its way."));
  EXPECT_THAT(tools_.called, ElementsAre("find "));
  EXPECT_NEAR(paid("deepgram/gpt-4o-mini"),
              static_cast<double>(log_.outcome->duration_ms) / 60'000 * 80'000, 600);
}

}  // namespace
}  // namespace aiva
