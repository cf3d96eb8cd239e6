#pragma once

#include <cstdint>
#include <string_view>

#include "foundation/json.h"

namespace aiva::model_server {

// Members of what a server says, whose form nobody promises.

// The member of that name, null when it is absent, null or `value` is no object.
const json::Value* find(const json::Value& value, std::string_view name);
// 0 where there is no such number, or a negative one.
std::int64_t read_count(const json::Value& value, std::string_view name);
// Empty where there is no such text.
std::string_view read_text(const json::Value& value, std::string_view name);

}  // namespace aiva::model_server
