#include "adapters/deepgram/deepgram.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "ports/testing/scripted_http_client.h"

namespace aiva {
namespace {

class Deepgram : public ::testing::Test {
 protected:
  Result<Transcript> recognize(Utterance utterance) {
    auto recognizer = make_deepgram_recognizer(options_, http_);
    return sync_wait(recognizer->recognize({}, std::move(utterance)));
  }
  // All samples, or what failed.
  Result<std::vector<std::int16_t>> speak(SpeechRequest request) {
    auto synthesizer = make_deepgram_synthesizer(options_, http_);
    TRY(auto audio, sync_wait(synthesizer->speak({}, std::move(request))));
    std::vector<std::int16_t> all;
    while (true) {
      TRY(auto samples, sync_wait(audio->next({})));
      if (!samples) return all;
      all.insert(all.end(), samples->begin(), samples->end());
    }
  }
  void answer(std::string body, int status = 200) {
    answer_ = {.status = status, .body = std::move(body)};
  }
  template <class T>
  static std::string failure(const Result<T>& result) {
    return result ? "none" : std::string(to_string(result.error().code));
  }

  DeepgramOptions options_{.api_key = "dg-secret"};
  HttpResponse answer_{};
  ScriptedHttpClient http_{[this](const HttpRequest&) { return answer_; }};
};

TEST_F(Deepgram, writes_down_an_utterance) {
  answer(R"({"metadata":{"duration":0.5},"results":{"channels":[{"alternatives":[{"transcript":)"
         R"("How long?","confidence":0.9}]}]}})");

  auto transcript = recognize({.samples = {1, -2, 3, 4}, .rate = 8'000, .language = "en"});

  ASSERT_TRUE(transcript.has_value()) << transcript.error().cause;
  EXPECT_EQ(transcript->text, "How long?");
  EXPECT_EQ(transcript->language, "en");
  EXPECT_DOUBLE_EQ(transcript->audio_seconds, 0.0005);
  ASSERT_EQ(http_.requests().size(), 1U);
  const auto request = http_.requests()[0];
  EXPECT_EQ(request.url,
            "https://api.deepgram.com/v1/listen?model=nova-3&encoding=linear16&channels=1"
            "&smart_format=true&sample_rate=8000&language=en");
  EXPECT_EQ(request.headers[0].value, "Token dg-secret");
  EXPECT_EQ(request.body, std::string("\x01\x00\xfe\xff\x03\x00\x04\x00", 8));
}

TEST_F(Deepgram, has_the_provider_find_out_the_language) {
  answer(R"({"results":{"channels":[{"detected_language":"de",)"
         R"("alternatives":[{"transcript":""}]}]}})");

  auto transcript = recognize({.samples = {0}});

  ASSERT_TRUE(transcript.has_value());
  EXPECT_EQ(transcript->text + transcript->language, "de");
  EXPECT_TRUE(http_.requests()[0].url.ends_with("sample_rate=16000&detect_language=true"));
  EXPECT_TRUE(recognize({}).has_value());
  EXPECT_EQ(http_.requests().size(), 1U);  // nothing was said
}

TEST_F(Deepgram, says_what_failed) {
  for (const char* wrong : {"", "{", "[]", R"({"results":{"channels":[]}})"}) {
    answer(wrong);
    EXPECT_EQ(failure(recognize({.samples = {0}})), "unavailable") << wrong;
  }
  struct Case {
    int status;
    const char* outcome;
  };
  for (const auto& [status, outcome] :
       {Case{400, "invalid"}, Case{401, "unavailable"}, Case{402, "unavailable"},
        Case{429, "unavailable"}, Case{503, "unavailable"}}) {
    answer(R"({"err_code":"X","err_msg":"no dg-secret"})", status);
    auto refused = recognize({.samples = {0}});
    EXPECT_EQ(failure(refused), outcome) << status;
    EXPECT_EQ(failure(speak({.text = "Hi"})), outcome) << status;
    if (!refused) EXPECT_FALSE(refused.error().cause.contains("dg-secret"));
  }
  EXPECT_EQ(failure(recognize({.samples = {0}, .rate = 11'025})), "invalid");
  EXPECT_EQ(failure(speak({.text = "Hi", .rate = 44'100})), "invalid");
  EXPECT_EQ(failure(speak({.text = "Hi", .speed = 1.5})), "invalid");
  EXPECT_EQ(failure(speak({.text = std::string(9'000, 'x')})), "too_large");
}

TEST_F(Deepgram, speaks_while_the_audio_arrives_in_odd_pieces) {
  std::string bytes;
  for (int i = 0; i < 100; ++i) bytes.append({static_cast<char>(i), '\x01'});
  answer(bytes);

  auto samples = speak({.text = "Say \"hi\"", .voice = "aura-2-zeus-en", .rate = 16'000});

  ASSERT_TRUE(samples.has_value()) << samples.error().cause;
  ASSERT_EQ(samples->size(), 100U);
  EXPECT_EQ((*samples)[7], 0x0107);
  const auto request = http_.requests()[0];
  EXPECT_EQ(request.url,
            "https://api.deepgram.com/v1/speak?model=aura-2-zeus-en&encoding=linear16"
            "&container=none&sample_rate=16000");
  EXPECT_EQ(request.body, R"({"text":"Say \"hi\""})");
}

TEST_F(Deepgram, notices_speech_that_breaks_off) {
  answer("123");
  EXPECT_EQ(failure(speak({.text = "Hi"})), "unavailable");
  answer("1234");
  http_.end_streams_with({.code = ErrorCode::unavailable, .message = "The connection broke off"});
  EXPECT_EQ(failure(speak({.text = "Hi"})), "unavailable");
}

}  // namespace
}  // namespace aiva
