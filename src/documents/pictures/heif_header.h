#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "foundation/result.h"

namespace aiva::documents {

// A picture of a HEIF file (ISO/IEC 23008-12) as it says itself before anything is decoded.
struct HeifHeader {
  enum class Coding { hevc, av1 };
  Coding coding = Coding::hevc;
  std::int64_t width = 0;  // as coded, before it is turned upright
  std::int64_t height = 0;
  std::int64_t longest_side = 0;    // of it and of its parts
  std::int64_t largest_pixels = 0;  // of it and of its parts
  std::int64_t all_pixels = 0;      // of its parts, each as often as it is decoded
};

// Whether the bytes begin like a HEIF file of still pictures, AVIF included.
bool is_heif(std::string_view bytes);

// Follows the primary picture to its tiles and its transparency. `invalid` where that is damaged
// or goes deeper than one level, as no camera makes it; so what was read leads round in no circle.
Result<HeifHeader> read_heif_header(std::string_view bytes);

// "image/heic" or "image/avif".
std::string_view media_type(HeifHeader::Coding coding);

}  // namespace aiva::documents
