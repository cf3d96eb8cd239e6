#include <gmock/gmock.h>

#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "adapters/deepgram/deepgram.h"
#include "adapters/http_client/websocket_client.h"
#include "ports/testing/emulated_provider.h"

namespace aiva {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

class DeepgramEmulator : public EmulatedProvider {
 protected:
  DeepgramEmulator() : EmulatedProvider("tests/emulators/deepgram.mjs", "dg-test") {}

  [[nodiscard]] DeepgramOptions options() const {
    return {
        .base_url = emulator_->url(""), .api_key = key_, .mode = mode_, .keep_alive = keep_alive_};
  }
  static CallContext within(int seconds) {
    return {.deadline = std::chrono::steady_clock::now() + std::chrono::seconds(seconds)};
  }
  void script(const std::string& script) { control("POST", "/_script", script); }
  std::string events() { return control("GET", "/_events", ""); }

  Result<std::unique_ptr<SpeechStream>> try_listen(SpeechStreamSettings settings) {
    recognizer_ = make_deepgram_streaming_recognizer(options(), *sockets_);
    return sync_wait(recognizer_->open(within(10), std::move(settings)));
  }
  std::unique_ptr<SpeechStream> listen(StreamAudio audio = {.coding = StreamAudio::Coding::mulaw}) {
    audio_ = audio;
    auto opened = try_listen({.audio = audio, .language = "en"});
    if (!opened) ADD_FAILURE() << opened.error().message << " " << opened.error().cause;
    AIVA_ASSERT(opened.has_value());
    return *std::move(opened);
  }
  void hear(SpeechStream& stream, int ms, bool is_loud) const {
    char silent = audio_.coding == StreamAudio::Coding::linear16 ? '\0'
                  : audio_.coding == StreamAudio::Coding::mulaw  ? '\xff'
                                                                 : '\xd5';
    std::string frame(static_cast<std::size_t>(audio_.bytes_in(20)), is_loud ? '\x20' : silent);
    for (; ms > 0; ms -= 20) stream.hear(frame);
  }
  // What is told until one of that kind, by letters; final words are kept.
  std::string follow(SpeechStream& stream, SpeechStreamEvent::Kind until) {
    constexpr std::string_view letters = "wF|psmre";
    std::string kinds;
    while (true) {
      auto event = sync_wait(stream.next(within(10)));
      if (!event) return kinds + "!" + event.error().message;
      auto letter = letters[static_cast<std::size_t>(event->kind)];
      if (!kinds.ends_with(letter)) kinds += letter;
      bool is_final = event->kind == SpeechStreamEvent::Kind::final_words ||
                      event->kind == SpeechStreamEvent::Kind::turn_ended;
      if (is_final && !event->text.empty()) said_ += (said_.empty() ? "" : " ") + event->text;
      if (event->kind == until) return kinds;
    }
  }
  static std::string say(VoiceStream& voice, std::string text) {
    auto begun = sync_wait(voice.say(within(10), std::move(text)));
    std::string audio;
    while (begun) {
      auto piece = sync_wait(voice.next(within(10)));
      if (!piece) return audio + "!" + piece.error().message;
      if (!*piece) return audio;
      audio += **piece;
    }
    return "!" + begun.error().message;
  }

