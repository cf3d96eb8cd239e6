#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace aiva {

// A decoded picture: red, green and blue of each pixel (sRGB), row by row from the top, no gaps.
struct Picture {
  int width = 0;
  int height = 0;
  std::vector<std::uint8_t> rgb{};  // width * height * 3

  // Whether the sides are positive and the pixels as many as they say.
  [[nodiscard]] bool is_whole() const {
    return width > 0 && height > 0 &&
           rgb.size() == static_cast<std::size_t>(width) * static_cast<std::size_t>(height) * 3;
  }
};

}  // namespace aiva
