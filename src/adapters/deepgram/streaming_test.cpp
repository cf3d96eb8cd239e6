#include <gmock/gmock.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "adapters/deepgram/deepgram.h"
#include "ports/testing/scripted_websocket_client.h"

namespace aiva {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using Kind = SpeechStreamEvent::Kind;

std::string results(const std::string& words, double start, double duration, bool is_final,
                    const std::string& more = {}) {
  return R"({"type":"Results","channel_index":[0,1],"start":)" + std::to_string(start) +
         R"(,"duration":)" + std::to_string(duration) + R"(,"is_final":)" +
         (is_final ? "true" : "false") + more + R"(,"channel":{"alternatives":[{"transcript":")" +
         words + R"(","confidence":0.98,"words":[]}]}})";
}

std::string turn(const std::string& event, const std::string& words, double until = 0) {
  return R"({"type":"TurnInfo","request_id":"r","sequence_id":1,"event":")" + event +
         R"(","turn_index":0,"audio_window_start":0,"audio_window_end":)" + std::to_string(until) +
         R"(,"transcript":")" + words + R"(","words":[],"end_of_turn_confidence":0.7})";
}

class DeepgramStreams : public testing::Test {
 protected:
  std::shared_ptr<ScriptedLine> line(std::vector<std::string> says) {
    return sockets_.add({says.begin(), says.end()});
  }
  std::unique_ptr<SpeechStream> open(SpeechStreamSettings settings = mulaw()) {
    recognizer_ = make_deepgram_streaming_recognizer(options_, sockets_);
    auto opened = sync_wait(recognizer_->open({}, std::move(settings)));
    AIVA_ASSERT(opened.has_value());
    return *std::move(opened);
  }
  static SpeechStreamSettings mulaw() {
    return {.audio = {.coding = StreamAudio::Coding::mulaw}, .language = "en"};
  }
  static SpeechStreamEvent next(SpeechStream& stream) {
    auto event = sync_wait(stream.next({}));
    if (!event) ADD_FAILURE() << event.error().message << " " << event.error().cause;
    return event.value_or(SpeechStreamEvent{});
  }
  std::string refusal(Error error) {
    sockets_.refusals.push_back(std::move(error));
    recognizer_ = make_deepgram_streaming_recognizer(options_, sockets_);
    auto opened = sync_wait(recognizer_->open({}, mulaw()));
    if (opened) return "open";
    EXPECT_THAT(opened.error().cause, Not(HasSubstr("dg-secret")));
    return std::string(to_string(opened.error().code)) + ": " + opened.error().message;
  }
  static std::string ms(int count) {
    return std::string(static_cast<std::size_t>(count) * 8, '\x7f');
  }

  DeepgramOptions options_{.api_key = "dg-secret"};
  ScriptedWebSocketClient sockets_;
  std::unique_ptr<StreamingRecognizer> recognizer_;
};

