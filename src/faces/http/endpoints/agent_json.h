#pragma once

#include "capabilities/agents/agents.h"
#include "foundation/json.h"
#include "foundation/json_writer.h"

namespace aiva::http {

// Each writes one JSON value as clients see it.
void write_agent(JsonWriter& writer, const agents::Agent& agent);
// The version without its settings: what a list shows.
void write_agent_version_line(JsonWriter& writer, const agents::AgentVersion& version);
void write_agent_version(JsonWriter& writer, const agents::AgentVersion& version);
void write_difference(JsonWriter& writer, const agents::FieldDifference& difference);

// The fields of an agent in a request's body, in both wordings. Fails with `invalid` and every
// field of a wrong kind; what else is wrong is for the capability to say.
Result<agents::AgentFields> read_agent_fields(const json::Value& body);

}  // namespace aiva::http
