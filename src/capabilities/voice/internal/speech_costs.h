#pragma once

#include <cstdint>
#include <string_view>

#include "capabilities/billing/types.h"
#include "ports/realtime_model.h"
#include "ports/speech_recognizer.h"
#include "ports/speech_stream.h"

namespace aiva::voice {

// What the tokens of a model that hears and speaks cost before the margin, rounded up.
billing::MicroUsd cost_of(const RealtimeUsage& usage);
// What writing down and saying cost at a provider; packaged voices cost nothing.
billing::MicroUsd cost_of_hearing(const SpeechRecognizer& recognizer, double audio_seconds);
billing::MicroUsd cost_of_saying(std::string_view provider, std::string_view text);
billing::MicroUsd cost_of_stream(const StreamingRecognizer& recognizer, std::int64_t audio_ms);
// What a provider takes for the time that a session with its model lasts, besides tokens.
billing::MicroUsd cost_of_session(const RealtimeModel& model, std::int64_t lasted_ms);

}  // namespace aiva::voice
