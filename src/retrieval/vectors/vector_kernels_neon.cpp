#include "retrieval/vectors/vector_kernels.h"

#if defined(__aarch64__)

#include <arm_neon.h>

#include "retrieval/vectors/query_kernels.h"

namespace aiva::retrieval {
namespace {

float32x4_t load_halves(const std::uint16_t* from) {
  return vcvt_f32_f16(vreinterpret_f16_u16(vld1_u16(from)));
}

float dot_halves(const float* query, const std::uint16_t* row, std::size_t count) {
  float32x4_t sum0 = vdupq_n_f32(0);
  float32x4_t sum1 = sum0;
  std::size_t i = 0;
  for (; i + 8 <= count; i += 8) {
    sum0 = vfmaq_f32(sum0, vld1q_f32(query + i), load_halves(row + i));
    sum1 = vfmaq_f32(sum1, vld1q_f32(query + i + 4), load_halves(row + i + 4));
  }
  return vaddvq_f32(vaddq_f32(sum0, sum1)) +
         scalar_vector_kernels().dot_halves(query + i, row + i, count - i);
}

float distance_halves(const float* query, const std::uint16_t* row, std::size_t count) {
  float32x4_t sum = vdupq_n_f32(0);
  std::size_t i = 0;
  for (; i + 4 <= count; i += 4) {
    const float32x4_t difference = vsubq_f32(vld1q_f32(query + i), load_halves(row + i));
    sum = vfmaq_f32(sum, difference, difference);
  }
  return vaddvq_f32(sum) + scalar_vector_kernels().distance_halves(query + i, row + i, count - i);
}

std::int32_t dot_bytes(const std::uint8_t* row, const std::int8_t* query, std::size_t count) {
  int32x4_t sum = vdupq_n_s32(0);
  for (std::size_t i = 0; i < count; i += 8) {
    const int16x8_t a = vreinterpretq_s16_u16(vmovl_u8(vld1_u8(row + i)));
    const int16x8_t b = vmovl_s8(vld1_s8(query + i));
    sum = vmlal_s16(sum, vget_low_s16(a), vget_low_s16(b));
    sum = vmlal_high_s16(sum, a, b);
  }
  return vaddvq_s32(sum);
}

std::int32_t sum_of_bits(const std::uint8_t* code, const std::int8_t* query, std::size_t count) {
  constexpr std::uint8_t bit_values[8] = {1, 2, 4, 8, 16, 32, 64, 128};
  const uint8x8_t bits = vld1_u8(bit_values);
  int32x4_t sum = vdupq_n_s32(0);
  for (std::size_t i = 0; i < count; i += 8) {
    const uint8x8_t is_set = vtst_u8(vdup_n_u8(code[i / 8]), bits);
    const int8x8_t chosen = vand_s8(vreinterpret_s8_u8(is_set), vld1_s8(query + i));
    sum = vpadalq_s16(sum, vmovl_s8(chosen));
  }
  return vaddvq_s32(sum);
}

uint8x16_t entries_of(const std::uint8_t* codes, const std::uint8_t* tables) {
  const uint8x16_t code = vld1q_u8(codes);
  const uint8x16_t low = vqtbl1q_u8(vld1q_u8(tables), vandq_u8(code, vdupq_n_u8(15)));
  const uint8x16_t high = vqtbl1q_u8(vld1q_u8(tables + 16), vshrq_n_u8(code, 4));
  return vaddq_u8(low, high);
}

void sum_block(const std::uint8_t* codes, std::size_t columns, const std::uint8_t* tables,
               std::uint16_t* sums) {
  for (std::size_t part = 0; part < 4; ++part) {
    uint16x8_t both = vdupq_n_u16(0);  // sums of even bytes + 256 * sums of odd bytes
    uint16x8_t odd = both;
    for (std::size_t column = 0; column < columns; column += 4) {
      const std::uint8_t* code = codes + column * 64 + part * 16;
      const std::uint8_t* table = tables + column * 32;
      const uint8x16_t four = vaddq_u8(
          vaddq_u8(entries_of(code, table), entries_of(code + 64, table + 32)),
          vaddq_u8(entries_of(code + 128, table + 64), entries_of(code + 192, table + 96)));
      both = vaddq_u16(both, vreinterpretq_u16_u8(four));
      odd = vaddq_u16(odd, vshrq_n_u16(vreinterpretq_u16_u8(four), 8));
    }
    vst1q_u16(sums + part * 8, vsubq_u16(both, vshlq_n_u16(odd, 8)));
    vst1q_u16(sums + 32 + part * 8, odd);
  }
}

void subtract(const float* query, const float* centre, std::size_t count, float* residual,
              ResidualTerms& terms) {
  query_kernels::subtract(query, centre, count, residual, terms);
}

void bytes_of_floats(const float* values, std::size_t count, float steps, std::int8_t* bytes) {
  query_kernels::bytes_of_floats(values, count, steps, bytes);
}

void widths_of_fours(const float* values, std::size_t count, float& widest, float& total) {
  query_kernels::widths_of_fours(values, count, widest, total);
}

void tables_of_fours(const float* values, std::size_t count, float steps, std::uint8_t* tables) {
  query_kernels::tables_of_fours(values, count, steps, tables);
}

void set_signs(float* values, const std::uint64_t* positive, std::size_t count, float size) {
  query_kernels::set_signs(values, positive, count, size);
}

// The rest is either rare or made of plain loops that the compiler turns into vectors.
VectorKernels make_neon_kernels() {
  VectorKernels kernels = scalar_vector_kernels();
  kernels.dot_halves = dot_halves;
  kernels.distance_halves = distance_halves;
  kernels.dot_bytes = dot_bytes;
  kernels.sum_of_bits = sum_of_bits;
  kernels.sum_block = sum_block;
  kernels.subtract = subtract;
  kernels.bytes_of_floats = bytes_of_floats;
  kernels.widths_of_fours = widths_of_fours;
  kernels.tables_of_fours = tables_of_fours;
  kernels.set_signs = set_signs;
  return kernels;
}

}  // namespace

const VectorKernels* neon_vector_kernels() {
  static const VectorKernels kernels = make_neon_kernels();
  return &kernels;
}

}  // namespace aiva::retrieval

#else

namespace aiva::retrieval {

const VectorKernels* neon_vector_kernels() { return nullptr; }

}  // namespace aiva::retrieval

#endif
