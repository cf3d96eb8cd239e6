#pragma once

#include <filesystem>
#include <string>

#include "foundation/call_context.h"
#include "foundation/picture/picture.h"
#include "foundation/result.h"
#include "foundation/task.h"

namespace aiva {

inline constexpr int picture_side_max = 400;
inline constexpr int thumbnail_side_max = 256;
inline constexpr const char* thumbnail_media_type = "image/jpeg";

struct PictureRequest {
  int side = 256;           // of the picture's shorter side, 16 to picture_side_max
  bool wants_text = false;  // recognise the print on it
};

// What is in an image file, standing upright.
struct ReadPicture {
  std::string media_type{};  // image/jpeg, image/png, image/webp, image/gif, image/heic, image/avif
  int width = 0;             // of the file, in pixels
  int height = 0;
  // With the shorter side asked for; of a picture more than four times as long as wide the middle.
  // The first frame of what moves; what was transparent is white.
  Picture picture{};
  std::string thumbnail{};  // a JPEG, no side longer than thumbnail_side_max
  std::string text{};       // the print on it, a line for each block; empty where there is none
};

// Decodes image files in a process that can harm nothing. Failures: `invalid` (damaged, or no JPEG,
// PNG, WebP, GIF, HEIC or AVIF), `too_large` (more than 40 million pixels), `timeout`, `cancelled`,
// `unavailable`. Print that cannot be recognised is no failure.
class PictureReader {
 public:
  virtual ~PictureReader() = default;
  virtual Task<Result<ReadPicture>> read(CallContext context, std::filesystem::path file,
                                         PictureRequest request) = 0;
};

}  // namespace aiva
