#pragma once

#include <string_view>

#include "capabilities/billing/types.h"
#include "ports/realtime_model.h"
#include "ports/speech_recognizer.h"
#include "ports/speech_synthesizer.h"

namespace aiva::voice {

// What the tokens of a model that hears and speaks cost before the margin, rounded up.
billing::MicroUsd cost_of(const RealtimeUsage& usage);
// What writing down and saying cost at a provider; packaged voices cost nothing.
billing::MicroUsd cost_of_hearing(const SpeechRecognizer& recognizer, double audio_seconds);
billing::MicroUsd cost_of_saying(const SpeechSynthesizer& synthesizer, std::string_view text);

}  // namespace aiva::voice
