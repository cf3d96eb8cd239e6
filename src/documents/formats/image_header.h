#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace aiva::documents {

enum class ImageKind { png, jpeg, gif, bmp, webp, tiff, heic, avif };

// What an image file says of itself before its pixels are decoded.
struct ImageHeader {
  struct Size {
    std::int64_t width = 0;
    std::int64_t height = 0;
  };
  ImageKind kind = ImageKind::png;
  std::vector<Size> pages{};  // several in a TIFF; the first frame of what moves
  int dots_per_inch = 0;      // 0 when it says nothing, or nothing sensible
  int turns_to_upright = 0;   // clockwise quarter turns, as a camera notes them
  bool is_mirrored = false;   // and then left and right change places
};

// The kind of image the bytes begin like; heic where only the header tells whether it is avif.
std::optional<ImageKind> find_image_kind(std::string_view bytes);
// Nothing when the bytes are no image or its header is damaged. Never trusts a length.
std::optional<ImageHeader> read_image_header(std::string_view bytes);
// "image/png"…
std::string_view media_type(ImageKind kind);

}  // namespace aiva::documents
