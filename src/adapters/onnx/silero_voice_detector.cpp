#include "adapters/onnx/silero_voice_detector.h"

#include <algorithm>
#include <array>
#include <utility>

#include "adapters/onnx/internal/onnx_session.h"
#include "foundation/log.h"

namespace aiva {
namespace {

// The model wants the end of the window before in front of each window.
constexpr std::size_t context_size = 64;
constexpr std::size_t input_size = context_size + VoiceDetector::window;
constexpr std::array<std::int64_t, 2> input_shape{1, input_size};
constexpr std::array<std::int64_t, 3> state_shape{2, 1, 128};
constexpr std::size_t state_size = 2UL * 128;
constexpr std::array<std::int64_t, 2> output_shape{1, 1};

class SileroDetector final : public VoiceDetector {
 public:
  explicit SileroDetector(std::shared_ptr<const OnnxSession> session)
      : session_(std::move(session)) {}

  float hear(std::span<const std::int16_t, window> samples) override {
    std::ranges::transform(samples, input_.begin() + context_size,
                           [](std::int16_t sample) { return static_cast<float>(sample) / 32'768; });
    const std::array<std::int64_t, 1> sample_rate{rate};
    const std::array inputs{
        OnnxInput{.name = "input", .shape = input_shape, .floats = input_},
        OnnxInput{.name = "state", .shape = state_shape, .floats = state_},
        OnnxInput{.name = "sr", .values = sample_rate},
    };
    std::array<float, 1> probability{};
    std::array<float, state_size> next_state{};
    const std::array outputs{OnnxOutput{"output", probability, output_shape},
                             OnnxOutput{"stateN", next_state, state_shape}};
    if (auto ran = session_->run(inputs, outputs); !ran) {
      if (!std::exchange(has_failed_, true))
        log::error("A voice could not be looked for", {{"cause", ran.error().cause}});
      return 0;
    }
    state_ = next_state;
    std::copy_n(input_.end() - context_size, context_size, input_.begin());
    return std::clamp(probability[0], 0.0F, 1.0F);
  }

  void reset() override {
    input_.fill(0);
    state_.fill(0);
  }

 private:
  // Shared with the other detectors: each call has one, and the last to go closes the model.
  const std::shared_ptr<const OnnxSession> session_;
  std::array<float, input_size> input_{};
  std::array<float, state_size> state_{};
  bool has_failed_ = false;
};

class SileroDetectors final : public VoiceDetectors {
 public:
  explicit SileroDetectors(std::shared_ptr<const OnnxSession> session)
      : session_(std::move(session)) {}
  std::unique_ptr<VoiceDetector> make() override {
    return std::make_unique<SileroDetector>(session_);
  }

 private:
  const std::shared_ptr<const OnnxSession> session_;
};

Result<void> check_ports(const OnnxSession& session) {
  TRY(auto inputs, session.inputs());
  TRY(auto outputs, session.outputs());
  auto has = [](const std::vector<OnnxPort>& ports, const char* name, std::size_t dimensions) {
    auto port = std::ranges::find(ports, name, &OnnxPort::name);
    return port != ports.end() && port->shape.size() == dimensions;
  };
  if (has(inputs, "input", 2) && has(inputs, "state", 3) && has(inputs, "sr", 0) &&
      has(outputs, "output", 2) && has(outputs, "stateN", 3))
    return {};
  return fail(ErrorCode::invalid, "The model is no Silero VAD of version 5 or 6");
}

}  // namespace

Result<std::unique_ptr<VoiceDetectors>> make_silero_voice_detectors(const SileroOptions& options) {
  TRY(auto session, OnnxSession::open(options.library_path, options.model_path));
  TRY_VOID(check_ports(*session));
  return std::make_unique<SileroDetectors>(std::move(session));
}

}  // namespace aiva
