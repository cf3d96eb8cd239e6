#pragma once

#include <string_view>

namespace aiva::fuzz {

// Compiles the first line as a JSON Schema and checks the rest, a JSON value, against it.
void check_json_schema(std::string_view bytes);

// Reads the bytes as JSON by each of our readers, which must find what Boost finds.
void compare_json(std::string_view bytes);

}  // namespace aiva::fuzz
