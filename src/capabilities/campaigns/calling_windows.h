#pragma once

#include <vector>

#include "capabilities/campaigns/types.h"
#include "foundation/result.h"
#include "foundation/time_zone.h"

namespace aiva::campaigns {

// Minutes of the day of "HH:MM", 0…1440; -1 for anything else.
int minutes_of(const std::string& text);

// Fails with `invalid` and a sentence.
Result<void> check_windows(const std::vector<CallingWindow>& windows);

// Whether one of them is open at that instant; true without any.
bool is_open(const std::vector<CallingWindow>& windows, const TimeZone& zone, UnixMs at);

}  // namespace aiva::campaigns
