#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "capabilities/functions/types.h"

namespace aiva::functions {

// Headers as a JSON object of name to template, which is how rows keep them.
std::string headers_to_json(const std::vector<HeaderTemplate>& headers);
std::vector<HeaderTemplate> headers_from_json(std::string_view text);

}  // namespace aiva::functions
