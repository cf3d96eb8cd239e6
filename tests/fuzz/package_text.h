#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace aiva::fuzz {

// The zip archive that a text describes: each part begins with a line "=== NAME". So inputs for the
// readers of packed formats can be changed in places that matter, without checksums in the way.
// Nothing when the text does not begin like that.
std::optional<std::string> pack(std::string_view text);

}  // namespace aiva::fuzz
