#include "foundation/picture/resize.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace aiva {
namespace {

constexpr int channels = 3;
constexpr int precision_bits = 32 - 8 - 2;  // weights as integers, with room for sums of 255

double bilinear(double x) {
  x = std::abs(x);
  return x < 1 ? 1 - x : 0;
}

// Keys 1981, with a = -0.5.
double bicubic(double x) {
  constexpr double a = -0.5;
  x = std::abs(x);
  if (x < 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
  if (x < 2) return (((x - 5) * x + 8) * x - 4) * a;
  return 0;
}

// The weights of the old pixels from `first` on that make one new pixel.
struct Window {
  std::size_t first = 0;
  std::vector<std::int32_t> weights;
};

std::vector<Window> make_windows(int old_length, int new_length, ResizeFilter filter) {
  auto shape = filter == ResizeFilter::bilinear ? bilinear : bicubic;
  double scale = static_cast<double>(old_length) / new_length;
  double stretch = std::max(scale, 1.0);
  double support = (filter == ResizeFilter::bilinear ? 1.0 : 2.0) * stretch;
  std::vector<Window> windows(static_cast<std::size_t>(new_length));
  std::vector<double> weights;
  for (int place = 0; place < new_length; ++place) {
    double centre = (place + 0.5) * scale;
    int first = std::max(static_cast<int>(std::floor(centre - support + 0.5)), 0);
    int end = std::min(static_cast<int>(std::floor(centre + support + 0.5)), old_length);
    weights.clear();
    double sum = 0;
    for (int x = first; x < end; ++x) {
      weights.push_back(shape((x - centre + 0.5) / stretch));
      sum += weights.back();
    }
    auto& window = windows[static_cast<std::size_t>(place)];
    window.first = static_cast<std::size_t>(first);
    for (double weight : weights) {
      double scaled = (sum != 0 ? weight / sum : weight) * (1 << precision_bits);
      window.weights.push_back(static_cast<std::int32_t>(scaled < 0 ? scaled - 0.5 : scaled + 0.5));
    }
  }
  return windows;
}

std::uint8_t round_sum(std::int32_t sum) {
  return static_cast<std::uint8_t>(std::clamp(sum >> precision_bits, 0, 255));
}

constexpr std::int32_t half = 1 << (precision_bits - 1);

Picture resize_across(const Picture& picture, int width, ResizeFilter filter) {
  auto windows = make_windows(picture.width, width, filter);
  Picture made{.width = width, .height = picture.height};
  auto row_bytes = static_cast<std::size_t>(picture.width) * channels;
  made.rgb.reserve(windows.size() * static_cast<std::size_t>(picture.height) * channels);
  for (std::size_t row = 0; row < picture.rgb.size(); row += row_bytes) {
    for (const auto& window : windows) {
      std::int32_t red = half;
      std::int32_t green = half;
      std::int32_t blue = half;
      const auto* pixel = picture.rgb.data() + row + window.first * channels;
      for (auto weight : window.weights) {
        red += pixel[0] * weight;
        green += pixel[1] * weight;
        blue += pixel[2] * weight;
        pixel += channels;
      }
      made.rgb.push_back(round_sum(red));
      made.rgb.push_back(round_sum(green));
      made.rgb.push_back(round_sum(blue));
    }
  }
  return made;
}

Picture resize_down(const Picture& picture, int height, ResizeFilter filter) {
  auto windows = make_windows(picture.height, height, filter);
  Picture made{.width = picture.width, .height = height};
  auto row_bytes = static_cast<std::size_t>(picture.width) * channels;
  made.rgb.reserve(windows.size() * row_bytes);
  std::vector<std::int32_t> sums(row_bytes);
  for (const auto& window : windows) {
    std::ranges::fill(sums, half);
    const auto* row = picture.rgb.data() + window.first * row_bytes;
    for (auto weight : window.weights) {
      for (std::size_t i = 0; i < row_bytes; ++i) sums[i] += row[i] * weight;
      row += row_bytes;
    }
    for (auto sum : sums) made.rgb.push_back(round_sum(sum));
  }
  return made;
}

}  // namespace

Picture resize(const Picture& picture, int width, int height, ResizeFilter filter) {
  if (width != picture.width) {
    auto across = resize_across(picture, width, filter);
    if (height == picture.height) return across;
    return resize_down(across, height, filter);
  }
  if (height == picture.height) return picture;
  return resize_down(picture, height, filter);
}

PictureSize with_shorter_side(int width, int height, int side) {
  auto scale = [side](int longer, int shorter) {
    return static_cast<int>(std::int64_t{side} * longer / std::max(shorter, 1));
  };
  if (width <= height) return {.width = side, .height = scale(height, width)};
  return {.width = scale(width, height), .height = side};
}

Picture crop_centre(const Picture& picture, int width, int height) {
  width = std::min(width, picture.width);
  height = std::min(height, picture.height);
  if (width == picture.width && height == picture.height) return picture;
  auto left = static_cast<std::size_t>((picture.width - width) / 2);
  auto top = static_cast<std::size_t>((picture.height - height) / 2);
  auto row_bytes = static_cast<std::size_t>(picture.width) * channels;
  auto kept_bytes = static_cast<std::size_t>(width) * channels;
  Picture made{.width = width, .height = height};
  made.rgb.reserve(kept_bytes * static_cast<std::size_t>(height));
  for (std::size_t row = top; row < top + static_cast<std::size_t>(height); ++row) {
    const auto* from = picture.rgb.data() + row * row_bytes + left * channels;
    made.rgb.insert(made.rgb.end(), from, from + kept_bytes);
  }
  return made;
}

Picture turn(const Picture& picture, int quarter_turns, bool is_mirrored) {
  int turns = (quarter_turns % 4 + 4) % 4;
  if (turns == 0 && !is_mirrored) return picture;
  Picture made{.width = picture.width, .height = picture.height};
  if (turns % 2 == 1) std::swap(made.width, made.height);
  made.rgb.resize(picture.rgb.size());
  auto width = static_cast<std::size_t>(picture.width);
  auto height = static_cast<std::size_t>(picture.height);
  auto made_width = static_cast<std::size_t>(made.width);
  const auto* pixel = picture.rgb.data();
  for (std::size_t y = 0; y < height; ++y) {
    for (std::size_t x = 0; x < width; ++x, pixel += channels) {
      std::size_t to_x = x;
      std::size_t to_y = y;
      if (turns == 1) to_x = height - 1 - y, to_y = x;
      if (turns == 2) to_x = width - 1 - x, to_y = height - 1 - y;
      if (turns == 3) to_x = y, to_y = width - 1 - x;
      if (is_mirrored) to_x = made_width - 1 - to_x;
      std::copy_n(pixel, channels, made.rgb.data() + (to_y * made_width + to_x) * channels);
    }
  }
  return made;
}

}  // namespace aiva
