#pragma once

#include <vector>

#include "capabilities/voice/call_log.h"
#include "capabilities/voice/call_records.h"
#include "capabilities/voice/call_search.h"
#include "capabilities/voice/media_ports.h"
#include "faces/http/route.h"

namespace aiva::http {

// Borrowed.
struct CallParts {
  voice::CallLog& log;
  voice::CallRecords& records;
  voice::CallSearch& search;
  voice::MediaPorts* ports;  // of calls announced for RTP; null: there are none
};

// Calls: announced before their audio comes, listed, found, read and summed up; and what a bridge
// outside writes down of those it carries.
std::vector<Route> call_routes(CallParts parts);

}  // namespace aiva::http
