// What flite says over a telephone line is heard and written down.

#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <span>
#include <string>
#include <vector>

#include "adapters/flite/flite_synthesizer.h"
#include "adapters/onnx/moonshine_recognizer.h"
#include "adapters/onnx/silero_voice_detector.h"
#include "audio/g711.h"
#include "audio/resampler.h"

namespace aiva {
namespace {

std::vector<std::int16_t> say(SpeechSynthesizer& synthesizer, const std::string& text) {
  auto audio = sync_wait(synthesizer.speak({}, {.text = text}));
  std::vector<std::int16_t> samples;
  while (audio) {
    auto piece = sync_wait((*audio)->next({}));
    if (!piece || !*piece) break;
    samples.insert(samples.end(), (*piece)->begin(), (*piece)->end());
  }
  return samples;
}

std::vector<std::int16_t> over_the_line(const std::vector<std::int16_t>& samples) {
  std::vector<std::uint8_t> bytes(samples.size());
  audio::encode_g711(audio::G711Law::mu, samples, bytes);
  std::vector<std::int16_t> heard(samples.size());
  audio::decode_g711(audio::G711Law::mu, bytes, heard);
  return heard;
}

// Words only, in small letters.
std::string words_of(const std::string& text) {
  std::string words;
  for (unsigned char each : text) {
    if (std::isalnum(each) != 0 || each == '\'')
      words += static_cast<char>(std::tolower(each));
    else if (!words.empty() && words.back() != ' ')
      words += ' ';
  }
  while (words.ends_with(' ')) words.pop_back();
  return words;
}

TEST(SpeechRound, writes_down_word_for_word_what_was_said_over_a_telephone) {
  auto synthesizer = make_flite_synthesizer({.voice = "rms"}).value();
  auto recognizer = make_moonshine_recognizer(
                        {.library_path = AIVA_TEST_ONNXRUNTIME, .folder = AIVA_TEST_RECOGNIZER})
                        .value();
  const std::vector<std::string> sentences{
      "What are your opening hours on Saturday?",
      "I forgot my password and cannot sign in.",
      "Do you ship to other countries?",
      "Please tell me the price of the large box.",
      "I want to cancel my order.",
      "Is there a warranty on this product?",
      "Thank you very much for your help.",
      "Can I pay by credit card?",
      "How do I reset the device?",
      "My name is John and I live in London.",
  };
  int right = 0;
  std::string wrong;

  for (const auto& sentence : sentences) {
    auto heard = over_the_line(say(*synthesizer, sentence));
    auto transcript = sync_wait(recognizer->recognize({}, {.samples = heard, .rate = 8000}));
    ASSERT_TRUE(transcript) << transcript.error().message << transcript.error().cause;
    if (words_of(transcript->text) == words_of(sentence))
      ++right;
    else
      wrong += "\n" + sentence + " -> " + transcript->text;
    EXPECT_EQ(transcript->language, "en");
  }

  EXPECT_GE(right, 8) << wrong;
  RecordProperty("right", right);
}

TEST(SpeechRound, hears_a_voice_while_there_is_one) {
  auto synthesizer = make_flite_synthesizer({}).value();
  auto detectors = make_silero_voice_detectors({.library_path = AIVA_TEST_ONNXRUNTIME,
                                                .model_path = AIVA_TEST_VOICE_DETECTOR})
                       .value();
  auto detector = detectors->make();
  std::vector<std::int16_t> line(8000, 0);
  auto sentence = say(*synthesizer, "What are your opening hours on Saturday?");
  line.insert(line.end(), sentence.begin(), sentence.end());
  line.resize(line.size() + 8000);
  auto samples = audio::resample(over_the_line(line), 8000, VoiceDetector::rate);
  std::vector<float> heard;

  for (std::size_t at = 0; at + VoiceDetector::window <= samples.size();
       at += VoiceDetector::window)
    heard.push_back(detector->hear(std::span<const std::int16_t, VoiceDetector::window>(
        samples.data() + at, VoiceDetector::window)));

  // A window is 32 ms; flite is silent for 0.2 s before and after it speaks.
  auto is_voice = [](float probability) { return probability > 0.5; };
  auto in = [&](double from_s, double to_s) {
    return std::span(heard).subspan(static_cast<std::size_t>(from_s / 0.032),
                                    static_cast<std::size_t>((to_s - from_s) / 0.032));
  };
  const double length_s = static_cast<double>(sentence.size()) / 8000;
  EXPECT_TRUE(std::ranges::none_of(in(0, 1), is_voice));
  EXPECT_GT(std::ranges::count_if(in(1.35, 0.75 + length_s), is_voice),
            static_cast<std::ptrdiff_t>((length_s - 0.6) / 0.032 * 0.9));
  EXPECT_TRUE(std::ranges::none_of(in(1.2 + length_s, 1.9 + length_s), is_voice));
}

}  // namespace
}  // namespace aiva
