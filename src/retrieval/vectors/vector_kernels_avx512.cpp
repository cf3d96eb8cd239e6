#include "retrieval/vectors/vector_kernels.h"

#if defined(__x86_64__)

#include <immintrin.h>

#include "retrieval/vectors/query_kernels.h"

#define AIVA_AVX512 \
  __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,avx512vnni,avx512vbmi,fma,f16c")))

namespace aiva::retrieval {
namespace {

AIVA_AVX512 __mmask16 first_lanes(std::size_t count) {
  return static_cast<__mmask16>((1U << count) - 1U);
}

AIVA_AVX512 __m512i load(const void* from) { return _mm512_loadu_si512(from); }

AIVA_AVX512 __m512 load_halves(const std::uint16_t* from) {
  return _mm512_cvtph_ps(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(from)));
}

AIVA_AVX512 void halves_of_floats(const float* in, std::size_t count, std::uint16_t* out) {
  std::size_t i = 0;
  for (; i + 16 <= count; i += 16) {
    const __m256i halves = _mm512_cvtps_ph(_mm512_loadu_ps(in + i), _MM_FROUND_TO_NEAREST_INT);
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(out + i), halves);
  }
  if (i == count) return;
  const auto lanes = first_lanes(count - i);
  const __m256i halves =
      _mm512_cvtps_ph(_mm512_maskz_loadu_ps(lanes, in + i), _MM_FROUND_TO_NEAREST_INT);
  _mm256_mask_storeu_epi16(out + i, lanes, halves);
}

AIVA_AVX512 void floats_of_halves(const std::uint16_t* in, std::size_t count, float* out) {
  std::size_t i = 0;
  for (; i + 16 <= count; i += 16) _mm512_storeu_ps(out + i, load_halves(in + i));
  if (i == count) return;
  const auto lanes = first_lanes(count - i);
  _mm512_mask_storeu_ps(out + i, lanes, _mm512_cvtph_ps(_mm256_maskz_loadu_epi16(lanes, in + i)));
}

AIVA_AVX512 float dot_halves(const float* query, const std::uint16_t* row, std::size_t count) {
  __m512 sum0 = _mm512_setzero_ps();
  __m512 sum1 = sum0;
  std::size_t i = 0;
  for (; i + 32 <= count; i += 32) {
    sum0 = _mm512_fmadd_ps(_mm512_loadu_ps(query + i), load_halves(row + i), sum0);
    sum1 = _mm512_fmadd_ps(_mm512_loadu_ps(query + i + 16), load_halves(row + i + 16), sum1);
  }
  for (; i < count; i += 16) {
    const auto lanes = first_lanes(count - i < 16 ? count - i : 16);
    sum0 = _mm512_fmadd_ps(_mm512_maskz_loadu_ps(lanes, query + i),
                           _mm512_cvtph_ps(_mm256_maskz_loadu_epi16(lanes, row + i)), sum0);
  }
  return _mm512_reduce_add_ps(_mm512_add_ps(sum0, sum1));
}

AIVA_AVX512 float distance_halves(const float* query, const std::uint16_t* row, std::size_t count) {
  __m512 sum0 = _mm512_setzero_ps();
  __m512 sum1 = sum0;
  std::size_t i = 0;
  for (; i + 32 <= count; i += 32) {
    const __m512 a = _mm512_sub_ps(_mm512_loadu_ps(query + i), load_halves(row + i));
    const __m512 b = _mm512_sub_ps(_mm512_loadu_ps(query + i + 16), load_halves(row + i + 16));
    sum0 = _mm512_fmadd_ps(a, a, sum0);
    sum1 = _mm512_fmadd_ps(b, b, sum1);
  }
  for (; i < count; i += 16) {
    const auto lanes = first_lanes(count - i < 16 ? count - i : 16);
    const __m512 a = _mm512_sub_ps(_mm512_maskz_loadu_ps(lanes, query + i),
                                   _mm512_cvtph_ps(_mm256_maskz_loadu_epi16(lanes, row + i)));
    sum0 = _mm512_fmadd_ps(a, a, sum0);
  }
  return _mm512_reduce_add_ps(_mm512_add_ps(sum0, sum1));
}

