#include "retrieval/vectors/vector_kernels.h"

#if defined(__x86_64__)

#include <immintrin.h>

#include "retrieval/vectors/query_kernels.h"

#define AIVA_AVX2 __attribute__((target("avx2,fma,f16c")))

namespace aiva::retrieval {
namespace {

AIVA_AVX2 __m256i load(const void* from) {
  return _mm256_loadu_si256(static_cast<const __m256i*>(from));
}

AIVA_AVX2 __m256 load_halves(const std::uint16_t* from) {
  return _mm256_cvtph_ps(_mm_loadu_si128(reinterpret_cast<const __m128i*>(from)));
}

AIVA_AVX2 float float_of(std::uint16_t half) {
  return _mm_cvtss_f32(_mm_cvtph_ps(_mm_cvtsi32_si128(half)));
}

AIVA_AVX2 float sum_lanes(__m256 lanes) {
  __m128 half = _mm_add_ps(_mm256_castps256_ps128(lanes), _mm256_extractf128_ps(lanes, 1));
  half = _mm_add_ps(half, _mm_movehl_ps(half, half));
  half = _mm_add_ss(half, _mm_movehdup_ps(half));
  return _mm_cvtss_f32(half);
}

AIVA_AVX2 std::int32_t sum_lanes(__m256i lanes) {
  __m128i half = _mm_add_epi32(_mm256_castsi256_si128(lanes), _mm256_extracti128_si256(lanes, 1));
  half = _mm_add_epi32(half, _mm_shuffle_epi32(half, 0x4e));
  half = _mm_add_epi32(half, _mm_shuffle_epi32(half, 0xb1));
  return _mm_cvtsi128_si32(half);
}

AIVA_AVX2 void halves_of_floats(const float* in, std::size_t count, std::uint16_t* out) {
  std::size_t i = 0;
  for (; i + 8 <= count; i += 8) {
    const __m128i halves = _mm256_cvtps_ph(_mm256_loadu_ps(in + i), _MM_FROUND_TO_NEAREST_INT);
    _mm_storeu_si128(reinterpret_cast<__m128i*>(out + i), halves);
  }
  for (; i < count; ++i) {
    const __m128i half = _mm_cvtps_ph(_mm_set_ss(in[i]), _MM_FROUND_TO_NEAREST_INT);
    out[i] = static_cast<std::uint16_t>(_mm_extract_epi16(half, 0));
  }
}

AIVA_AVX2 void floats_of_halves(const std::uint16_t* in, std::size_t count, float* out) {
  std::size_t i = 0;
  for (; i + 8 <= count; i += 8) _mm256_storeu_ps(out + i, load_halves(in + i));
  for (; i < count; ++i) out[i] = float_of(in[i]);
}

AIVA_AVX2 float dot_halves(const float* query, const std::uint16_t* row, std::size_t count) {
  __m256 sum0 = _mm256_setzero_ps();
  __m256 sum1 = sum0;
  std::size_t i = 0;
  for (; i + 16 <= count; i += 16) {
    sum0 = _mm256_fmadd_ps(_mm256_loadu_ps(query + i), load_halves(row + i), sum0);
    sum1 = _mm256_fmadd_ps(_mm256_loadu_ps(query + i + 8), load_halves(row + i + 8), sum1);
  }
  float sum = sum_lanes(_mm256_add_ps(sum0, sum1));
  for (; i < count; ++i) sum += query[i] * float_of(row[i]);
  return sum;
}

AIVA_AVX2 float distance_halves(const float* query, const std::uint16_t* row, std::size_t count) {
  __m256 sum0 = _mm256_setzero_ps();
  __m256 sum1 = sum0;
  std::size_t i = 0;
  for (; i + 16 <= count; i += 16) {
    const __m256 a = _mm256_sub_ps(_mm256_loadu_ps(query + i), load_halves(row + i));
    const __m256 b = _mm256_sub_ps(_mm256_loadu_ps(query + i + 8), load_halves(row + i + 8));
    sum0 = _mm256_fmadd_ps(a, a, sum0);
    sum1 = _mm256_fmadd_ps(b, b, sum1);
  }
  float sum = sum_lanes(_mm256_add_ps(sum0, sum1));
  for (; i < count; ++i) {
    const float difference = query[i] - float_of(row[i]);
    sum += difference * difference;
  }
  return sum;
}

// The instruction for bytes of both kinds saturates at 16 bits, so these are widened first.
AIVA_AVX2 std::int32_t dot_bytes(const std::uint8_t* row, const std::int8_t* query,
                                 std::size_t count) {
  __m256i sum = _mm256_setzero_si256();
  for (std::size_t i = 0; i < count; i += 16) {
    const __m128i a = _mm_loadu_si128(reinterpret_cast<const __m128i*>(row + i));
    const __m128i b = _mm_loadu_si128(reinterpret_cast<const __m128i*>(query + i));
    sum =
        _mm256_add_epi32(sum, _mm256_madd_epi16(_mm256_cvtepu8_epi16(a), _mm256_cvtepi8_epi16(b)));
  }
  return sum_lanes(sum);
}

AIVA_AVX2 void dot_bytes_tile(const std::uint8_t* rows, std::size_t stride,
                              const std::int8_t* columns, std::size_t count, std::int32_t* out) {
  for (std::size_t r = 0; r < 4; ++r) {
    for (std::size_t c = 0; c < 64; c += 8) {
      // Pairs of products of four columns each.
      __m256i low = _mm256_setzero_si256();
      __m256i high = low;
      for (std::size_t i = 0; i < count; i += 4) {
        std::int32_t four = 0;
        __builtin_memcpy(&four, rows + r * stride + i, sizeof four);
        const __m256i row = _mm256_cvtepu8_epi16(_mm_set1_epi32(four));
        const std::int8_t* column = columns + (i / 4 * 64 + c) * 4;
        const auto* from = reinterpret_cast<const __m128i*>(column);
        low = _mm256_add_epi32(low,
                               _mm256_madd_epi16(row, _mm256_cvtepi8_epi16(_mm_loadu_si128(from))));
        high = _mm256_add_epi32(
            high, _mm256_madd_epi16(row, _mm256_cvtepi8_epi16(_mm_loadu_si128(from + 1))));
      }
      // Adjacent pairs are summed within halves of a register; the permutation restores the order.
      const __m256i sums = _mm256_permute4x64_epi64(_mm256_hadd_epi32(low, high), 0xd8);
      _mm256_storeu_si256(reinterpret_cast<__m256i*>(out + r * 64 + c), sums);
    }
  }
}

AIVA_AVX2 std::int32_t sum_of_bits(const std::uint8_t* code, const std::int8_t* query,
                                   std::size_t count) {
  // Each byte of four goes to eight lanes, each lane looks at its bit.
  const __m256i spread =
      _mm256_setr_epi64x(0, 0x0101010101010101, 0x0202020202020202, 0x0303030303030303);
  const __m256i bit = _mm256_set1_epi64x(static_cast<long long>(0x8040201008040201U));
  const __m256i one_byte = _mm256_set1_epi8(1);
  const __m256i one_word = _mm256_set1_epi16(1);
  __m256i sum = _mm256_setzero_si256();
  for (std::size_t i = 0; i < count; i += 32) {
    std::int32_t four = 0;
    __builtin_memcpy(&four, code + i / 8, sizeof four);
    const __m256i bits =
        _mm256_and_si256(_mm256_shuffle_epi8(_mm256_set1_epi32(four), spread), bit);
    const __m256i chosen = _mm256_and_si256(_mm256_cmpeq_epi8(bits, bit), load(query + i));
    sum =
        _mm256_add_epi32(sum, _mm256_madd_epi16(_mm256_maddubs_epi16(one_byte, chosen), one_word));
  }
  return sum_lanes(sum);
}

AIVA_AVX2 __m256i table_of(const std::uint8_t* table) {
  return _mm256_broadcastsi128_si256(_mm_loadu_si128(reinterpret_cast<const __m128i*>(table)));
}

AIVA_AVX2 __m256i entries_of(const std::uint8_t* codes, const std::uint8_t* tables) {
  const __m256i nibble = _mm256_set1_epi8(15);
  const __m256i code = load(codes);
  const __m256i low = _mm256_shuffle_epi8(table_of(tables), _mm256_and_si256(code, nibble));
  const __m256i high = _mm256_shuffle_epi8(table_of(tables + 16),
                                           _mm256_and_si256(_mm256_srli_epi16(code, 4), nibble));
  return _mm256_add_epi8(low, high);
}

AIVA_AVX2 void sum_block(const std::uint8_t* codes, std::size_t columns, const std::uint8_t* tables,
                         std::uint16_t* sums) {
  for (std::size_t side = 0; side < 2; ++side) {
    __m256i both = _mm256_setzero_si256();  // sums of even bytes + 256 * sums of odd bytes
    __m256i odd = both;
    for (std::size_t column = 0; column < columns; column += 4) {
      const std::uint8_t* code = codes + column * 64 + side * 32;
      const std::uint8_t* table = tables + column * 32;
      const __m256i four = _mm256_add_epi8(
          _mm256_add_epi8(entries_of(code, table), entries_of(code + 64, table + 32)),
          _mm256_add_epi8(entries_of(code + 128, table + 64), entries_of(code + 192, table + 96)));
      both = _mm256_add_epi16(both, four);
      odd = _mm256_add_epi16(odd, _mm256_srli_epi16(four, 8));
    }
    auto* out = reinterpret_cast<__m256i*>(sums + side * 16);
    _mm256_storeu_si256(out, _mm256_sub_epi16(both, _mm256_slli_epi16(odd, 8)));
    _mm256_storeu_si256(out + 2, odd);
  }
}

AIVA_AVX2 std::uint64_t estimate_block(const std::uint16_t* sums, const float* scales,
                                       const float* offsets, const EstimateTerms& terms,
                                       float least, float* estimates) {
  const __m256 sum_offset = _mm256_set1_ps(terms.sum_offset);
  const __m256 sum_scale = _mm256_set1_ps(terms.sum_scale);
  const __m256 base = _mm256_set1_ps(terms.base);
  const __m256 bound = _mm256_set1_ps(least);
  std::uint64_t above = 0;
  for (std::size_t i = 0; i < 64; i += 8) {
    const __m128i words = _mm_loadu_si128(reinterpret_cast<const __m128i*>(sums + i));
    const __m256 sum = _mm256_cvtepi32_ps(_mm256_cvtepu16_epi32(words));
    const __m256 estimate =
        _mm256_fmadd_ps(_mm256_fmadd_ps(sum_scale, sum, sum_offset), _mm256_loadu_ps(scales + i),
                        _mm256_add_ps(_mm256_loadu_ps(offsets + i), base));
    _mm256_storeu_ps(estimates + i, estimate);
    const int mask = _mm256_movemask_ps(_mm256_cmp_ps(estimate, bound, _CMP_GT_OQ));
    above |= static_cast<std::uint64_t>(mask) << i;
  }
  return above;
}

AIVA_AVX2 void hadamard(float* values, std::size_t count) {
  for (std::size_t i = 0; i < count; i += 8) {
    __m256 lanes = _mm256_loadu_ps(values + i);
    __m256 partners = _mm256_permute_ps(lanes, 0xb1);
    lanes = _mm256_blend_ps(_mm256_add_ps(lanes, partners), _mm256_sub_ps(partners, lanes), 0xaa);
    partners = _mm256_permute_ps(lanes, 0x4e);
    lanes = _mm256_blend_ps(_mm256_add_ps(lanes, partners), _mm256_sub_ps(partners, lanes), 0xcc);
    partners = _mm256_permute2f128_ps(lanes, lanes, 1);
    lanes = _mm256_blend_ps(_mm256_add_ps(lanes, partners), _mm256_sub_ps(partners, lanes), 0xf0);
    _mm256_storeu_ps(values + i, lanes);
  }
  for (std::size_t half = 8; half < count; half *= 2) {
    for (std::size_t start = 0; start < count; start += half * 2) {
      for (std::size_t i = start; i < start + half; i += 8) {
        const __m256 a = _mm256_loadu_ps(values + i);
        const __m256 b = _mm256_loadu_ps(values + i + half);
        _mm256_storeu_ps(values + i, _mm256_add_ps(a, b));
        _mm256_storeu_ps(values + i + half, _mm256_sub_ps(a, b));
      }
    }
  }
}

AIVA_AVX2 void subtract(const float* query, const float* centre, std::size_t count, float* residual,
                        ResidualTerms& terms) {
  query_kernels::subtract(query, centre, count, residual, terms);
}

AIVA_AVX2 void bytes_of_floats(const float* values, std::size_t count, float steps,
                               std::int8_t* bytes) {
  query_kernels::bytes_of_floats(values, count, steps, bytes);
}

AIVA_AVX2 void widths_of_fours(const float* values, std::size_t count, float& widest,
                               float& total) {
  query_kernels::widths_of_fours(values, count, widest, total);
}

AIVA_AVX2 void tables_of_fours(const float* values, std::size_t count, float steps,
                               std::uint8_t* tables) {
  query_kernels::tables_of_fours(values, count, steps, tables);
}

AIVA_AVX2 void set_signs(float* values, const std::uint64_t* positive, std::size_t count,
                         float size) {
  query_kernels::set_signs(values, positive, count, size);
}

constexpr VectorKernels avx2_kernels{
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

}  // namespace

const VectorKernels* avx2_vector_kernels() {
  const bool is_supported = __builtin_cpu_supports("avx2") != 0 &&
                            __builtin_cpu_supports("fma") != 0 &&
                            __builtin_cpu_supports("f16c") != 0;
  return is_supported ? &avx2_kernels : nullptr;
}

}  // namespace aiva::retrieval

#else

namespace aiva::retrieval {

const VectorKernels* avx2_vector_kernels() { return nullptr; }

}  // namespace aiva::retrieval

#endif
