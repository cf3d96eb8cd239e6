#include <algorithm>
#include <cmath>
#include <vector>

#include "retrieval/vectors/encode.h"
#include "retrieval/vectors/layout.h"
#include "retrieval/vectors/lists.h"
#include "retrieval/vectors/rotation.h"
#include "retrieval/vectors/vector_kernels.h"
#include "retrieval/vectors/vectors.h"

namespace aiva::retrieval {
namespace {

constexpr std::size_t slice_floats = 256 * 1024;
constexpr float half_max = 65504;

class Builder {
 public:
  Builder(const VectorShape& shape, std::size_t rows, const VectorBuildOptions& options,
          SectionSink& sink)
      : options_(options), sink_(sink), rotation_(shape.dimension) {
    views_.shape = shape;
    views_.rows = rows;
    views_.rotated = rotation_.rotated();
    views_.head = head_dimension(shape.dimension);
    row_.resize(shape.dimension);
    residual_.resize(views_.rotated);
  }

  void build(const RowReader& read) {
    write_halves_and_centre(read);
    write_bytes();
    if (views_.rows >= codes_from) write_codes();
    write_facts();
  }

 private:
  void write_halves_and_centre(const RowReader& read) {
    const std::size_t dimension = views_.shape.dimension;
    const auto halves =
        sink_.reserve_values<std::uint16_t>(SectionKind::vector_halves, views_.rows * dimension);
    views_.halves = halves;
    const std::size_t slice_rows = std::max<std::size_t>(1, slice_floats / dimension);
    std::vector<float> slice(std::min(slice_rows, views_.rows) * dimension);
    std::vector<double> sums(dimension);
    for (std::size_t first = 0; first < views_.rows; first += slice_rows) {
      const std::size_t count = std::min(slice_rows, views_.rows - first);
      const std::span values(slice.data(), count * dimension);
      read(first, count, slice.data());
      for (auto& value : values)
        value = std::isnan(value) ? 0.0F : std::clamp(value, -half_max, half_max);
      auto* out = halves.data() + first * dimension;
      kernels_.halves_of_floats(slice.data(), values.size(), out);
      // Everything else comes from the half floats, so that a rebuilt segment is the same.
      kernels_.floats_of_halves(out, values.size(), slice.data());
      for (std::size_t row = 0; row < count; ++row) {
        for (std::size_t i = 0; i < dimension; ++i) sums[i] += slice[row * dimension + i];
      }
    }
    write_centre(sums);
  }

  void write_centre(const std::vector<double>& sums) {
    const double count = static_cast<double>(std::max<std::size_t>(views_.rows, 1));
    for (std::size_t i = 0; i < sums.size(); ++i) row_[i] = static_cast<float>(sums[i] / count);
    const auto centre = sink_.reserve_values<float>(SectionKind::vector_centre, views_.rotated);
    rotation_.apply(row_.data(), centre.data());
    views_.centre = centre;
  }

  std::span<const float> residual_of(std::size_t row) {
    kernels_.floats_of_halves(views_.half_row(row), row_.size(), row_.data());
    rotation_.apply(row_.data(), residual_.data());
    for (std::size_t i = 0; i < residual_.size(); ++i) residual_[i] -= views_.centre[i];
    return residual_;
  }

  void write_bytes() {
    const auto bytes =
        sink_.reserve_values<std::uint8_t>(SectionKind::vector_bytes, views_.rows * views_.rotated);
    const auto factors =
        sink_.reserve_values<RowFactors>(SectionKind::vector_byte_factors, views_.rows);
    for (std::size_t row = 0; row < views_.rows; ++row) {
      factors[row] = encode_bytes(views_.shape.metric, residual_of(row), views_.centre,
                                  bytes.data() + row * views_.rotated);
    }
    views_.bytes = bytes;
    views_.byte_factors = factors;
  }

  void write_codes() {
    const auto codes = sink_.reserve_values<std::uint8_t>(
        SectionKind::vector_codes, block_count(views_.rows) * views_.head * rows_per_block / 8);
    const auto factors = sink_.reserve_values<BlockFactors>(SectionKind::vector_code_factors,
                                                            block_count(views_.rows));
    const auto tails = sink_.reserve_values<std::uint8_t>(
        SectionKind::vector_code_tails, views_.rows * (views_.rotated - views_.head) / 8);
    views_.codes = codes;
    CodeWriter writer(views_.shape.metric, views_.centre, codes, factors, tails);
    const auto lists = make_lists(views_, options_);
    if (lists.centres.empty()) {
      const std::vector<float> none(views_.rotated);
      for (std::size_t row = 0; row < views_.rows; ++row) writer.write(row, residual_of(row), none);
      return;
    }
    write_lists(lists, writer);
  }

  void write_lists(const Lists& lists, CodeWriter& writer) {
    const std::size_t count = lists.bounds.size() - 1;
    views_.lists = count;
    views_.probes = lists.probes;
    std::ranges::copy(
        lists.bounds,
        sink_.reserve_values<std::uint32_t>(SectionKind::vector_list_bounds, lists.bounds.size())
            .begin());
    std::ranges::copy(
        lists.rows,
        sink_.reserve_values<std::uint32_t>(SectionKind::vector_list_rows, lists.rows.size())
            .begin());
    const auto centres = sink_.reserve(SectionKind::vector_list_centres,
                                       count * (views_.rotated + sizeof(RowFactors)));
    std::memcpy(centres.data(), lists.centres.data(), lists.centres.size());
    std::memcpy(centres.data() + lists.centres.size(), lists.factors.data(),
                count * sizeof(RowFactors));
    std::vector<float> centre(views_.rotated);
    for (std::size_t list = 0; list < count; ++list) {
      lists.read_centre(views_.shape.metric, list, centre);
      for (std::size_t place = lists.bounds[list]; place < lists.bounds[list + 1]; ++place)
        writer.write(place, residual_of(lists.rows[place]), centre);
    }
  }

  void write_facts() {
    auto facts = sink_.reserve_values<VectorFacts>(SectionKind::vector_facts, 1);
    facts[0] = {.version = vector_format_version,
                .metric = static_cast<std::uint32_t>(views_.shape.metric),
                .dimension = static_cast<std::uint32_t>(views_.shape.dimension),
                .has_codes = views_.rows >= codes_from ? 1U : 0U,
                .rows = views_.rows,
                .lists = static_cast<std::uint32_t>(views_.lists),
                .probes = static_cast<std::uint32_t>(views_.probes)};
  }

  const VectorKernels& kernels_ = vector_kernels();
  const VectorBuildOptions& options_;
  SectionSink& sink_;
  Rotation rotation_;
  VectorViews views_;
  std::vector<float> row_;
  std::vector<float> residual_;
};

}  // namespace

void build_vectors(const VectorShape& shape, std::size_t rows, const RowReader& read,
                   const VectorBuildOptions& options, SectionSink& sink) {
  AIVA_ASSERT(shape.dimension >= 1 && shape.dimension <= vector_dimension_max);
  AIVA_ASSERT(rows <= vector_rows_max);
  Builder(shape, rows, options, sink).build(read);
}

}  // namespace aiva::retrieval
