#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace aiva::functions {

// A name for a tool of a server that models accept ([a-zA-Z0-9_-]{1,64}): both names with an
// underscore between them, what does not fit replaced, and a hash at the end of what is too long or
// taken. The same for the same tool every time, as long as the same names are taken.
std::string fit_tool_name(std::string_view server, std::string_view tool,
                          const std::function<bool(const std::string&)>& is_taken);

// A stranger's description as a model may see it: cut, without control characters, marked as what
// it is.
std::string mark_description(std::string_view server, std::string_view description);

}  // namespace aiva::functions
