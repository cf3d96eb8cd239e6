#pragma once

#include "capabilities/agents/types.h"
#include "foundation/json.h"
#include "foundation/json_writer.h"

namespace aiva::agents {

// Writes them as one object.
void write_moderation(JsonWriter& writer, const ModerationSettings& settings);

// Takes over the object `moderation`, if it is there: what it does not say is the default again.
// Mistakes are recorded in `fields`.
void read_moderation(json::Fields& fields, ModerationSettings& settings);

}  // namespace aiva::agents
