#pragma once

#include <span>
#include <string>
#include <string_view>

#include "documents/pdf/layout.h"

namespace aiva::documents {

// The lines as one text: words that were parted at a line's end are mended, scripts without spaces
// get none at line ends.
std::string join_flowing(std::span<const Line> lines);

// Whether the text begins with a lower-case letter of a script that has such.
bool begins_with_lower_letter(std::string_view text);

}  // namespace aiva::documents
