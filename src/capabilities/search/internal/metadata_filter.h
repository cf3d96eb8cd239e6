#pragma once

#include <string_view>

#include "foundation/json.h"

namespace aiva::search {

// Whether a filter can be used: at most ten members, none of them a list or an object.
bool is_fit_filter(const json::Object& filter);

// Whether a document's metadata (JSON text) has every member of the filter with its value. Numbers
// are compared as numbers: 1 and 1.0 are the same.
bool fits_filter(std::string_view metadata, const json::Object& filter);

}  // namespace aiva::search
