#include "adapters/onnx/internal/pixel_planes.h"

#include <cmath>
#include <cstddef>
#include <span>

namespace aiva {

void append_planes(const Picture& picture, const PixelScale& scale, std::vector<float>& planes) {
  planes.reserve(planes.size() + picture.rgb.size());
  for (std::size_t channel = 0; channel < 3; ++channel)
    for (std::size_t i = channel; i < picture.rgb.size(); i += 3)
      planes.push_back((static_cast<float>(picture.rgb[i]) * scale.scale - scale.mean.at(channel)) /
                       scale.deviation.at(channel));
}

void make_unit_rows(std::vector<float>& values, std::size_t dimension) {
  for (std::size_t begin = 0; begin + dimension <= values.size(); begin += dimension) {
    auto row = std::span(values).subspan(begin, dimension);
    double sum = 0;
    for (float value : row) sum += static_cast<double>(value) * value;
    if (sum <= 0) continue;
    auto factor = static_cast<float>(1 / std::sqrt(sum));
    for (float& value : row) value *= factor;
  }
}

}  // namespace aiva
