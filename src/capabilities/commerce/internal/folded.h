#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace aiva::commerce {

// A text as names are compared: without regard to case, compatibility forms and outer spaces.
std::string folded(std::string_view text);

// What a SKU, barcode or handle is looked up by; 0 when it is empty.
std::uint64_t code_key(std::string_view code);

}  // namespace aiva::commerce