  DeepgramMode mode_ = DeepgramMode::v1;
  std::chrono::milliseconds keep_alive_{5'000};
  StreamAudio audio_{};
  std::string said_;
  std::unique_ptr<WebSocketClient> sockets_ = std::move(*make_websocket_client());
  std::unique_ptr<StreamingRecognizer> recognizer_;
};

using Kind = SpeechStreamEvent::Kind;

TEST_F(DeepgramEmulator, writes_down_a_question_in_every_coding) {
  for (StreamAudio audio : {StreamAudio{.coding = StreamAudio::Coding::mulaw},
                            StreamAudio{.coding = StreamAudio::Coding::alaw},
                            StreamAudio{.coding = StreamAudio::Coding::linear16, .rate = 16'000}}) {
    said_.clear();
    script(R"({"turns":[{"hears":"How long is it?"}],"ms_per_word":100})");
    auto stream = listen(audio);
    hear(*stream, 600, true);
    hear(*stream, 1'400, false);
    EXPECT_EQ(follow(*stream, Kind::words_paused), "wFp");
    EXPECT_EQ(said_, "How long is it?");
  }
  EXPECT_THAT(events(), Not(HasSubstr("refused")));
}

TEST_F(DeepgramEmulator, makes_words_final_at_once_when_they_are_wanted) {
  script(R"({"turns":[{"hears":"How long is it?"}]})");
  auto stream = listen();
  hear(*stream, 200, true);
  stream->flush();
  EXPECT_THAT(follow(*stream, Kind::flushed), testing::EndsWith("F|"));
  EXPECT_EQ(said_, "How long is it?");
}

TEST_F(DeepgramEmulator, loses_no_words_of_a_stream_that_is_cut) {
  script(R"({"turns":[{"hears":"one two three four five six seven eight"}],"ms_per_word":100})");
  cause(R"({"kind":"cut","after_ms":500})");
  auto stream = listen();
  hear(*stream, 420, true);
  hear(*stream, 320, true);
  hear(*stream, 100, true);
  hear(*stream, 1'400, false);
  follow(*stream, Kind::words_paused);
  EXPECT_EQ(said_, "one two three four five six seven eight");
  EXPECT_GT(stream->billed_ms(), stream->heard_ms());
}

TEST_F(DeepgramEmulator, survives_garbage_and_late_finals) {
  script(R"({"turns":[{"hears":"How long is it?"}]})");
  cause(R"({"kind":"garbage"})");
  cause(R"({"kind":"late_finals","delay_ms":50})");
  auto stream = listen();
  hear(*stream, 400, true);
  EXPECT_EQ(follow(*stream, Kind::words), "w");
  hear(*stream, 1'400, false);
  for (int tries = 0; said_.empty() && tries < 5; ++tries) follow(*stream, Kind::final_words);
  EXPECT_EQ(said_, "How long is it?");
}

TEST_F(DeepgramEmulator, is_kept_alive_in_silence) {
  script(R"({"idle_ms":400})");
  keep_alive_ = std::chrono::milliseconds(100);
  for (auto mode : {DeepgramMode::v1, DeepgramMode::flux}) {
    mode_ = mode;
    auto stream = listen();
    auto event = sync_wait(stream->next(
        {.deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds(1'500)}));
    ASSERT_FALSE(event.has_value());
    EXPECT_EQ(event.error().code, ErrorCode::timeout);
  }
  auto all = events();
  EXPECT_THAT(all, HasSubstr("KeepAlive"));
  EXPECT_THAT(all, Not(HasSubstr(R"("connection":3)")));  // one each
}

TEST_F(DeepgramEmulator, tells_turns_with_flux) {
  mode_ = DeepgramMode::flux;
  script(R"({"turns":[{"hears":"How long is it?"},{"hears":"And now?"}],"ms_per_word":50})");
  auto stream = listen();
  hear(*stream, 300, true);
  hear(*stream, 260, false);
  hear(*stream, 100, true);
  hear(*stream, 700, false);
  auto kinds = follow(*stream, Kind::turn_ended);
  std::erase(kinds, 'w');
  EXPECT_EQ(kinds, "smrme");
  hear(*stream, 200, true);
  hear(*stream, 700, false);
  follow(*stream, Kind::turn_ended);
  EXPECT_EQ(said_, "How long is it? And now?");
}

TEST_F(DeepgramEmulator, goes_on_with_a_turn_of_flux_that_was_cut) {
  mode_ = DeepgramMode::flux;
  script(R"({"turns":[{"hears":"one two three four five six"}],"ms_per_word":100})");
  cause(R"({"kind":"cut","after_ms":400})");
  auto stream = listen();
  hear(*stream, 640, true);
  hear(*stream, 800, false);
  auto kinds = follow(*stream, Kind::turn_ended);
  EXPECT_EQ(std::ranges::count(kinds, 's'), 1) << kinds;
  EXPECT_EQ(said_, "one two three four five six");
}

TEST_F(DeepgramEmulator, says_why_there_is_no_stream) {
  auto refused = [this](const std::string& fault) {
    cause(fault);
    auto stream = try_listen({.audio = {.coding = StreamAudio::Coding::mulaw}});
    return stream ? "open" : stream.error().message;
  };
  EXPECT_EQ(refused(R"({"kind":"refuse","status":401})"), "The speech provider refuses our key");
  EXPECT_EQ(refused(R"({"kind":"refuse","status":402})"),
            "The speech provider's credits are used up");
  EXPECT_EQ(refused(R"({"kind":"refuse","status":429})"), "The speech provider is overloaded");
  auto odd = try_listen({.audio = {.rate = 7'000}});
  EXPECT_EQ(odd.error().code, ErrorCode::invalid);
}

TEST_F(DeepgramEmulator, says_texts_until_it_is_cleared) {
  script(R"({"pace_ms":10})");
  auto synthesizer = make_deepgram_streaming_synthesizer(options(), *sockets_);
  auto voice = synthesizer->make({.audio = {.coding = StreamAudio::Coding::mulaw}});
  EXPECT_EQ(say(*voice, "Hello there.").size(), 12U * 10 * 8);

  ASSERT_TRUE(sync_wait(voice->say(within(10), std::string(1'000, 'x'))).has_value());
  ASSERT_TRUE(sync_wait(voice->next(within(10))).has_value());
  voice->clear();
  EXPECT_EQ(say(*voice, "New").size(), 3U * 10 * 8);
  auto all = events();
  EXPECT_THAT(all, HasSubstr(R"("type":"Clear")"));
  EXPECT_THAT(all, Not(HasSubstr(R"("connection":2)")));
}

TEST_F(DeepgramEmulator, notices_a_voice_that_is_cut) {
  auto synthesizer = make_deepgram_streaming_synthesizer(options(), *sockets_);
  auto voice = synthesizer->make({.audio = {.rate = 16'000}});
  cause(R"({"kind":"cut","on":"speak","after_ms":150})");
  EXPECT_THAT(say(*voice, "A text that is long enough."), HasSubstr("!"));
  EXPECT_EQ(say(*voice, "Next").size(), 4U * 10 * 32);
}

// What happens in a session with the agent, by letters as of RealtimeEvent::Kind.
class VoiceAgentEmulator : public DeepgramEmulator {
 protected:
  Result<std::unique_ptr<RealtimeSession>> try_open(RealtimeSettings settings = {}) {
    model_ = make_deepgram_voice_agent(
        {.base_url = emulator_->url(""), .api_key = key_, .keep_alive = keep_alive_}, *sockets_);
    return sync_wait(model_->open(within(10), std::move(settings)));
  }
  std::unique_ptr<RealtimeSession> open(RealtimeSettings settings = {}) {
    auto session = try_open(std::move(settings));
    if (!session) ADD_FAILURE() << session.error().message << " " << session.error().cause;
    AIVA_ASSERT(session.has_value());
    return *std::move(session);
  }
  static void hear(RealtimeSession& session, int ms, bool is_loud) {
    std::string frame(160, is_loud ? '\x20' : '\xff');
    for (; ms > 0; ms -= 20) EXPECT_TRUE(session.hear(frame));
  }
  std::string follow(RealtimeSession& session, RealtimeEvent::Kind until) {
    constexpr std::string_view letters = "seubawfdx!o";
    std::string kinds;
    while (true) {
      auto event = sync_wait(session.next(within(10)));
      if (!event) return kinds + "-" + event.error().message;
      if (!*event) return kinds + ".";
      auto letter = letters[static_cast<std::size_t>((*event)->kind)];
      if (!kinds.ends_with(letter)) kinds += letter;
      if ((*event)->kind == RealtimeEvent::Kind::user_words) user_ = (*event)->text;
      if ((*event)->kind == RealtimeEvent::Kind::words) words_ += (*event)->text;
      if ((*event)->kind == RealtimeEvent::Kind::audio) bytes_ += (*event)->bytes.size();
      if ((*event)->kind == RealtimeEvent::Kind::tool_call) calls_.push_back((*event)->call);
      if ((*event)->kind == RealtimeEvent::Kind::answer_ended)
        is_cancelled_ = (*event)->is_cancelled;
      if ((*event)->kind == until) return kinds;
    }
  }

  std::string user_;
  std::string words_;
  std::size_t bytes_ = 0;
  std::vector<ToolCall> calls_;
  bool is_cancelled_ = false;
  std::unique_ptr<RealtimeModel> model_;
};

using AgentKind = RealtimeEvent::Kind;

TEST_F(VoiceAgentEmulator, hears_a_question_and_answers_it) {
  script(R"({"turns":[{"hears":"How long?","says":"Two years."}]})");
  auto session = open({.instructions = "Be kind.", .language = "en"});
  hear(*session, 400, true);
  hear(*session, 700, false);

  EXPECT_EQ(follow(*session, AgentKind::answer_ended), "seubwad");
  EXPECT_EQ(user_ + words_, "How long?Two years.");
  EXPECT_EQ(bytes_, 10U * 10 * 8);
}

TEST_F(VoiceAgentEmulator, calls_functions_and_speaks_with_their_results) {
  script(R"({"turns":[{"hears":"Where is it?","says":"Shipped.","calls":[)"
         R"({"name":"find","arguments":{"id":1}},{"name":"look"}]}]})");
  auto session = open(
      {.tools = {{.name = "find", .description = "Finds", .parameters = R"({"type":"object"})"}}});
  hear(*session, 400, true);
  hear(*session, 700, false);
  EXPECT_EQ(follow(*session, AgentKind::answer_ended), "seubfd");
  ASSERT_EQ(calls_.size(), 2U);
  EXPECT_EQ(calls_[0].arguments, R"({"id":1})");

  for (const auto& call : calls_) session->add_result(call.id, "{}");
  session->answer({});
  EXPECT_EQ(follow(*session, AgentKind::answer_ended), "bwad");
  EXPECT_EQ(words_, "Shipped.");
}

TEST_F(VoiceAgentEmulator, ends_an_answer_when_the_caller_speaks) {
  script(R"({"pace_ms":5,"turns":[{"hears":"What?"}]})");
  auto session = open();
  session->say("A long story that nobody wants to hear to its end, ever.", {});
  follow(*session, AgentKind::audio);
  hear(*session, 100, true);
  EXPECT_THAT(follow(*session, AgentKind::answer_ended), testing::EndsWith("sd"));
  EXPECT_TRUE(is_cancelled_);
}

TEST_F(VoiceAgentEmulator, is_told_what_was_said_on_another_line) {
  script(R"({"turns":[{"says":"Yes."}]})");
  auto session = open({.instructions = "Be kind."});
  session->add_words(ChatRole::assistant, "Hello");
  session->add_words(ChatRole::user, "Is it blue?");
  session->answer({});
  EXPECT_EQ(follow(*session, AgentKind::answer_ended), "bwad");
  auto all = events();
  EXPECT_THAT(all, HasSubstr("Be kind.\\n\\nThe call went on before; this was said:\\nYou: Hello"));
  EXPECT_THAT(all, HasSubstr(R"("type":"InjectUserMessage","content":"Is it blue?")"));
  EXPECT_EQ(user_, "");  // its echo is not said again

  session->answer({});
  session->say("Goodbye.", {});
  EXPECT_EQ(follow(*session, AgentKind::answer_ended), "xbwad");
}

TEST_F(VoiceAgentEmulator, is_kept_alive_and_notices_its_end) {
  keep_alive_ = std::chrono::milliseconds(100);
  script(R"({"idle_ms":400})");
  auto session = open();
  auto event = sync_wait(session->next(
      {.deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds(1'000)}));
  EXPECT_EQ(event.error().code, ErrorCode::timeout);
  cause(R"({"kind":"error","on":"agent"})");
  hear(*session, 100, false);
  EXPECT_EQ(follow(*session, AgentKind::other), "-The model provider has a problem");
}

TEST_F(VoiceAgentEmulator, says_why_there_is_no_session) {
  EXPECT_EQ(try_open({.voice = "nobody"}).error().code, ErrorCode::invalid);
  cause(R"({"kind":"refuse","status":402})");
  EXPECT_EQ(try_open().error().message, "The speech provider's credits are used up");
}

}  // namespace
}  // namespace aiva
