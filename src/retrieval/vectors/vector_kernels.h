#pragma once

#include <cstddef>
#include <cstdint>

namespace aiva::retrieval {

// The instruction sets there are kernels for. avx512 here also means VNNI and VBMI.
enum class VectorKernelSet { scalar, avx2, avx512, neon };

// What turns the sum of a code's table entries into an estimated score.
struct EstimateTerms {
  float sum_offset =
      0;  // estimate = (sum_offset + sum_scale * sum) * scales[i] + offsets[i] + base
  float sum_scale = 0;
  float base = 0;
};

// What a query says of itself as a block sees it: less the block's centre.
struct ResidualTerms {
  float norm = 0;         // squared, of the residual
  float with_centre = 0;  // the query's dot product with the centre
  float largest = 0;      // of the residual's components, without sign
};

// The inner loops of the vector stages. Integer results are the same for every set to the bit;
// floats differ by rounding. Sizes are in dimensions, and multiples of 64 where so said.
struct VectorKernels {
  void (*halves_of_floats)(const float* in, std::size_t count, std::uint16_t* out) = nullptr;
  void (*floats_of_halves)(const std::uint16_t* in, std::size_t count, float* out) = nullptr;
  float (*dot_halves)(const float* query, const std::uint16_t* row, std::size_t count) = nullptr;
  // The squared distance.
  float (*distance_halves)(const float* query, const std::uint16_t* row,
                           std::size_t count) = nullptr;
  // The sum of row[i] * query[i]; count is a multiple of 64, at most 4096.
  std::int32_t (*dot_bytes)(const std::uint8_t* row, const std::int8_t* query,
                            std::size_t count) = nullptr;
  // out[r * 64 + c] = the dot product of row r of 4, `stride` bytes apart, with column c of 64;
  // columns[(i / 4 * 64 + c) * 4 + i % 4] is component i of column c. count as above.
  void (*dot_bytes_tile)(const std::uint8_t* rows, std::size_t stride, const std::int8_t* columns,
                         std::size_t count, std::int32_t* out) = nullptr;
  // The sum of query[i] where bit i % 8 of code[i / 8] is set; count as above.
  std::int32_t (*sum_of_bits)(const std::uint8_t* code, const std::int8_t* query,
                              std::size_t count) = nullptr;
  // sums[row] of a block of 64 codes: the entries its nibbles select, low nibble of a byte first,
  // from 16-byte tables. No entry above 31; `columns` is a multiple of 8, at most 64.
  void (*sum_block)(const std::uint8_t* codes, std::size_t columns, const std::uint8_t* tables,
                    std::uint16_t* sums) = nullptr;
  // The estimates of a block of 64 rows; bit i of the result says that estimates[i] > least.
  std::uint64_t (*estimate_block)(const std::uint16_t* sums, const float* scales,
                                  const float* offsets, const EstimateTerms& terms, float least,
                                  float* estimates) = nullptr;
  // residual = query - centre; counts of this and what follows are multiples of 64.
  void (*subtract)(const float* query, const float* centre, std::size_t count, float* residual,
                   ResidualTerms& terms) = nullptr;
  // bytes[i] = values[i] * steps, which is within -127 … 127, to the nearest.
  void (*bytes_of_floats)(const float* values, std::size_t count, float steps,
                          std::int8_t* bytes) = nullptr;
  // The greatest sum of four components without sign that stand together, and the sum of all.
  void (*widths_of_fours)(const float* values, std::size_t count, float& widest,
                          float& total) = nullptr;
  // Of each four components v, sixteen entries: entry n is the sum of 2 * steps * |v| over those
  // whose sign is that of their bit in n, to the nearest.
  void (*tables_of_fours)(const float* values, std::size_t count, float steps,
                          std::uint8_t* tables) = nullptr;
  // values[i] times size where bit i % 64 of positive[i / 64] is set, times -size elsewhere.
  void (*set_signs)(float* values, const std::uint64_t* positive, std::size_t count,
                    float size) = nullptr;
  // The Walsh-Hadamard transform in place, not normalised; count is a power of two from 64 on.
  void (*hadamard)(float* values, std::size_t count) = nullptr;
};

// A table entry is at most this, so that eight of them fit a byte.
inline constexpr int table_entry_max = 31;

bool is_supported(VectorKernelSet set);
// The kernels of a set, which must be supported.
const VectorKernels& vector_kernels(VectorKernelSet set);
// The fastest this machine can run, chosen once.
const VectorKernels& vector_kernels();

// The tables of one instruction set each, for vector_kernels alone; null on other processors.
const VectorKernels& scalar_vector_kernels();
const VectorKernels* avx2_vector_kernels();
const VectorKernels* avx512_vector_kernels();
const VectorKernels* neon_vector_kernels();

}  // namespace aiva::retrieval
