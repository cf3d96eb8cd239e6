#include "retrieval/vectors/prepared_query.h"

#include <algorithm>
#include <cmath>

#include "retrieval/kernels.h"
#include "retrieval/vectors/rotation.h"

namespace aiva::retrieval {

PreparedQuery PreparedQuery::prepare(const VectorShape& shape, std::span<const float> query) {
  auto forms = std::make_shared<QueryForms>();
  forms->shape = shape;
  const float norm = kernels().dot(query.data(), query.data(), query.size());
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
  alignas(64) std::array<float, vector_dimension_max> memory;
  const std::span residual(memory.data(), rotated);
  ResidualTerms terms;
  kernels->subtract(query.rotated.data(), block.centre.data(), rotated, residual.data(), terms);
  base = block.shape.metric == Metric::l2 ? -terms.norm : terms.with_centre;
  make_bytes(residual, terms.largest);
  if (block.has_codes()) make_tables(residual.first(head));
}

void BlockQuery::make_bytes(std::span<const float> residual, float largest) {
  // A damaged centre may be anything; then nothing is found, and nothing else happens.
  const bool is_usable = largest > 0 && std::isfinite(127 / largest) && std::isfinite(largest);
  step = largest / 127;
  if (!is_usable) {
    std::fill_n(bytes.begin(), rotated, std::int8_t{0});
    return;
  }
  kernels->bytes_of_floats(residual.data(), rotated, 127 / largest, bytes.data());
  for (std::size_t i = 0; i < rotated; ++i) bytes_sum += bytes[i];
  for (std::size_t i = head; i < rotated; ++i) tail_sum += bytes[i];
}

void BlockQuery::make_tables(std::span<const float> residual) {
  // ±a ± b ± c ± d, less the least of these: twice the sum of those whose sign agrees.
  float widest = 0;
  float total = 0;
  kernels->widths_of_fours(residual.data(), residual.size(), widest, total);
  table_offset = -total;
  table_scale = 2 * widest / table_entry_max;
  const bool is_usable = widest > 0 && std::isfinite(1 / table_scale) && std::isfinite(widest);
  if (is_usable)
    kernels->tables_of_fours(residual.data(), residual.size(), 1 / table_scale, tables.data());
  else
    std::fill_n(tables.begin(), residual.size() * 4, std::uint8_t{0});
}

}  // namespace aiva::retrieval
