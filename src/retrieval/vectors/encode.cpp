#include "retrieval/vectors/encode.h"

#include <algorithm>
#include <cmath>

namespace aiva::retrieval {

RowFactors encode_bytes(Metric metric, std::span<const float> residual,
                        std::span<const float> centre, std::uint8_t* bytes) {
  float largest = 0;
  float norm = 0;
  float with_centre = 0;
  for (std::size_t i = 0; i < residual.size(); ++i) {
    largest = std::max(largest, std::fabs(residual[i]));
    norm += residual[i] * residual[i];
    with_centre += residual[i] * centre[i];
  }
  // Below that the quotient may not be finite.
  const float steps = largest > 1e-30F ? 127 / largest : 0;
  for (std::size_t i = 0; i < residual.size(); ++i) {
    // Truncation of what is positive rounds to the nearest.
    bytes[i] = static_cast<std::uint8_t>(residual[i] * steps + 128.5F);
  }
  const float scale = largest / 127;
  if (metric == Metric::l2) return {.scale = 2 * scale, .offset = -norm};
  return {.scale = scale, .offset = with_centre};
}

CodeWriter::CodeWriter(Metric metric, std::span<const float> centre, std::span<std::uint8_t> codes,
                       std::span<BlockFactors> factors, std::span<std::uint8_t> tails)
    : metric_(metric),
      centre_(centre),
      codes_(codes),
      factors_(factors),
      tails_(tails),
      head_(head_dimension(centre.size())) {}

void CodeWriter::write(std::size_t position, std::span<const float> residual,
                       std::span<const float> list_centre) {
  const std::size_t block = position / rows_per_block;
  const std::size_t row = position % rows_per_block;
  const std::size_t columns = head_ / 8;
  std::uint8_t* code = codes_.data() + block * columns * rows_per_block + byte_of_row(row);
  std::uint8_t* tail = tails_.data() + position * ((residual.size() - head_) / 8);
  float absolute = 0;
  float norm = 0;
  float with_centre = 0;
  float with_list = 0;
  for (std::size_t i = 0; i < residual.size(); i += 8) {
    unsigned bits = 0;
    for (std::size_t j = 0; j < 8; ++j) {
      const float value = residual[i + j] - list_centre[i + j];
      bits |= static_cast<unsigned>(value > 0) << j;
      absolute += std::fabs(value);
      norm += value * value;
      with_centre += value * centre_[i + j];
      with_list += value * list_centre[i + j];
    }
    if (i < head_) {
      code[i / 8 * rows_per_block] = static_cast<std::uint8_t>(bits);
    } else {
      tail[(i - head_) / 8] = static_cast<std::uint8_t>(bits);
    }
  }
  // |o| ² / Σ|o| makes the estimate of o·r free of bias (RaBitQ, Gao and Long 2024).
  const float scale = absolute > 0 ? norm / absolute : 0;
  auto& factors = factors_[block];
  factors.scales[row] = metric_ == Metric::l2 ? 2 * scale : scale;
  factors.offsets[row] = metric_ == Metric::l2 ? -norm - 2 * with_list : with_centre;
}

}  // namespace aiva::retrieval
