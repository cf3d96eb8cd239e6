#pragma once

#include <vector>

#include "capabilities/voice/call_log.h"
#include "capabilities/voice/call_records.h"
#include "capabilities/voice/media_ports.h"
#include "faces/http/route.h"

namespace aiva::http {

// Calls: announced before their audio comes, listed, read and summed up; and what a bridge outside
// writes down of those it carries. Calls announced for RTP get one of `ports`, which may be null.
std::vector<Route> call_routes(voice::CallLog& log, voice::CallRecords& records,
                               voice::MediaPorts* ports);

}  // namespace aiva::http
