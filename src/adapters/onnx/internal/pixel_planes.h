#pragma once

#include <array>
#include <vector>

#include "foundation/picture/picture.h"

namespace aiva {

// How bytes of a picture become numbers of a model: (byte * scale - mean) / deviation, for each of
// red, green and blue.
struct PixelScale {
  float scale = 1;
  std::array<float, 3> mean{0, 0, 0};
  std::array<float, 3> deviation{1, 1, 1};
};

// Appends the red, then the green, then the blue plane.
void append_planes(const Picture& picture, const PixelScale& scale, std::vector<float>& planes);

// Makes each row of `dimension` numbers one of unit length; a row of zeros stays.
void make_unit_rows(std::vector<float>& values, std::size_t dimension);

}  // namespace aiva
