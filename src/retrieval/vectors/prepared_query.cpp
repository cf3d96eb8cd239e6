#include "retrieval/vectors/prepared_query.h"

#include <algorithm>
#include <cmath>

#include "retrieval/vectors/rotation.h"

namespace aiva::retrieval {

PreparedQuery PreparedQuery::prepare(const VectorShape& shape, std::span<const float> query) {
  auto forms = std::make_shared<QueryForms>();
  forms->shape = shape;
  float norm = 0;
  for (const float value : query) norm += value * value;
  // Not finite either when the squares overflow: no score would be.
  const bool is_usable = query.size() == shape.dimension && shape.dimension >= 1 &&
                         shape.dimension <= vector_dimension_max && std::isfinite(norm);
  if (is_usable) {
    forms->finds_nothing = false;
    forms->values.assign(query.begin(), query.end());
    const Rotation rotation(shape.dimension);
    forms->rotated.resize(rotation.rotated());
    rotation.apply(query.data(), forms->rotated.data());
  }
  return PreparedQuery(std::move(forms));
}

const VectorShape& PreparedQuery::shape() const { return forms_->shape; }
bool PreparedQuery::finds_nothing() const { return forms_->finds_nothing; }

BlockQuery::BlockQuery(const QueryForms& query, const VectorViews& block)
    : kernels(&vector_kernels()), rotated(block.rotated), head(block.head) {
  std::array<float, vector_dimension_max> memory;
  const std::span residual(memory.data(), rotated);
  float norm = 0;
  float with_centre = 0;
  for (std::size_t i = 0; i < rotated; ++i) {
    residual[i] = query.rotated[i] - block.centre[i];
    norm += residual[i] * residual[i];
    with_centre += query.rotated[i] * block.centre[i];
  }
  base = block.shape.metric == Metric::l2 ? -norm : with_centre;
  make_bytes(residual);
  if (block.has_codes()) make_tables(residual.first(head));
}

void BlockQuery::make_bytes(std::span<const float> residual) {
  float largest = 0;
  for (const float value : residual) largest = std::max(largest, std::fabs(value));
  // A damaged centre may be anything; then nothing is found, and nothing else happens.
  const bool is_usable = largest > 0 && std::isfinite(127 / largest) && std::isfinite(largest);
  const float steps = is_usable ? 127 / largest : 0;
  step = largest / 127;
  for (std::size_t i = 0; i < residual.size(); ++i) {
    const float scaled = is_usable ? residual[i] * steps + 128.5F : 128.0F;
    bytes[i] = static_cast<std::int8_t>(static_cast<int>(scaled) - 128);
    bytes_sum += bytes[i];
    if (i >= head) tail_sum += bytes[i];
  }
}

void BlockQuery::make_tables(std::span<const float> residual) {
  // ±a ± b ± c ± d, less the least of these: twice the sum of those whose sign agrees.
  float widest = 0;
  float total = 0;
  for (std::size_t i = 0; i < residual.size(); i += 4) {
    float width = 0;
    for (std::size_t j = 0; j < 4; ++j) width += std::fabs(residual[i + j]);
    widest = std::max(widest, width);
    total += width;
  }
  table_offset = -total;
  table_scale = 2 * widest / table_entry_max;
  const bool is_usable = widest > 0 && std::isfinite(1 / table_scale) && std::isfinite(widest);
  const float steps = is_usable ? 1 / table_scale : 0;
  for (std::size_t i = 0; i < residual.size(); i += 4) {
    std::array<float, 16> entries{};
    for (std::size_t j = 0; j < 4; ++j) {
      const float value = is_usable ? residual[i + j] : 0;
      const float if_set = 2 * steps * std::max(value, 0.0F);
      const float if_clear = 2 * steps * std::max(-value, 0.0F);
      for (std::size_t nibble = 0; nibble < 16; ++nibble)
        entries[nibble] += (nibble >> j & 1U) != 0 ? if_set : if_clear;
    }
    for (std::size_t nibble = 0; nibble < 16; ++nibble) {
      const int entry = static_cast<int>(std::floor(entries[nibble] + 0.5F));
      tables[i * 4 + nibble] = static_cast<std::uint8_t>(std::min(entry, table_entry_max));
    }
  }
}

}  // namespace aiva::retrieval
