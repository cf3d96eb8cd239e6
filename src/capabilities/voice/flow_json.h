#pragma once

#include <string>
#include <string_view>

#include "capabilities/voice/ivr_flow.h"
#include "foundation/json.h"
#include "foundation/json_writer.h"
#include "foundation/result.h"

namespace aiva::voice {

// A flow as clients send it: {"steps":[…],"completion":{…},"failure_text":…}. What is wrong with
// its form becomes errors of `fields`; check() judges the rest.
// Members that are not there stay as in `before`.
FlowDefinition read_flow(json::Fields& fields, FlowDefinition before = {});
// Its three members, into an object that is open.
void write_flow(JsonWriter& writer, const FlowDefinition& flow);
// One of its steps, as an object.
FlowStep read_flow_step(json::Fields& fields);
void write_flow_step(JsonWriter& writer, const FlowStep& step);

// A flow and a state as rows keep them. Reading fails with `internal` for what we never wrote.
std::string to_json(const FlowDefinition& flow);
Result<FlowDefinition> flow_from_json(std::string_view text);
std::string to_json(const FlowState& state);
Result<FlowState> flow_state_from_json(std::string_view text);

}  // namespace aiva::voice
