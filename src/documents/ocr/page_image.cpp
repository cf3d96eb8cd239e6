#include "documents/ocr/page_image.h"

namespace aiva::documents {

std::vector<std::uint8_t> grey_of(const Picture& picture) {
  std::vector<std::uint8_t> grey;
  grey.reserve(picture.rgb.size() / 3);
  for (std::size_t i = 0; i + 2 < picture.rgb.size(); i += 3)
    grey.push_back(static_cast<std::uint8_t>(
        (299 * picture.rgb[i] + 587 * picture.rgb[i + 1] + 114 * picture.rgb[i + 2]) / 1000));
  return grey;
}

PageImage turn(const PageImage& image, int quarter_turns) {
  int turns = ((quarter_turns % 4) + 4) % 4;
  if (turns == 0) return image;
  auto width = static_cast<std::size_t>(image.width);
  auto height = static_cast<std::size_t>(image.height);
  PageImage turned{.width = turns == 2 ? image.width : image.height,
                   .height = turns == 2 ? image.height : image.width,
                   .dots_per_inch = image.dots_per_inch,
                   .points_per_pixel = image.points_per_pixel,
                   .grey = std::vector<std::uint8_t>(image.grey.size())};
  auto row_bytes = static_cast<std::size_t>(turned.width);
  for (std::size_t y = 0; y < height; ++y) {
    for (std::size_t x = 0; x < width; ++x) {
      std::size_t to_x = turns == 1 ? height - 1 - y : turns == 2 ? width - 1 - x : y;
      std::size_t to_y = turns == 1 ? x : turns == 2 ? height - 1 - y : width - 1 - x;
      turned.grey[to_y * row_bytes + to_x] = image.grey[y * width + x];
    }
  }
  return turned;
}

}  // namespace aiva::documents
