#pragma once

#include <cstdint>
#include <expected>

#include "foundation/error.h"

namespace aiva::documents {

// Of an image file and of each part of it.
inline constexpr std::int64_t pixels_max = 40'000'000;
inline constexpr std::int64_t side_max = 32'000;

// `too_large`, with the limits.
std::unexpected<Error> refuse_size();

}  // namespace aiva::documents
