#pragma once

#include <string_view>

namespace aiva::fuzz {

// Compiles the first line as a JSON Schema and checks the rest, a JSON value, against it.
void check_json_schema(std::string_view bytes);

}  // namespace aiva::fuzz
