#include "retrieval/vectors/vector_kernels.h"

#include <algorithm>
#include <bit>
#include <cmath>

#include "foundation/result.h"

namespace aiva::retrieval {
namespace {

// IEEE 754 binary32 to binary16, to the nearest and to even between two.
std::uint16_t half_of(float value) {
  const auto bits = std::bit_cast<std::uint32_t>(value);
  const auto sign = static_cast<std::uint16_t>(bits >> 16 & 0x8000U);
  const std::uint32_t magnitude = bits & 0x7fffffffU;
  if (magnitude > 0x7f800000U) return static_cast<std::uint16_t>(sign | 0x7e00U);
  if (magnitude >= 0x477ff000U) return static_cast<std::uint16_t>(sign | 0x7c00U);
  if (magnitude < 0x38800000U) {
    // Subnormal halves: adding a half in the scale of their last bit rounds as floats do.
    const float rounded = std::bit_cast<float>(magnitude) + 0.5F;
    return static_cast<std::uint16_t>(sign | (std::bit_cast<std::uint32_t>(rounded) - 0x3f000000U));
  }
  const std::uint32_t rounded = magnitude - 0x38000000U + 0xfffU + (magnitude >> 13 & 1U);
  return static_cast<std::uint16_t>(sign | rounded >> 13);
}

float float_of(std::uint16_t half) {
  const std::uint32_t sign = (half & 0x8000U) << 16;
  const std::uint32_t magnitude = half & 0x7fffU;
  if (magnitude >= 0x7c00U) {
    // As the hardware does: a NaN becomes a quiet one.
    const std::uint32_t quiet = magnitude > 0x7c00U ? 0x400000U : 0U;
    return std::bit_cast<float>(sign | 0x7f800000U | quiet | (magnitude & 0x3ffU) << 13);
  }
  if (magnitude < 0x400U) {
    const float value = static_cast<float>(magnitude) * 0x1p-24F;
    return std::bit_cast<float>(std::bit_cast<std::uint32_t>(value) | sign);
  }
  return std::bit_cast<float>(sign | ((magnitude << 13) + 0x38000000U));
}

void halves_of_floats(const float* in, std::size_t count, std::uint16_t* out) {
  for (std::size_t i = 0; i < count; ++i) out[i] = half_of(in[i]);
}

void floats_of_halves(const std::uint16_t* in, std::size_t count, float* out) {
  for (std::size_t i = 0; i < count; ++i) out[i] = float_of(in[i]);
}

float dot_halves(const float* query, const std::uint16_t* row, std::size_t count) {
  float sum = 0;
  for (std::size_t i = 0; i < count; ++i) sum += query[i] * float_of(row[i]);
  return sum;
}

float distance_halves(const float* query, const std::uint16_t* row, std::size_t count) {
  float sum = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const float difference = query[i] - float_of(row[i]);
    sum += difference * difference;
  }
  return sum;
}

std::int32_t dot_bytes(const std::uint8_t* row, const std::int8_t* query, std::size_t count) {
  std::int32_t sum = 0;
  for (std::size_t i = 0; i < count; ++i) sum += row[i] * query[i];
  return sum;
}

void dot_bytes_tile(const std::uint8_t* rows, std::size_t stride, const std::int8_t* columns,
                    std::size_t count, std::int32_t* out) {
  for (std::size_t r = 0; r < 4; ++r) {
    std::int32_t* sums = out + r * 64;
    for (std::size_t c = 0; c < 64; ++c) sums[c] = 0;
    for (std::size_t i = 0; i < count; i += 4) {
      const std::uint8_t* row = rows + r * stride + i;
      const std::int8_t* column = columns + i * 64;
      for (std::size_t c = 0; c < 64; ++c) {
        for (std::size_t j = 0; j < 4; ++j) sums[c] += row[j] * column[c * 4 + j];
      }
    }
  }
}

std::int32_t sum_of_bits(const std::uint8_t* code, const std::int8_t* query, std::size_t count) {
  std::int32_t sum = 0;
  for (std::size_t i = 0; i < count; ++i) sum += (code[i / 8] >> i % 8 & 1) * query[i];
  return sum;
}

void sum_block(const std::uint8_t* codes, std::size_t columns, const std::uint8_t* tables,
               std::uint16_t* sums) {
  for (std::size_t row = 0; row < 64; ++row) {
    const std::size_t byte = row < 32 ? row * 2 : row * 2 - 63;
    unsigned sum = 0;
    for (std::size_t column = 0; column < columns; ++column) {
      const unsigned code = codes[column * 64 + byte];
      sum += tables[column * 32 + (code & 15U)];
      sum += tables[column * 32 + 16 + (code >> 4)];
    }
    sums[row] = static_cast<std::uint16_t>(sum);
  }
}

std::uint64_t estimate_block(const std::uint16_t* sums, const float* scales, const float* offsets,
                             const EstimateTerms& terms, float least, float* estimates) {
  std::uint64_t above = 0;
  for (std::size_t i = 0; i < 64; ++i) {
    const float sum = terms.sum_offset + terms.sum_scale * static_cast<float>(sums[i]);
    estimates[i] = sum * scales[i] + (offsets[i] + terms.base);
    above |= static_cast<std::uint64_t>(estimates[i] > least) << i;
  }
  return above;
}

void subtract(const float* query, const float* centre, std::size_t count, float* residual,
              ResidualTerms& terms) {
  terms = {};
  for (std::size_t i = 0; i < count; ++i) {
    residual[i] = query[i] - centre[i];
    terms.norm += residual[i] * residual[i];
    terms.with_centre += query[i] * centre[i];
    terms.largest = std::max(terms.largest, std::fabs(residual[i]));
  }
}

void bytes_of_floats(const float* values, std::size_t count, float steps, std::int8_t* bytes) {
  for (std::size_t i = 0; i < count; ++i) {
    // Truncation of what is positive rounds to the nearest.
    float scaled = values[i] * steps;
    scaled += 128.5F;
    bytes[i] = static_cast<std::int8_t>(static_cast<int>(scaled) - 128);
  }
}

void widths_of_fours(const float* values, std::size_t count, float& widest, float& total) {
  widest = 0;
  total = 0;
  for (std::size_t i = 0; i < count; i += 4) {
    float width = 0;
    for (std::size_t j = 0; j < 4; ++j) width += std::fabs(values[i + j]);
    widest = std::max(widest, width);
    total += width;
  }
}

void tables_of_fours(const float* values, std::size_t count, float steps, std::uint8_t* tables) {
  for (std::size_t i = 0; i < count; i += 4) {
    for (std::size_t nibble = 0; nibble < 16; ++nibble) {
      float entry = 0;
      for (std::size_t j = 0; j < 4; ++j) {
        const float value = 2 * steps * values[i + j];
        const bool is_set = (nibble >> j & 1U) != 0;
        if (is_set == value > 0) entry += std::fabs(value);
      }
      tables[i * 4 + nibble] = static_cast<std::uint8_t>(
          std::min(static_cast<int>(std::floor(entry + 0.5F)), table_entry_max));
    }
  }
}

void set_signs(float* values, const std::uint64_t* positive, std::size_t count, float size) {
  for (std::size_t i = 0; i < count; ++i)
    values[i] *= (positive[i / 64] >> i % 64 & 1U) != 0 ? size : -size;
}

void hadamard(float* values, std::size_t count) {
  for (std::size_t half = 1; half < count; half *= 2) {
    for (std::size_t start = 0; start < count; start += half * 2) {
      for (std::size_t i = start; i < start + half; ++i) {
        const float a = values[i];
        const float b = values[i + half];
        values[i] = a + b;
        values[i + half] = a - b;
      }
    }
  }
}

constexpr VectorKernels scalar_kernels{
    .halves_of_floats = halves_of_floats,
    .floats_of_halves = floats_of_halves,
    .dot_halves = dot_halves,
    .distance_halves = distance_halves,
    .dot_bytes = dot_bytes,
    .dot_bytes_tile = dot_bytes_tile,
    .sum_of_bits = sum_of_bits,
    .sum_block = sum_block,
    .estimate_block = estimate_block,
    .subtract = subtract,
    .bytes_of_floats = bytes_of_floats,
    .widths_of_fours = widths_of_fours,
    .tables_of_fours = tables_of_fours,
    .set_signs = set_signs,
    .hadamard = hadamard,
};

const VectorKernels* find_kernels(VectorKernelSet set) {
  switch (set) {
    case VectorKernelSet::scalar: return &scalar_kernels;
    case VectorKernelSet::avx2: return avx2_vector_kernels();
    case VectorKernelSet::avx512: return avx512_vector_kernels();
    case VectorKernelSet::neon: return neon_vector_kernels();
  }
  return nullptr;
}

const VectorKernels& best_kernels() {
  for (auto set : {VectorKernelSet::avx512, VectorKernelSet::avx2, VectorKernelSet::neon}) {
    if (const auto* found = find_kernels(set)) return *found;
  }
  return scalar_kernels;
}

}  // namespace

const VectorKernels& scalar_vector_kernels() { return scalar_kernels; }

bool is_supported(VectorKernelSet set) { return find_kernels(set) != nullptr; }

const VectorKernels& vector_kernels(VectorKernelSet set) {
  const auto* found = find_kernels(set);
  AIVA_ASSERT(found != nullptr);
  return *found;
}

const VectorKernels& vector_kernels() {
  static const VectorKernels& best = best_kernels();
  return best;
}

}  // namespace aiva::retrieval
