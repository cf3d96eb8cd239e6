#pragma once

#include <string_view>

#include "capabilities/planning/types.h"
#include "foundation/json_writer.h"
#include "foundation/result.h"

namespace aiva::planning {

void write_measurement(JsonWriter& writer, const Measurement& measured);

// Reads what write_measurement writes, alone or as `measurement` of an object around it (the output
// of `aiva plan --json`). Fails with `invalid`, naming each field that is missing or wrong.
Result<Measurement> read_measurement(std::string_view text);

}  // namespace aiva::planning
