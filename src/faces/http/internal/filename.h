#pragma once

#include <string>
#include <string_view>

namespace aiva::http {

// A harmless name for a file a client called `claimed`: the base name, well-formed UTF-8 without
// control characters, at most 255 bytes with its extension kept; "upload" when nothing is left.
std::string sanitise_filename(std::string_view claimed);

}  // namespace aiva::http
