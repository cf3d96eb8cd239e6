#include "foundation/picture/difference_hash.h"

#include "foundation/picture/resize.h"

namespace aiva {
namespace {

constexpr int grid = 8;

// How bright the eye sees a pixel, in thousandths (ITU-R BT.601).
int brightness(const std::uint8_t* pixel) {
  return 299 * pixel[0] + 587 * pixel[1] + 114 * pixel[2];
}

}  // namespace

std::uint64_t difference_hash(const Picture& picture) {
  auto small = resize(picture, grid + 1, grid, ResizeFilter::bilinear);
  std::uint64_t hash = 0;
  const auto* pixel = small.rgb.data();
  for (int y = 0; y < grid; ++y, pixel += 3)
    for (int x = 0; x < grid; ++x, pixel += 3)
      hash = hash << 1 | (brightness(pixel) > brightness(pixel + 3) ? 1 : 0);
  return hash;
}

}  // namespace aiva
