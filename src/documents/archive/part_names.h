#pragma once

#include <string>
#include <string_view>

namespace aiva::documents {

// The name of the entry that the reference `target` means in the entry `base` of the same archive
// ("../media/a%20b.png" in "ppt/slides/slide1.xml" is "ppt/media/a b.png"). A fragment behind "#"
// is left out; the folder above the topmost is the topmost.
std::string resolve_part_name(std::string_view base, std::string_view target);

}  // namespace aiva::documents