AIVA_AVX512 std::int32_t dot_bytes(const std::uint8_t* row, const std::int8_t* query,
                                   std::size_t count) {
  __m512i sum0 = _mm512_setzero_si512();
  __m512i sum1 = sum0;
  std::size_t i = 0;
  for (; i + 128 <= count; i += 128) {
    sum0 = _mm512_dpbusd_epi32(sum0, load(row + i), load(query + i));
    sum1 = _mm512_dpbusd_epi32(sum1, load(row + i + 64), load(query + i + 64));
  }
  if (i < count) sum0 = _mm512_dpbusd_epi32(sum0, load(row + i), load(query + i));
  return _mm512_reduce_add_epi32(_mm512_add_epi32(sum0, sum1));
}

// 16 sums in registers: each load of columns serves four rows, each of a row 64 columns.
AIVA_AVX512 void dot_bytes_tile(const std::uint8_t* rows, std::size_t stride,
                                const std::int8_t* columns, std::size_t count, std::int32_t* out) {
  __m512i sums[4][4];
  for (auto& of_row : sums) {
    for (auto& sum : of_row) sum = _mm512_setzero_si512();
  }
  for (std::size_t i = 0; i < count; i += 4) {
    const std::int8_t* column = columns + i * 64;
    const __m512i column0 = load(column);
    const __m512i column1 = load(column + 64);
    const __m512i column2 = load(column + 128);
    const __m512i column3 = load(column + 192);
#pragma clang loop unroll(full)
    for (std::size_t r = 0; r < 4; ++r) {
      std::int32_t four = 0;
      __builtin_memcpy(&four, rows + r * stride + i, sizeof four);
      const __m512i row = _mm512_set1_epi32(four);
      sums[r][0] = _mm512_dpbusd_epi32(sums[r][0], row, column0);
      sums[r][1] = _mm512_dpbusd_epi32(sums[r][1], row, column1);
      sums[r][2] = _mm512_dpbusd_epi32(sums[r][2], row, column2);
      sums[r][3] = _mm512_dpbusd_epi32(sums[r][3], row, column3);
    }
  }
  for (std::size_t r = 0; r < 4; ++r) {
    for (std::size_t c = 0; c < 4; ++c) _mm512_storeu_si512(out + r * 64 + c * 16, sums[r][c]);
  }
}

AIVA_AVX512 std::int32_t sum_of_bits(const std::uint8_t* code, const std::int8_t* query,
                                     std::size_t count) {
  __m512i sum = _mm512_setzero_si512();
  for (std::size_t i = 0; i < count; i += 64) {
    std::uint64_t bits = 0;
    __builtin_memcpy(&bits, code + i / 8, sizeof bits);
    sum = _mm512_dpbusd_epi32(sum, _mm512_maskz_set1_epi8(bits, 1), load(query + i));
  }
  return _mm512_reduce_add_epi32(sum);
}

AIVA_AVX512 __m512i table_of(const std::uint8_t* table) {
  return _mm512_broadcast_i32x4(_mm_loadu_si128(reinterpret_cast<const __m128i*>(table)));
}

// A permutation of bytes looks at the low six bits of an index, and the tables repeat every 16
// entries: so nothing needs masking.
AIVA_AVX512 __m512i entries_of(const std::uint8_t* codes, const std::uint8_t* tables) {
  const __m512i code = load(codes);
  const __m512i low = _mm512_permutexvar_epi8(code, table_of(tables));
  const __m512i high = _mm512_permutexvar_epi8(_mm512_srli_epi16(code, 4), table_of(tables + 16));
  return _mm512_add_epi8(low, high);
}

AIVA_AVX512 void sum_block(const std::uint8_t* codes, std::size_t columns,
                           const std::uint8_t* tables, std::uint16_t* sums) {
  __m512i both = _mm512_setzero_si512();  // sums of even bytes + 256 * sums of odd bytes
  __m512i odd = both;
  for (std::size_t column = 0; column < columns; column += 4) {
    const std::uint8_t* code = codes + column * 64;
    const std::uint8_t* table = tables + column * 32;
    const __m512i four = _mm512_add_epi8(
        _mm512_add_epi8(entries_of(code, table), entries_of(code + 64, table + 32)),
        _mm512_add_epi8(entries_of(code + 128, table + 64), entries_of(code + 192, table + 96)));
    both = _mm512_add_epi16(both, four);
    odd = _mm512_add_epi16(odd, _mm512_srli_epi16(four, 8));
  }
  _mm512_storeu_si512(sums, _mm512_sub_epi16(both, _mm512_slli_epi16(odd, 8)));
  _mm512_storeu_si512(sums + 32, odd);
}

