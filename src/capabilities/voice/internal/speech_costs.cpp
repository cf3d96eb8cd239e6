#include "capabilities/voice/internal/speech_costs.h"

#include <algorithm>
#include <cmath>
#include <string_view>

#include "capabilities/billing/prices.h"

namespace aiva::voice {
namespace {

constexpr std::string_view deepgram = "deepgram";
constexpr double utterance_seconds_max = 3600;
constexpr std::int64_t stream_ms_max = 7 * 86'400'000LL;
constexpr std::int64_t tokens_max = 1'000'000'000;  // of one answer, beyond belief

// In thousandths of a micro-dollar.
std::int64_t part(std::int64_t tokens, billing::MicroUsd per_million) {
  return std::clamp<std::int64_t>(tokens, 0, tokens_max) * (per_million / 1'000);
}

billing::MicroUsd price_of_minute(std::string_view model) {
  if (model.starts_with("nova-2")) return billing::prices::transcribed_minute_nova_2;
  if (model == "flux-general-multi") return billing::prices::transcribed_minute_flux_multilingual;
  if (model.starts_with("flux")) return billing::prices::transcribed_minute_flux;
  return billing::prices::transcribed_minute_nova_3;
}

billing::MicroUsd cost_of_time(std::int64_t ms, billing::MicroUsd per_minute) {
  constexpr std::int64_t minute_ms = 60'000;
  return (std::clamp<std::int64_t>(ms, 0, stream_ms_max) * per_minute + minute_ms - 1) / minute_ms;
}

}  // namespace

billing::MicroUsd cost_of(const RealtimeUsage& usage) {
  namespace prices = billing::prices;
  auto cached_audio = std::min(usage.cached_audio_in, usage.audio_in);
  auto cached_text = std::min(usage.cached_text_in, usage.text_in);
  auto sum = part(usage.audio_in - cached_audio, prices::million_realtime_audio_tokens_in) +
             part(cached_audio, prices::million_realtime_audio_tokens_cached) +
             part(usage.audio_out, prices::million_realtime_audio_tokens_out) +
             part(usage.text_in - cached_text, prices::million_realtime_text_tokens_in) +
             part(cached_text, prices::million_realtime_text_tokens_cached) +
             part(usage.text_out, prices::million_realtime_text_tokens_out);
  return (sum + 999) / 1'000;
}

billing::MicroUsd cost_of_hearing(const SpeechRecognizer& recognizer, double audio_seconds) {
  if (recognizer.provider() != deepgram) return 0;
  auto per_minute = price_of_minute(recognizer.model());
  auto seconds = std::clamp(audio_seconds, 0.0, utterance_seconds_max);
  return static_cast<billing::MicroUsd>(std::ceil(seconds / 60 * static_cast<double>(per_minute)));
}

billing::MicroUsd cost_of_stream(const StreamingRecognizer& recognizer, std::int64_t audio_ms) {
  if (recognizer.provider() != deepgram) return 0;
  return cost_of_time(audio_ms, price_of_minute(recognizer.model()));
}

billing::MicroUsd cost_of_session(const RealtimeModel& model, std::int64_t lasted_ms) {
  if (model.provider() != deepgram) return 0;
  return cost_of_time(lasted_ms, billing::prices::voice_agent_minute);
}

billing::MicroUsd cost_of_saying(std::string_view provider, std::string_view text) {
  if (provider != deepgram) return 0;
  auto is_first_byte = [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; };
  auto characters = std::ranges::count_if(text, is_first_byte);
  constexpr std::int64_t million = 1'000'000;
  return (characters * billing::prices::million_spoken_characters + million - 1) / million;
}

}  // namespace aiva::voice
