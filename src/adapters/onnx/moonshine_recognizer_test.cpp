#include "adapters/onnx/moonshine_recognizer.h"

#include <gtest/gtest.h>

#include "ports/testing/temporary_folder.h"

namespace aiva {
namespace {

std::unique_ptr<SpeechRecognizer> make(const std::filesystem::path& folder = AIVA_TEST_RECOGNIZER) {
  auto made = make_moonshine_recognizer(
      {.library_path = AIVA_TEST_ONNXRUNTIME, .folder = folder, .opens_early = true});
  EXPECT_TRUE(made.has_value()) << made.error().message << made.error().cause;
  return std::move(*made);
}

ErrorCode refusal(SpeechRecognizer& recognizer, CallContext context, Utterance utterance) {
  auto transcript = sync_wait(recognizer.recognize(context, std::move(utterance)));
  EXPECT_FALSE(transcript.has_value());
  return transcript ? ErrorCode::internal : transcript.error().code;
}

TEST(MoonshineRecognizer, writes_nothing_where_nothing_is_said) {
  auto recognizer = make();

  auto silence = sync_wait(recognizer->recognize({}, {.samples = std::vector<std::int16_t>(8000)}));
  auto click = sync_wait(
      recognizer->recognize({}, {.samples = std::vector<std::int16_t>(300, 9000), .rate = 8000}));

  ASSERT_TRUE(silence) << silence.error().cause;
  EXPECT_EQ(silence->text, "");
  EXPECT_DOUBLE_EQ(silence->audio_seconds, 0.5);
  ASSERT_TRUE(click);
  EXPECT_EQ(click->text, "");
  EXPECT_EQ(recognizer->provider(), "packaged");
  EXPECT_EQ(recognizer->model(), "moonshine-tiny-en");
}

TEST(MoonshineRecognizer, refuses_what_it_cannot_read) {
  auto recognizer = make();
  const std::vector<std::int16_t> second(16'000, 100);
  std::stop_source stop;
  stop.request_stop();

  EXPECT_EQ(refusal(*recognizer, {}, {.samples = second, .rate = 44'100}), ErrorCode::invalid);
  EXPECT_EQ(refusal(*recognizer, {}, {.samples = second, .rate = 0}), ErrorCode::invalid);
  EXPECT_EQ(refusal(*recognizer, {}, {.samples = second, .language = "de"}), ErrorCode::invalid);
  EXPECT_EQ(refusal(*recognizer, {},
                    {.samples = std::vector<std::int16_t>(120 * 8000 + 1), .rate = 8000}),
            ErrorCode::too_large);
  EXPECT_EQ(refusal(*recognizer, {.cancellation = stop.get_token()}, {.samples = second}),
            ErrorCode::cancelled);
}

TEST(MoonshineRecognizer, cannot_be_made_of_other_files) {
  TemporaryFolder folder;
  auto absent =
      make_moonshine_recognizer({.library_path = AIVA_TEST_ONNXRUNTIME, .folder = folder.path()});
  ASSERT_FALSE(absent);
  EXPECT_EQ(absent.error().code, ErrorCode::unavailable);

  const std::filesystem::path packaged = AIVA_TEST_RECOGNIZER;
  std::filesystem::create_symlink(packaged / "llama-tokenizer.js",
                                  folder.path() / "llama-tokenizer.js");
  for (const char* name : {"encoder.onnx", "decoder.onnx"})
    std::filesystem::create_symlink(packaged / "encoder.onnx", folder.path() / name);
  auto swapped = make(folder.path());
  EXPECT_EQ(refusal(*swapped, {}, {.samples = std::vector<std::int16_t>(16'000, 9000)}),
            ErrorCode::invalid);
}

}  // namespace
}  // namespace aiva
