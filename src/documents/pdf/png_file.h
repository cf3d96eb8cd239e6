#pragma once

#include <cstdint>
#include <string>

namespace aiva::documents {

// Pixels in memory, borrowed: grey (1 byte), blue-green-red (3) or that with one byte more (4).
struct PixelView {
  int width = 0;
  int height = 0;
  int row_bytes = 0;
  int pixel_bytes = 0;
  const unsigned char* bytes = nullptr;
};

struct PngFile {
  int width = 0;
  int height = 0;
  std::string bytes{};  // empty where there was nothing to write
};

// The picture as PNG (ISO/IEC 15948), grey or in three colours. Where it has more than `pixels_max`
// pixels, squares of them are averaged.
PngFile write_png(const PixelView& pixels, std::int64_t pixels_max);

}  // namespace aiva::documents
