#include <algorithm>
#include <bit>
#include <cmath>
#include <vector>

#include "retrieval/vectors/layout.h"
#include "retrieval/vectors/vector_kernels.h"
#include "retrieval/vectors/vectors.h"

namespace aiva::retrieval {
namespace {

std::unexpected<Error> damaged(std::string_view what) {
  return fail(ErrorCode::invalid, "The vectors of a segment are damaged.", std::string(what));
}

// The section as `count` values, or nothing when it has another size or lies askew.
template <class T>
bool take(const SectionTable& sections, SectionKind kind, std::size_t count,
          std::span<const T>& out) {
  const auto bytes = sections.find(kind);
  if (bytes.size() != count * sizeof(T)) return false;
  if (std::bit_cast<std::uintptr_t>(bytes.data()) % alignof(T) != 0) return false;
  out = sections.values<T>(kind);
  return true;
}

bool are_facts_possible(const VectorFacts& facts) {
  return facts.version == vector_format_version &&
         facts.metric <= static_cast<std::uint32_t>(Metric::l2) && facts.dimension >= 1 &&
         facts.dimension <= vector_dimension_max && facts.has_codes <= 1 &&
         facts.rows <= vector_rows_max && facts.lists <= lists_max && facts.probes <= facts.lists &&
         (facts.lists == 0 || facts.probes > 0) && (facts.lists == 0 || facts.has_codes == 1) &&
         (facts.has_codes == 0 || facts.rows > 0);
}

Result<VectorFacts> read_facts(const SectionTable& sections) {
  std::span<const VectorFacts> facts;
  if (!take(sections, SectionKind::vector_facts, 1, facts)) return damaged("no facts");
  if (!are_facts_possible(facts[0])) return damaged("impossible facts");
  return facts[0];
}

// Else numbers that no byte holds would come of it.
bool is_centre_possible(std::span<const float> centre) {
  return std::ranges::all_of(centre, [](float value) { return std::fabs(value) < 1e8F; });
}

bool are_bounds_right(const VectorViews& views) {
  return views.list_bounds.front() == 0 && views.list_bounds.back() == views.rows &&
         std::ranges::is_sorted(views.list_bounds);
}

// Each row once: else a row would be found twice, or never.
bool are_rows_a_permutation(const VectorViews& views) {
  std::vector<std::uint64_t> seen((views.rows + 63) / 64);
  for (const auto row : views.list_rows) {
    if (row >= views.rows) return false;
    const std::uint64_t bit = std::uint64_t{1} << row % 64;
    if ((seen[row / 64] & bit) != 0) return false;
    seen[row / 64] |= bit;
  }
  return true;
}

}  // namespace

VectorBlock::VectorBlock() : views_(std::make_shared<VectorViews>()) {}

Result<VectorBlock> VectorBlock::open(const SectionTable& sections) {
  TRY(const VectorFacts facts, read_facts(sections));
  auto views = std::make_shared<VectorViews>();
  views->shape = {.dimension = facts.dimension, .metric = static_cast<Metric>(facts.metric)};
  views->rows = facts.rows;
  views->rotated = rotated_dimension(facts.dimension);
  views->head = head_dimension(facts.dimension);
  views->lists = facts.lists;
  views->probes = facts.probes;
  const std::size_t rows = facts.rows;
  const std::size_t rotated = views->rotated;
  using enum SectionKind;
  if (!take(sections, vector_centre, rotated, views->centre) || !is_centre_possible(views->centre))
    return damaged("centre");
  if (!take(sections, vector_halves, rows * facts.dimension, views->halves))
    return damaged("half floats");
  if (!take(sections, vector_bytes, rows * rotated, views->bytes)) return damaged("bytes");
  if (!take(sections, vector_byte_factors, rows, views->byte_factors))
    return damaged("factors of the bytes");
  const std::size_t coded = facts.has_codes == 1 ? rows : 0;
  const std::size_t blocks = block_count(coded);
  if (!take(sections, vector_codes, blocks * views->head / 8 * rows_per_block, views->codes))
    return damaged("codes");
  if (!take(sections, vector_code_factors, blocks, views->code_factors))
    return damaged("factors of the codes");
  if (!take(sections, vector_code_tails, coded * ((rotated - views->head) / 8), views->code_tails))
    return damaged("tails of the codes");
  const std::size_t lists = facts.lists;
  if (!take(sections, vector_list_bounds, lists > 0 ? lists + 1 : 0, views->list_bounds) ||
      !take(sections, vector_list_rows, lists > 0 ? rows : 0, views->list_rows))
    return damaged("lists");
  const auto centres = sections.find(vector_list_centres);
  if (centres.size() != lists * (rotated + sizeof(RowFactors)) ||
      std::bit_cast<std::uintptr_t>(centres.data()) % alignof(RowFactors) != 0)
    return damaged("centres of the lists");
  if (lists > 0) {
    views->list_bytes = {reinterpret_cast<const std::uint8_t*>(centres.data()), lists * rotated};
    views->list_factors = {reinterpret_cast<const RowFactors*>(centres.data() + lists * rotated),
                           lists};
    if (!are_bounds_right(*views)) return damaged("bounds of the lists");
    if (!are_rows_a_permutation(*views)) return damaged("rows of the lists");
  }
  return VectorBlock(std::move(views));
}

const VectorShape& VectorBlock::shape() const { return views_->shape; }
std::size_t VectorBlock::rows() const { return views_->rows; }
std::size_t VectorBlock::list_count() const { return views_->lists; }
std::size_t VectorBlock::probes() const { return views_->probes; }

std::size_t VectorBlock::resident_bytes() const {
  const auto& views = *views_;
  // Few rows have no codes: their bytes are scanned.
  const std::size_t scanned = views.has_codes()
                                  ? views.codes.size_bytes() + views.code_factors.size_bytes() +
                                        views.code_tails.size_bytes()
                                  : views.bytes.size_bytes() + views.byte_factors.size_bytes();
  return scanned + views.centre.size_bytes() + views.list_bounds.size_bytes() +
         views.list_rows.size_bytes() + views.list_bytes.size_bytes() +
         views.list_factors.size_bytes();
}

void VectorBlock::read_row(std::size_t row, float* out) const {
  AIVA_ASSERT(row < views_->rows);
  vector_kernels().floats_of_halves(views_->half_row(row), views_->shape.dimension, out);
}

}  // namespace aiva::retrieval
