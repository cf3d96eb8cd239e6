#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "capabilities/voice/ivr_slots.h"

namespace aiva::voice {

// A date in English words or digits: "tomorrow", "next friday", "the third of March", "March 3rd
// 2031", "2031-03-03", "3.3.2031" (day first), "3/31/2031" (month first, unless it cannot be).
std::optional<SlotValue> parse_date(const std::vector<std::string>& words,
                                    std::chrono::year_month_day today);
// DDMM, DDMMYYYY or YYYYMMDD.
std::optional<SlotValue> keyed_date(std::string_view digits, std::chrono::year_month_day today);

// A time of day: "half past three", "quarter to five pm", "3:30", "noon", "fifteen thirty". Without
// am or pm, hours from one to seven are of the afternoon.
std::optional<SlotValue> parse_time(const std::vector<std::string>& words);
// HHMM, HMM or HH.
std::optional<SlotValue> keyed_time(std::string_view digits);

}  // namespace aiva::voice
