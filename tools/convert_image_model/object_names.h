#pragma once

#include <array>
#include <string_view>

namespace aiva::convert {

// What the classes of COCO are called (https://cocodataset.org): class 0 is the background, and
// eleven numbers were never used; those have no name.
extern const std::array<std::string_view, 91> object_names;

}  // namespace aiva::convert
