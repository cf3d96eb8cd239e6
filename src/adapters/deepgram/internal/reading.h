#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "foundation/json.h"
#include "foundation/result.h"

namespace aiva::deepgram {

// Parts of what the provider sent, which may be anything. Null or empty where there are none.
const json::Object* object_of(const json::Object* object, std::string_view name);
const json::Object* first_of(const json::Object* object, std::string_view name);
std::string text_of(const json::Object& object, std::string_view name);
double number_of(const json::Object& object, std::string_view name);
bool flag_of(const json::Object& object, std::string_view name);

// A message: an object with a `type`. Fails with `unavailable` when it is none.
Result<json::Value> read_message(std::string_view text);

// A code and its description as the cause of a failure, short, without the key.
std::string cause_of(std::string_view code, std::string_view description, std::string_view api_key);

}  // namespace aiva::deepgram