AIVA_AVX512 std::uint64_t estimate_block(const std::uint16_t* sums, const float* scales,
                                         const float* offsets, const EstimateTerms& terms,
                                         float least, float* estimates) {
  const __m512 sum_offset = _mm512_set1_ps(terms.sum_offset);
  const __m512 sum_scale = _mm512_set1_ps(terms.sum_scale);
  const __m512 base = _mm512_set1_ps(terms.base);
  const __m512 bound = _mm512_set1_ps(least);
  std::uint64_t above = 0;
  for (std::size_t i = 0; i < 64; i += 16) {
    const __m256i words = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(sums + i));
    const __m512 sum = _mm512_cvtepi32_ps(_mm512_cvtepu16_epi32(words));
    const __m512 estimate =
        _mm512_fmadd_ps(_mm512_fmadd_ps(sum_scale, sum, sum_offset), _mm512_loadu_ps(scales + i),
                        _mm512_add_ps(_mm512_loadu_ps(offsets + i), base));
    _mm512_storeu_ps(estimates + i, estimate);
    above |= static_cast<std::uint64_t>(_mm512_cmp_ps_mask(estimate, bound, _CMP_GT_OQ)) << i;
  }
  return above;
}

// One step inside a register: lanes whose bit is clear get a + b, their partners a - b.
AIVA_AVX512 __m512 butterfly(__m512 lanes, __m512 partners, __mmask16 second) {
  return _mm512_mask_sub_ps(_mm512_add_ps(lanes, partners), second, partners, lanes);
}

AIVA_AVX512 void hadamard(float* values, std::size_t count) {
  for (std::size_t i = 0; i < count; i += 16) {
    __m512 lanes = _mm512_loadu_ps(values + i);
    lanes = butterfly(lanes, _mm512_permute_ps(lanes, 0xb1), 0xaaaa);
    lanes = butterfly(lanes, _mm512_permute_ps(lanes, 0x4e), 0xcccc);
    lanes = butterfly(lanes, _mm512_shuffle_f32x4(lanes, lanes, 0xb1), 0xf0f0);
    lanes = butterfly(lanes, _mm512_shuffle_f32x4(lanes, lanes, 0x4e), 0xff00);
    _mm512_storeu_ps(values + i, lanes);
  }
  for (std::size_t half = 16; half < count; half *= 2) {
    for (std::size_t start = 0; start < count; start += half * 2) {
      for (std::size_t i = start; i < start + half; i += 16) {
        const __m512 a = _mm512_loadu_ps(values + i);
        const __m512 b = _mm512_loadu_ps(values + i + half);
        _mm512_storeu_ps(values + i, _mm512_add_ps(a, b));
        _mm512_storeu_ps(values + i + half, _mm512_sub_ps(a, b));
      }
    }
  }
}

AIVA_AVX512 void subtract(const float* query, const float* centre, std::size_t count,
                          float* residual, ResidualTerms& terms) {
  query_kernels::subtract(query, centre, count, residual, terms);
}

AIVA_AVX512 void bytes_of_floats(const float* values, std::size_t count, float steps,
                                 std::int8_t* bytes) {
  query_kernels::bytes_of_floats(values, count, steps, bytes);
}

AIVA_AVX512 void widths_of_fours(const float* values, std::size_t count, float& widest,
                                 float& total) {
  query_kernels::widths_of_fours(values, count, widest, total);
}

AIVA_AVX512 void tables_of_fours(const float* values, std::size_t count, float steps,
                                 std::uint8_t* tables) {
  query_kernels::tables_of_fours(values, count, steps, tables);
}

AIVA_AVX512 void set_signs(float* values, const std::uint64_t* positive, std::size_t count,
                           float size) {
  query_kernels::set_signs(values, positive, count, size);
}

constexpr VectorKernels avx512_kernels{
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

const VectorKernels* avx512_vector_kernels() {
  const bool is_supported =
      __builtin_cpu_supports("avx512f") != 0 && __builtin_cpu_supports("avx512bw") != 0 &&
      __builtin_cpu_supports("avx512vl") != 0 && __builtin_cpu_supports("avx512dq") != 0 &&
      __builtin_cpu_supports("avx512vnni") != 0 && __builtin_cpu_supports("avx512vbmi") != 0;
  return is_supported ? &avx512_kernels : nullptr;
}

}  // namespace aiva::retrieval

#else

namespace aiva::retrieval {

const VectorKernels* avx512_vector_kernels() { return nullptr; }

}  // namespace aiva::retrieval

#endif
