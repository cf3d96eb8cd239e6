#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "retrieval/vectors/vectors.h"

// How the vector sections of a segment are laid out. Everything is little-endian.
//
// All stages work on residuals in the rotated space: o = rotate(row - centre), padded to a multiple
// of 64 dimensions. A stage estimates a score as
//   base(query) + factors.offset + factors.scale * (something like o · rotate(query - centre)),
// where base and factors hide the metric. See encode.h for their values.
namespace aiva::retrieval {

inline constexpr std::uint32_t vector_format_version = 1;
inline constexpr std::size_t rows_per_block = 64;
// The first dimensions of a code are scanned for every row, the rest read for candidates only: the
// scan is bound by memory, and a third of a long code says enough to tell the hopeless.
inline constexpr std::size_t head_dimension_max = 512;
// Fewer rows are compared as bytes right away.
inline constexpr std::size_t codes_from = 256;
inline constexpr std::size_t lists_max = 16'384;

// Section vector_facts.
struct VectorFacts {
  std::uint32_t version = 0;
  std::uint32_t metric = 0;
  std::uint32_t dimension = 0;
  std::uint32_t has_codes = 0;
  std::uint64_t rows = 0;
  std::uint32_t lists = 0;
  std::uint32_t probes = 0;
  std::array<std::uint64_t, 4> reserved{};
};
static_assert(sizeof(VectorFacts) == 64);

struct RowFactors {
  float scale = 0;
  float offset = 0;
};
static_assert(sizeof(RowFactors) == 8);

// The factors of the 64 codes of a block.
struct BlockFactors {
  std::array<float, rows_per_block> scales{};
  std::array<float, rows_per_block> offsets{};
};
static_assert(sizeof(BlockFactors) == 512);

constexpr std::size_t rotated_dimension(std::size_t dimension) {
  return (dimension + 63) / 64 * 64;
}
constexpr std::size_t head_dimension(std::size_t dimension) {
  return rotated_dimension(dimension) < head_dimension_max ? rotated_dimension(dimension)
                                                           : head_dimension_max;
}
constexpr std::size_t block_count(std::size_t rows) {
  return (rows + rows_per_block - 1) / rows_per_block;
}
// The byte of a column of a block that belongs to a row: the sums of even bytes and of odd bytes
// then come out in the order of the rows.
constexpr std::size_t byte_of_row(std::size_t row) { return row < 32 ? row * 2 : row * 2 - 63; }

struct VectorViews {
  VectorShape shape{};
  std::size_t rows = 0;
  std::size_t rotated = 0;  // dimensions after padding
  std::size_t head = 0;     // of these in the blocks of codes; the others are in the tails
  std::size_t lists = 0;
  std::size_t probes = 0;
  std::span<const float> centre;          // of the rows, rotated: `rotated` floats
  std::span<const std::uint16_t> halves;  // rows * dimension
  std::span<const std::uint8_t> bytes;    // rows * rotated: the residual's bytes + 128
  std::span<const RowFactors> byte_factors;
  // In the order of the lists, or of the rows where there are none. Empty for few rows.
  std::span<const std::uint8_t> codes;  // blocks of head / 8 columns of 64 bytes
  std::span<const BlockFactors> code_factors;
  std::span<const std::uint8_t> code_tails;  // rows * (rotated - head) / 8
  // The lists: position bounds, the row of each position, and the centres' residuals as bytes.
  std::span<const std::uint32_t> list_bounds;  // lists + 1
  std::span<const std::uint32_t> list_rows;    // rows
  std::span<const std::uint8_t> list_bytes;    // lists * rotated
  std::span<const RowFactors> list_factors;

  [[nodiscard]] bool has_codes() const { return !codes.empty(); }
  [[nodiscard]] const std::uint16_t* half_row(std::size_t row) const {
    return halves.data() + row * shape.dimension;
  }
  [[nodiscard]] const std::uint8_t* byte_row(std::size_t row) const {
    return bytes.data() + row * rotated;
  }
};

}  // namespace aiva::retrieval
