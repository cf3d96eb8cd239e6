#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "foundation/picture/picture.h"
#include "foundation/result.h"

namespace aiva::documents {

// Larger pictures are made smaller, or refused where that would take decoding them.
inline constexpr std::int64_t page_pixels_max = 40'000'000;
inline constexpr std::int64_t page_side_max = 32'000;  // Tesseract takes no longer ones

// A page as a picture: 8 bits of grey a pixel, row by row from the top, without gaps.
struct PageImage {
  int width = 0;
  int height = 0;
  int dots_per_inch = 200;  // of the paper, as far as known: how large letters are depends on it
  float points_per_pixel = 1;
  std::vector<std::uint8_t> grey;
};

// How bright each pixel is, as television weighs the colours.
std::vector<std::uint8_t> grey_of(const Picture& picture);

// The picture turned clockwise by so many quarter turns.
PageImage turn(const PageImage& image, int quarter_turns);

// The pages of one opened document as pictures.
class PageImages {
 public:
  virtual ~PageImages() = default;
  [[nodiscard]] virtual int page_count() const = 0;
  // Page `number`, from 1. `invalid` when it is damaged, `too_large` above the limits.
  [[nodiscard]] virtual Result<PageImage> draw(int number) const = 0;
};

}  // namespace aiva::documents
