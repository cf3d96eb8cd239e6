#pragma once

#include "capabilities/billing/types.h"

namespace aiva::billing {

// What things cost before the margin (specification D), in micro-dollars. Chat models have a table
// of their own, which the operator edits.
namespace prices {

inline constexpr MicroUsd search = 500;                      // and the tokens that are embedded
inline constexpr MicroUsd page = 100;                        // of a document, read
inline constexpr MicroUsd image = 2000;                      // given to the image model
inline constexpr MicroUsd million_embedded_tokens = 20'000;  // a small model, also the packaged one
inline constexpr MicroUsd million_embedded_tokens_large = 130'000;
inline constexpr MicroUsd stored_gigabyte_month = 23'000;
inline constexpr MicroUsd million_realtime_audio_tokens_in = 100'000'000;
inline constexpr MicroUsd million_realtime_audio_tokens_out = 200'000'000;
inline constexpr MicroUsd million_realtime_audio_tokens_cached = 20'000'000;  // heard before
inline constexpr MicroUsd million_realtime_text_tokens_in = 5'000'000;
inline constexpr MicroUsd million_realtime_text_tokens_cached = 2'500'000;
inline constexpr MicroUsd million_realtime_text_tokens_out = 20'000'000;
inline constexpr MicroUsd transcribed_minute_nova_2 = 4300;
inline constexpr MicroUsd transcribed_minute_nova_3 = 5900;
inline constexpr MicroUsd transcribed_minute_flux = 6500;
inline constexpr MicroUsd transcribed_minute_flux_multilingual = 7800;
inline constexpr MicroUsd voice_agent_minute = 80'000;
inline constexpr MicroUsd million_spoken_characters = 15'000'000;  // 0.015 USD per thousand

}  // namespace prices

// The least that must be available before work begins, where credits are enforced.
namespace gates {

inline constexpr MicroUsd search = 1000;  // also a chat turn that only searches
inline constexpr MicroUsd upload = 10'000;
inline constexpr MicroUsd call = 100'000;

}  // namespace gates

}  // namespace aiva::billing
