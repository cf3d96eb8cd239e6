#pragma once

#include <vector>

#include "capabilities/voice/call_records.h"
#include "capabilities/voice/recordings.h"
#include "capabilities/voice/supervision.h"
#include "faces/http/route.h"

namespace aiva::http {

// Calls that go on, and recordings of those that went on.
std::vector<Route> call_recording_routes(voice::Supervision& supervision,
                                         voice::CallRecords& records,
                                         voice::Recordings& recordings);

}  // namespace aiva::http
