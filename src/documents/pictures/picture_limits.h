#pragma once

#include <cstdint>

namespace aiva::documents {

// Of an image file and of each part of it.
inline constexpr std::int64_t pixels_max = 40'000'000;
inline constexpr std::int64_t side_max = 32'000;

}  // namespace aiva::documents
