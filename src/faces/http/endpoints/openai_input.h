#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "foundation/json.h"

namespace aiva::http {

// A mistake for each member of `object` that is not null and not among `names`: what OpenAI's
// dialect has and AIVA has not is refused by name rather than passed over.
void refuse_fields_besides(json::Fields& fields, const json::Object& object,
                           std::span<const std::string_view> names);

// Adds the mistakes of `inner`, the fields of something inside, to those of `outer`.
void add_mistakes(json::Fields& outer, json::Fields& inner);

// "messages[3]" or "messages[3].content".
std::string element_path(std::string_view array, std::size_t index, std::string_view field = {});

// The member of that name as text; empty when it is absent or no string.
std::string_view text_of(const json::Object& object, std::string_view name);

}  // namespace aiva::http
