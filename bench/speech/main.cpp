// Measures what sound costs: CPU of each step for a second of a call, how much faster than it is
// heard speech is made and written down, and how long the first of it takes.
// usage: speech_bench [NATIVE_DIR], by default native/unpacked.
#include <time.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "adapters/flite/flite_synthesizer.h"
#include "adapters/onnx/moonshine_recognizer.h"
#include "adapters/onnx/silero_voice_detector.h"
#include "audio/dtmf_detector.h"
#include "audio/energy_gate.h"
#include "audio/g711.h"
#include "audio/jitter_buffer.h"
#include "audio/resampler.h"

namespace aiva {
namespace {

using Samples = std::vector<std::int16_t>;
constexpr std::size_t frame = 160;  // 20 ms at 8 kHz

double cpu_seconds() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}

// CPU in microseconds of one step for each second of a call, the median of eleven rounds.
void print_step(const char* what, double call_seconds, const std::function<void()>& step) {
  std::vector<double> times;
  for (int i = 0; i < 11; ++i) {
    const auto start = cpu_seconds();
    step();
    times.push_back((cpu_seconds() - start) / call_seconds * 1e6);
  }
  std::ranges::sort(times);
  std::printf("%-52s %9.1f us CPU a second of a call\n", what, times[times.size() / 2]);
}

struct Spoken {
  Samples samples;
  double first_ms = 0;  // until the first piece was there
};

Spoken say(SpeechSynthesizer& synthesizer, SpeechRequest request) {
  const auto start = std::chrono::steady_clock::now();
  auto audio = sync_wait(synthesizer.speak({}, std::move(request))).value();
  Spoken spoken;
  for (;;) {
    auto piece = sync_wait(audio->next({})).value();
    if (!piece) return spoken;
    if (spoken.samples.empty())
      spoken.first_ms =
          std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start)
              .count();
    spoken.samples.insert(spoken.samples.end(), piece->begin(), piece->end());
  }
}

// Calls `step` with each frame of a line.
void each_frame(const Samples& line,
                const std::function<void(std::span<const std::int16_t>)>& step) {
  for (std::size_t at = 0; at + frame <= line.size(); at += frame)
    step(std::span(line).subspan(at, frame));
}

