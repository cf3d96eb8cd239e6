#pragma once

#include <string>

namespace aiva::load {

// The scenarios and profiles as JSON, for people and for the scripts of other load generators,
// which read tests/load/scenarios/tables.json.
std::string tables_as_json();

}  // namespace aiva::load
