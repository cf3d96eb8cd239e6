#include "audio/loss_concealment.h"

#include <spandsp.h>

namespace aiva::audio {

struct LossConcealment::State {
  plc_state_t plc{};
};

LossConcealment::LossConcealment() : state_(std::make_unique<State>()) { plc_init(&state_->plc); }
LossConcealment::~LossConcealment() = default;
LossConcealment::LossConcealment(LossConcealment&&) noexcept = default;
LossConcealment& LossConcealment::operator=(LossConcealment&&) noexcept = default;

void LossConcealment::hear(std::span<std::int16_t> samples) {
  plc_rx(&state_->plc, samples.data(), static_cast<int>(samples.size()));
}

void LossConcealment::make_up(std::span<std::int16_t> samples) {
  plc_fillin(&state_->plc, samples.data(), static_cast<int>(samples.size()));
}

}  // namespace aiva::audio
