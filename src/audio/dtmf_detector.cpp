#include "audio/dtmf_detector.h"

#include <spandsp.h>

namespace aiva::audio {

struct DtmfDetector::State {
  struct Free {
    void operator()(dtmf_rx_state_t* one) const { dtmf_rx_free(one); }
  };
  std::unique_ptr<dtmf_rx_state_t, Free> receiver{dtmf_rx_init(nullptr, nullptr, nullptr)};
  std::string digits;
  bool is_sounding = false;
};

DtmfDetector::DtmfDetector() : state_(std::make_unique<State>()) {
  // Called with a digit where its tone was recognised, with 0 where it ended.
  auto report = [](void* state, int digit, int /*level*/, int /*delay*/) {
    auto& self = *static_cast<State*>(state);
    self.is_sounding = digit != 0;
    if (digit != 0) self.digits += static_cast<char>(digit);
  };
  dtmf_rx_set_realtime_callback(state_->receiver.get(), report, state_.get());
}

DtmfDetector::~DtmfDetector() = default;
DtmfDetector::DtmfDetector(DtmfDetector&&) noexcept = default;
DtmfDetector& DtmfDetector::operator=(DtmfDetector&&) noexcept = default;

std::string DtmfDetector::hear(std::span<const std::int16_t> samples) {
  state_->digits.clear();
  dtmf_rx(state_->receiver.get(), samples.data(), static_cast<int>(samples.size()));
  return std::move(state_->digits);
}

bool DtmfDetector::is_sounding() const { return state_->is_sounding; }

}  // namespace aiva::audio