void print_steps(const Samples& line, const std::filesystem::path& native) {
  const double seconds = static_cast<double>(line.size()) / 8000;
  print_step("G.711 there and back", seconds, [&] {
    std::array<std::uint8_t, frame> bytes{};
    std::array<std::int16_t, frame> back{};
    each_frame(line, [&](auto samples) {
      audio::encode_g711(audio::G711Law::mu, samples, bytes);
      audio::decode_g711(audio::G711Law::mu, bytes, back);
    });
  });
  for (int rate : {16'000, 24'000, 48'000}) {
    auto what = "resampling 8 kHz to " + std::to_string(rate / 1000) + " kHz and back";
    print_step(what.c_str(), seconds, [&] {
      audio::Resampler up(8000, rate);
      audio::Resampler down(rate, 8000);
      Samples wide;
      Samples narrow;
      each_frame(line, [&](auto samples) {
        wide.clear();
        narrow.clear();
        up.feed(samples, wide);
        down.feed(wide, narrow);
      });
    });
  }
  print_step("energy gate", seconds, [&] {
    audio::EnergyGate gate;
    each_frame(line, [&](auto samples) { (void)gate.may_hold_voice(samples); });
  });
  print_step("touch tones", seconds, [&] {
    audio::DtmfDetector detector;
    each_frame(line, [&](auto samples) { (void)detector.hear(samples); });
  });
  print_step("jitter buffer, nothing lost", seconds, [&] {
    audio::JitterBuffer buffer;
    std::uint16_t sequence = 0;
    std::array<std::int16_t, frame> out{};
    each_frame(line, [&](auto samples) {
      buffer.put({.sequence = sequence,
                  .timestamp = static_cast<std::uint32_t>(sequence * frame),
                  .samples = samples},
                 std::chrono::milliseconds(20 * sequence));
      ++sequence;
      (void)buffer.take(out);
    });
  });
  auto detectors =
      make_silero_voice_detectors({.library_path = native / "onnxruntime/libonnxruntime.so",
                                   .model_path = native / "voice_detector/silero_vad_v5.onnx"})
          .value();
  const auto wide = audio::resample(line, 8000, VoiceDetector::rate);
  print_step("Silero VAD, every window", seconds, [&] {
    auto detector = detectors->make();
    constexpr auto window = VoiceDetector::window;
    for (std::size_t at = 0; at + window <= wide.size(); at += window)
      (void)detector->hear(std::span<const std::int16_t, window>(wide.data() + at, window));
  });
}

void print_speech(SpeechSynthesizer& synthesizer, const std::vector<std::string>& sentences) {
  for (const auto& voice : synthesizer.voices()) {
    double seconds = 0;
    double cpu = 0;
    std::vector<double> firsts;
    for (const auto& sentence : sentences) {
      const auto start = cpu_seconds();
      auto spoken = say(synthesizer, {.text = sentence, .voice = voice});
      cpu += cpu_seconds() - start;
      seconds += static_cast<double>(spoken.samples.size()) / 8000;
      firsts.push_back(spoken.first_ms);
    }
    std::ranges::sort(firsts);
    std::printf("flite %-8s %.4f s CPU a second of speech, first piece p50 %.1f ms max %.1f ms\n",
                voice.c_str(), cpu / seconds, firsts[firsts.size() / 2], firsts.back());
  }
}

void print_recognition(SpeechRecognizer& recognizer, const std::vector<Samples>& utterances) {
  double seconds = 0;
  double cpu = 0;
  double slowest_ms = 0;
  // The first call opens the model.
  for (bool is_counted : {false, true}) {
    for (const auto& samples : utterances) {
      const auto start = cpu_seconds();
      (void)sync_wait(recognizer.recognize({}, {.samples = samples, .rate = 8000})).value();
      if (!is_counted) continue;
      const auto took = cpu_seconds() - start;
      cpu += took;
      seconds += static_cast<double>(samples.size()) / 8000;
      slowest_ms = std::max(slowest_ms, took * 1000);
    }
  }
  std::printf("Moonshine      %.4f s CPU a second of speech, %.1f ms an utterance, at most %.1f\n",
              cpu / seconds, cpu * 1000 / static_cast<double>(utterances.size()), slowest_ms);
}

void run(const std::filesystem::path& native) {
  auto synthesizer = make_flite_synthesizer({}).value();
  auto recognizer =
      make_moonshine_recognizer({.library_path = native / "onnxruntime/libonnxruntime.so",
                                 .folder = native / "speech_recognizer"})
          .value();
  const std::vector<std::string> sentences{
      "What are your opening hours on Saturday?",
      "I forgot my password and cannot sign in.",
      "Please tell me the price of the large box.",
      "The machine makes a loud noise when I start it.",
      "Can I pay by credit card?",
      "My address has changed since the last time, so please send the parcel to the new one.",
      "Thank you very much for your help.",
      "How do I reset the device?",
  };
  std::vector<Samples> utterances;
  Samples line(8000);
  for (const auto& sentence : sentences) {
    utterances.push_back(say(*synthesizer, {.text = sentence, .voice = "rms"}).samples);
    line.insert(line.end(), utterances.back().begin(), utterances.back().end());
    line.resize(line.size() + 8000);
  }
  print_steps(line, native);
  print_speech(*synthesizer, sentences);
  print_recognition(*recognizer, utterances);
}

}  // namespace
}  // namespace aiva

int main(int count, char** arguments) {
  aiva::run(count > 1 ? arguments[1] : "native/unpacked");
  return 0;
}
