#include "adapters/onnx/silero_voice_detector.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <random>
#include <vector>

namespace aiva {
namespace {

using Window = std::array<std::int16_t, VoiceDetector::window>;

std::unique_ptr<VoiceDetectors> make() {
  auto made = make_silero_voice_detectors(
      {.library_path = AIVA_TEST_ONNXRUNTIME, .model_path = AIVA_TEST_VOICE_DETECTOR});
  EXPECT_TRUE(made.has_value()) << made.error().message << made.error().cause;
  return std::move(*made);
}

std::vector<Window> make_noise(std::size_t count, double size) {
  std::mt19937 random(3);
  std::normal_distribution<double> distribution;
  std::vector<Window> windows(count);
  for (auto& window : windows)
    for (auto& sample : window) sample = static_cast<std::int16_t>(size * distribution(random));
  return windows;
}

TEST(SileroVoiceDetector, hears_no_voice_in_silence_and_noise) {
  auto detectors = make();
  for (double size : {0.0, 30.0, 3000.0}) {
    auto detector = detectors->make();
    for (const auto& window : make_noise(60, size)) EXPECT_LT(detector->hear(window), 0.35) << size;
  }
}

TEST(SileroVoiceDetector, begins_a_new_stream_when_told) {
  auto detectors = make();
  auto detector = detectors->make();
  auto other = detectors->make();
  detectors.reset();
  const auto windows = make_noise(10, 2000);
  std::vector<float> first;
  for (const auto& window : windows) first.push_back(detector->hear(window));
  EXPECT_NE(detector->hear(windows[0]), first[0]);

  detector->reset();

  for (std::size_t i = 0; i < windows.size(); ++i) {
    EXPECT_EQ(detector->hear(windows[i]), first[i]) << i;
    EXPECT_EQ(other->hear(windows[i]), first[i]) << i;
  }
}

TEST(SileroVoiceDetector, cannot_be_made_of_another_model) {
  auto other = make_silero_voice_detectors(
      {.library_path = AIVA_TEST_ONNXRUNTIME, .model_path = AIVA_TEST_RECOGNIZER "/encoder.onnx"});
  auto absent = make_silero_voice_detectors(
      {.library_path = AIVA_TEST_ONNXRUNTIME, .model_path = "/nowhere.onnx"});

  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().code, ErrorCode::invalid);
  ASSERT_FALSE(absent);
  EXPECT_EQ(absent.error().code, ErrorCode::unavailable);
}

}  // namespace
}  // namespace aiva