TEST_F(DeepgramStreams, ask_for_what_the_published_types_have) {
  line({});
  open();
  line({});
  open({.audio = {.coding = StreamAudio::Coding::linear16, .rate = 16'000}, .silence_ms = 1});

  ASSERT_EQ(sockets_.requests.size(), 2U);
  const auto& request = sockets_.requests[0];
  EXPECT_EQ(request.url,
            "wss://api.deepgram.com/v1/listen?model=nova-3&encoding=mulaw&sample_rate=8000"
            "&channels=1&interim_results=true&smart_format=true&punctuate=true"
            "&utterance_end_ms=1000&vad_events=true&endpointing=300&language=en");
  ASSERT_EQ(request.headers.size(), 1U);
  EXPECT_EQ(request.headers[0].name + ": " + request.headers[0].value,
            "Authorization: Token dg-secret");
  EXPECT_THAT(sockets_.requests[1].url, HasSubstr("encoding=linear16&sample_rate=16000"));
  EXPECT_THAT(sockets_.requests[1].url, testing::EndsWith("&endpointing=10"));
}

TEST_F(DeepgramStreams, ask_flux_in_the_callers_language) {
  options_.mode = DeepgramMode::flux;
  options_.base_url = "http://127.0.0.1:9/";
  line({});
  open();
  line({});
  auto settings = mulaw();
  settings.language = "de-AT";
  open(settings);

  EXPECT_EQ(sockets_.requests[0].url,
            "ws://127.0.0.1:9/v2/listen?model=flux-general-en&encoding=mulaw&sample_rate=8000"
            "&eot_threshold=0.7&eager_eot_threshold=0.5&eot_timeout_ms=3000");
  EXPECT_THAT(sockets_.requests[1].url, HasSubstr("model=flux-general-multi"));
  EXPECT_THAT(sockets_.requests[1].url, testing::EndsWith("&language_hint=de"));
  EXPECT_EQ(recognizer_->model(), "flux-general-en");
  EXPECT_TRUE(recognizer_->takes_turns());
}

TEST_F(DeepgramStreams, pass_on_the_audio_and_tell_the_words) {
  auto far = line({results("how", 0, 0.5, false), results("How long", 0, 0.8, true),
                   R"({"type":"SpeechStarted","channel":[0],"timestamp":0.1})",
                   R"({"type":"UtteranceEnd","channel":[0,1],"last_word_end":0.75})",
                   results("", 0.8, 0.1, true, R"(,"from_finalize":true)")});
  auto stream = open();
  for (int i = 0; i < 50; ++i) stream->hear(ms(20));

  EXPECT_EQ(stream->heard_ms(), 1'000);
  EXPECT_EQ(stream->billed_ms(), 1'000);
  EXPECT_EQ(far->told.size(), 25U);
  EXPECT_EQ(far->told[0], ms(40));
  auto words = next(*stream);
  EXPECT_EQ(words.kind, Kind::words);
  EXPECT_EQ(words.text, "how");
  auto final_words = next(*stream);
  EXPECT_EQ(final_words.kind, Kind::final_words);
  EXPECT_EQ(final_words.text, "How long");
  EXPECT_EQ(final_words.until_ms, 800);
  EXPECT_DOUBLE_EQ(final_words.confidence, 0.98);
  EXPECT_EQ(next(*stream).kind, Kind::words_paused);
  EXPECT_EQ(next(*stream).kind, Kind::final_words);
  EXPECT_EQ(next(*stream).kind, Kind::flushed);
}

TEST_F(DeepgramStreams, send_what_is_left_before_words_are_wanted_and_say_goodbye) {
  auto far = line({});
  auto stream = open();
  stream->hear(ms(20));
  stream->flush();
  stream.reset();

  EXPECT_THAT(far->told,
              ElementsAre(ms(20), R"({"type":"Finalize"})", R"({"type":"CloseStream"})"));
  EXPECT_TRUE(far->is_dropped);
}

TEST_F(DeepgramStreams, hear_once_more_what_was_not_final) {
  auto first = line({results("How", 0, 0.4, true)});
  first->failure = Error{.code = ErrorCode::unavailable, .message = "cut"};
  auto second = line({results("long", 0, 0.6, true, R"(,"from_finalize":true)")});
  auto stream = open();
  for (int i = 0; i < 50; ++i) stream->hear(std::string(160, static_cast<char>(i)));
  stream->flush();

  EXPECT_EQ(next(*stream).text, "How");
  auto rest = next(*stream);
  EXPECT_EQ(rest.text, "long");
  EXPECT_EQ(rest.until_ms, 1'000);
  EXPECT_EQ(next(*stream).kind, Kind::flushed);
  std::string heard;
  for (const auto& told : second->told) heard += told;
  EXPECT_TRUE(heard.starts_with(std::string(160, static_cast<char>(20))));
  EXPECT_TRUE(heard.ends_with(R"({"type":"Finalize"})"));
  EXPECT_EQ(stream->heard_ms(), 1'000);
  EXPECT_EQ(stream->billed_ms(), 1'600);
}

TEST_F(DeepgramStreams, keep_half_a_minute_to_be_heard_once_more) {
  auto first = line({});
  first->failure = Error{.code = ErrorCode::unavailable, .message = "cut"};
  auto second = line({results("end", 0, 30, true)});
  auto stream = open();
  for (int i = 0; i < 100; ++i) stream->hear(ms(1'000));

  EXPECT_EQ(next(*stream).until_ms, 100'000);
  EXPECT_EQ(stream->billed_ms(), 130'000);
}

TEST_F(DeepgramStreams, give_up_when_connections_are_lost_again_and_again) {
  for (int i = 0; i < 5; ++i)
    line({})->failure = Error{.code = ErrorCode::unavailable, .message = "cut"};
  auto stream = open();
  stream->hear(ms(100));
  auto event = sync_wait(stream->next({}));

  ASSERT_FALSE(event.has_value());
  EXPECT_EQ(event.error().code, ErrorCode::unavailable);
  EXPECT_EQ(sockets_.requests.size(), 4U);
}

TEST_F(DeepgramStreams, take_nonsense_for_a_lost_connection) {
  for (const std::string wrong : {"", "{", "[]", "7", R"({"type":5})", R"({"type":"Results"})",
                                  R"({"type":"Results","channel":{"alternatives":[]}})"}) {
    sockets_.lines.clear();
    line({wrong});
    line({results("fine", 0, 0.1, true)});
    auto stream = open();
    stream->hear(ms(200));
    EXPECT_EQ(next(*stream).text, "fine") << wrong;
  }
}

TEST_F(DeepgramStreams, make_nothing_of_times_and_texts_beyond_belief) {
  line({R"({"type":"Results","start":1e300,"duration":-5,"is_final":"yes","channel":)"
        R"({"alternatives":[{"transcript":7,"confidence":99}]}})",
        R"({"type":"Results","start":"x","is_final":true,"channel":)"
        R"({"alternatives":[{"transcript":"  a b  "}]}})"});
  auto stream = open();
  stream->hear(ms(100));
  auto first = next(*stream);
  EXPECT_EQ(first.kind, Kind::words);
  EXPECT_EQ(first.until_ms, 100);
  EXPECT_DOUBLE_EQ(first.confidence, 1);
  EXPECT_EQ(next(*stream).text, "a b");
}

TEST_F(DeepgramStreams, replace_a_connection_that_takes_no_audio) {
  auto first = line({});
  auto second = line({results("heard", 0, 0.1, true)});
  auto stream = open();
  first->is_full = true;
  stream->hear(ms(100));

  EXPECT_EQ(next(*stream).text, "heard");
  EXPECT_EQ(second->told.at(0), ms(100));
}

TEST_F(DeepgramStreams, tell_turns_and_begin_them_once) {
  options_.mode = DeepgramMode::flux;
  auto first = line({R"({"type":"Connected","request_id":"r","sequence_id":0})",
                     turn("StartOfTurn", "How"), turn("EagerEndOfTurn", "How long"),
                     turn("TurnResumed", "How long"), turn("Unheard of", "?")});
  first->failure = Error{.code = ErrorCode::unavailable, .message = "cut"};
  line({turn("StartOfTurn", "How long"), turn("EndOfTurn", "How long is it?", 0.9),
        turn("StartOfTurn", "Next")});
  auto stream = open();
  stream->hear(ms(1'000));

  EXPECT_EQ(next(*stream).kind, Kind::turn_started);
  EXPECT_EQ(next(*stream).kind, Kind::turn_may_end);
  EXPECT_EQ(next(*stream).kind, Kind::turn_resumed);
  EXPECT_EQ(next(*stream).kind, Kind::words);
  auto end = next(*stream);
  EXPECT_EQ(end.kind, Kind::turn_ended);
  EXPECT_EQ(end.text, "How long is it?");
  EXPECT_EQ(end.until_ms, 900);
  EXPECT_EQ(next(*stream).kind, Kind::turn_started);
}

TEST_F(DeepgramStreams, open_again_after_an_error_of_flux) {
  options_.mode = DeepgramMode::flux;
  line({R"({"type":"Error","sequence_id":1,"code":"INTERNAL","description":"of dg-secret"})"});
  line({turn("EndOfTurn", "fine", 0.1)});
  auto stream = open();
  stream->hear(ms(100));
  EXPECT_EQ(next(*stream).text, "fine");
}

TEST_F(DeepgramStreams, say_why_they_cannot_be_had) {
  struct Case {
    ErrorCode code;
    const char* cause;
    const char* outcome;
  };
  for (const auto& [code, cause, outcome] :
       {Case{ErrorCode::unauthenticated, "status 401: dg-secret",
             "unavailable: The speech provider refuses our key"},
        Case{ErrorCode::forbidden, "status 403",
             "unavailable: The speech provider refuses our key"},
        Case{ErrorCode::rate_limited, "status 429",
             "unavailable: The speech provider is overloaded"},
        Case{ErrorCode::unavailable, "status 402: {}",
             "unavailable: The speech provider's credits are used up"},
        Case{ErrorCode::unavailable, "status 400: {}",
             "invalid: The speech provider refuses the request"},
        Case{ErrorCode::timeout, "", "timeout: as it was"}})
    EXPECT_EQ(refusal({.code = code, .message = "as it was", .cause = cause}), outcome);
}

class DeepgramVoices : public testing::Test {
 protected:
  static inline const std::string flushed = R"({"type":"Flushed","sequence_id":0})";
  static inline const std::string metadata =
      R"({"type":"Metadata","request_id":"r","model_name":"a","model_version":"1",)"
      R"("model_uuid":"u"})";

  std::shared_ptr<ScriptedLine> line(std::deque<std::string> says) {
    auto added = sockets_.add(std::move(says));
    added->failure = Error{.code = ErrorCode::unavailable, .message = "cut"};
    return added;
  }
  VoiceStream& voice(StreamAudio audio = {.coding = StreamAudio::Coding::mulaw}) {
    synthesizer_ = make_deepgram_streaming_synthesizer(options_, sockets_);
    voice_ = synthesizer_->make({.audio = audio, .voice = "aura-2-zeus-en"});
    return *voice_;
  }
  // All audio of a text, and behind a "!" what failed.
  std::string say(VoiceStream& voice, std::string text) {
    auto begun = sync_wait(voice.say({}, std::move(text)));
    if (!begun) return "!" + begun.error().message;
    return rest(voice);
  }
  static std::string rest(VoiceStream& voice) {
    std::string all;
    while (true) {
      auto piece = sync_wait(voice.next({}));
      if (!piece) return all + "!" + piece.error().message;
      if (!*piece) return all;
      all += **piece;
    }
  }

  DeepgramOptions options_{.api_key = "dg-secret"};
  ScriptedWebSocketClient sockets_;
  std::unique_ptr<StreamingSynthesizer> synthesizer_;
  std::unique_ptr<VoiceStream> voice_;
};

TEST_F(DeepgramVoices, say_one_text_after_the_other_on_one_connection) {
  auto far = line({metadata,
                   "\x01"
                   "abc",
                   "\x01"
                   "de",
                   flushed,
                   "\x01"
                   "fg",
                   flushed});
  auto& said = voice();

  EXPECT_EQ(say(said, "Hello \"you\""), "abcde");
  EXPECT_EQ(say(said, "Again"), "fg");
  voice_.reset();
  EXPECT_EQ(sockets_.requests.size(), 1U);
  EXPECT_EQ(sockets_.requests[0].url,
            "wss://api.deepgram.com/v1/speak?model=aura-2-zeus-en&encoding=mulaw&sample_rate=8000");
  EXPECT_THAT(far->told, ElementsAre(R"({"type":"Speak","text":"Hello \"you\""})",
                                     R"({"type":"Flush"})", R"({"type":"Speak","text":"Again"})",
                                     R"({"type":"Flush"})", R"({"type":"Close"})"));
}

TEST_F(DeepgramVoices, drop_what_comes_of_a_text_that_was_cut_off) {
  auto far =
      line({"\x01"
            "old",
            "\x01"
            "late",
            flushed, R"({"type":"Cleared","sequence_id":1})",
            "\x01"
            "new",
            flushed});
  auto& said = voice();
  ASSERT_TRUE(sync_wait(said.say({}, "Old")).has_value());
  EXPECT_EQ(sync_wait(said.next({})).value(), "old");
  said.clear();
  said.clear();

  EXPECT_EQ(say(said, "New"), "new");
  EXPECT_EQ(far->told.at(2), R"({"type":"Clear"})");
  EXPECT_EQ(far->told.size(), 5U);
}

TEST_F(DeepgramVoices, hand_out_whole_samples) {
  line(
      {"\x01"
       "abc",
       "\x01"
       "d",
       "\x01"
       "ef",
       flushed,
       "\x01"
       "x",
       flushed});
  auto& said = voice({.rate = 16'000});
  EXPECT_EQ(say(said, "Odd pieces"), "abcdef");
  EXPECT_EQ(say(said, "Half a sample"), "!The connection broke off");
}

TEST_F(DeepgramVoices, are_opened_again_when_they_were_lost_between_texts) {
  line(
      {"\x01"
       "one",
       flushed});
  line(
      {"\x01"
       "two",
       flushed});
  auto& said = voice();
  EXPECT_EQ(say(said, "One"), "one");
  EXPECT_EQ(say(said, "Two"), "two");
  EXPECT_EQ(sockets_.requests.size(), 2U);
}

TEST_F(DeepgramVoices, say_that_a_text_broke_off_and_go_on_with_the_next) {
  line(
      {"\x01"
       "be"});
  line(
      {"\x01"
       "next",
       flushed});
  auto& said = voice();
  EXPECT_EQ(say(said, "Begun"), "be!cut");
  EXPECT_EQ(say(said, "Next"), "next");
}

TEST_F(DeepgramVoices, take_what_they_are_warned_of_for_not_said) {
  line({R"({"type":"Warning","code":"EXCESSIVE_FLUSH","description":"dg-secret"})"});
  line({"{"});
  auto& said = voice();
  EXPECT_EQ(say(said, "Hi"), "!The speech provider does not say the text");
  EXPECT_EQ(say(said, "Hi"), "!The speech provider's answer is malformed");
  EXPECT_EQ(say(said, std::string(9'000, 'x')), "!The text is too long for one piece of speech");
}

TEST_F(DeepgramVoices, leave_a_connection_that_answers_no_more_flushes) {
  std::deque<std::string> says(20, flushed);
  line(says);
  line(
      {"\x01"
       "more",
       flushed});
  auto& said = voice();
  for (int i = 0; i < 20; ++i) EXPECT_EQ(say(said, "Yes."), "");
  EXPECT_EQ(say(said, "More"), "more");
}

}  // namespace
}  // namespace aiva
