#pragma once

#include <vector>

#include "capabilities/voice/call_log.h"
#include "capabilities/voice/call_records.h"
#include "faces/http/route.h"

namespace aiva::http {

// Calls: announced before their audio comes, listed, read and summed up; and what a bridge outside
// writes down of those it carries.
std::vector<Route> call_routes(voice::CallLog& log, voice::CallRecords& records);

}  // namespace aiva::http
