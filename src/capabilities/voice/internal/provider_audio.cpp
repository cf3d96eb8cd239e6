#include "capabilities/voice/internal/provider_audio.h"

#include "capabilities/voice/internal/samples.h"

namespace aiva::voice {
namespace {

constexpr int provider_rate = 24'000;
constexpr int telephone_rate = 8'000;

RealtimeCoding coding_for(AudioFormat leg) {
  if (leg.coding == Coding::pcma) return RealtimeCoding::pcma;
  bool is_telephone = leg.coding == Coding::pcmu || leg.rate == telephone_rate;
  return is_telephone ? RealtimeCoding::pcmu : RealtimeCoding::pcm24k;
}

AudioFormat format_of(RealtimeCoding coding) {
  switch (coding) {
    case RealtimeCoding::pcmu: return {.coding = Coding::pcmu};
    case RealtimeCoding::pcma: return {.coding = Coding::pcma};
    case RealtimeCoding::pcm24k: return {.coding = Coding::pcm16, .rate = provider_rate};
  }
  return {};
}

}  // namespace

ProviderAudio::ProviderAudio(AudioFormat leg)
    : leg_(leg), coding_(coding_for(leg)), provider_(format_of(coding_)) {
  if (leg_.rate == provider_.rate) return;
  up_.emplace(leg_.rate, provider_.rate);
  down_.emplace(provider_.rate, leg_.rate);
}

std::string_view ProviderAudio::to_provider(std::string_view audio) {
  if (leg_ == provider_) return audio;
  samples_.clear();
  append_samples(leg_, audio, samples_);
  if (!up_) {
    heard_ = to_bytes(provider_, samples_);
    return heard_;
  }
  resampled_.clear();
  up_->feed(samples_, resampled_);
  heard_ = to_bytes(provider_, resampled_);
  return heard_;
}

std::string_view ProviderAudio::to_leg(std::string_view audio) {
  if (leg_ == provider_) return audio;
  samples_.clear();
  append_samples(provider_, audio, samples_);
  if (!down_) {
    spoken_ = to_bytes(leg_, samples_);
    return spoken_;
  }
  resampled_.clear();
  down_->feed(samples_, resampled_);
  spoken_ = to_bytes(leg_, resampled_);
  return spoken_;
}

void ProviderAudio::break_off() {
  if (down_) down_->reset();
}

}  // namespace aiva::voice
