#pragma once

#include <vector>

#include "capabilities/voice/call_records.h"
#include "capabilities/voice/outbound_calls.h"
#include "capabilities/voice/voice.h"
#include "faces/http/route.h"

namespace aiva::http {

struct CallSteeringParts {
  voice::CallRecords& records;
  voice::Calls* calls;             // null: none are answered here
  voice::OutboundCalls* outbound;  // null: none go out
};

// What is done with calls that go on: transfers, hold, digits, hanging up, recording by the
// telephone system; and calls that go out.
std::vector<Route> call_steering_routes(CallSteeringParts parts);

}  // namespace aiva::http
