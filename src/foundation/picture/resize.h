#pragma once

#include "foundation/picture/picture.h"

namespace aiva {

enum class ResizeFilter { bilinear, bicubic };

// The whole picture (with pixels, as `is_whole` says) in another size. Where it shrinks each new
// pixel is a weighted mean of all it covers. To the last bit what Pillow's resize gives
// (https://pillow.readthedocs.io), since models are trained with it. Both sides must be positive.
Picture resize(const Picture& picture, int width, int height, ResizeFilter filter);

// The size in which the shorter side is `side` and the proportions are kept, rounded down.
struct PictureSize {
  int width = 0;
  int height = 0;
};
PictureSize with_shorter_side(int width, int height, int side);

// The part of at most this size in the middle.
Picture crop_centre(const Picture& picture, int width, int height);

// Turned clockwise by so many quarter turns, then mirrored left to right when asked for.
Picture turn(const Picture& picture, int quarter_turns, bool is_mirrored);

}  // namespace aiva
