#include "retrieval/kernels.h"

#include "foundation/result.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace aiva::retrieval {
namespace {

// One row after another reads memory as fast as it goes; sharing the query's loads between several
// rows was measured slower beyond the caches and no faster within them.

float dot_scalar(const float* a, const float* b, std::size_t dimension) {
  float sum = 0;
  for (std::size_t i = 0; i < dimension; ++i) sum += a[i] * b[i];
  return sum;
}

void dot_rows_scalar(const float* query, const float* rows, std::size_t count,
                     std::size_t dimension, float* out) {
  for (std::size_t i = 0; i < count; ++i)
    out[i] = dot_scalar(query, rows + i * dimension, dimension);
}

constexpr Kernels scalar_kernels{dot_scalar, dot_rows_scalar};

#if defined(__x86_64__)

__attribute__((target("avx2,fma"))) float sum_lanes(__m256 lanes) {
  __m128 half = _mm_add_ps(_mm256_castps256_ps128(lanes), _mm256_extractf128_ps(lanes, 1));
  half = _mm_add_ps(half, _mm_movehl_ps(half, half));
  half = _mm_add_ss(half, _mm_movehdup_ps(half));
  return _mm_cvtss_f32(half);
}

__attribute__((target("avx2,fma"))) float dot_avx2(const float* a, const float* b,
                                                   std::size_t dimension) {
  __m256 sum0 = _mm256_setzero_ps();
  __m256 sum1 = sum0;
  __m256 sum2 = sum0;
  __m256 sum3 = sum0;
  std::size_t i = 0;
  for (; i + 32 <= dimension; i += 32) {
    sum0 = _mm256_fmadd_ps(_mm256_loadu_ps(a + i), _mm256_loadu_ps(b + i), sum0);
    sum1 = _mm256_fmadd_ps(_mm256_loadu_ps(a + i + 8), _mm256_loadu_ps(b + i + 8), sum1);
    sum2 = _mm256_fmadd_ps(_mm256_loadu_ps(a + i + 16), _mm256_loadu_ps(b + i + 16), sum2);
    sum3 = _mm256_fmadd_ps(_mm256_loadu_ps(a + i + 24), _mm256_loadu_ps(b + i + 24), sum3);
  }
  for (; i + 8 <= dimension; i += 8)
    sum0 = _mm256_fmadd_ps(_mm256_loadu_ps(a + i), _mm256_loadu_ps(b + i), sum0);
  float sum = sum_lanes(_mm256_add_ps(_mm256_add_ps(sum0, sum1), _mm256_add_ps(sum2, sum3)));
  for (; i < dimension; ++i) sum += a[i] * b[i];
  return sum;
}

__attribute__((target("avx2,fma"))) void dot_rows_avx2(const float* query, const float* rows,
                                                       std::size_t count, std::size_t dimension,
                                                       float* out) {
  for (std::size_t i = 0; i < count; ++i) out[i] = dot_avx2(query, rows + i * dimension, dimension);
}

constexpr Kernels avx2_kernels{dot_avx2, dot_rows_avx2};

__attribute__((target("avx512f"))) __mmask16 mask_of_first(std::size_t count) {
  return static_cast<__mmask16>((1U << count) - 1U);
}

__attribute__((target("avx512f"))) float dot_avx512(const float* a, const float* b,
                                                    std::size_t dimension) {
  __m512 sum0 = _mm512_setzero_ps();
  __m512 sum1 = sum0;
  __m512 sum2 = sum0;
  __m512 sum3 = sum0;
  std::size_t i = 0;
  for (; i + 64 <= dimension; i += 64) {
    sum0 = _mm512_fmadd_ps(_mm512_loadu_ps(a + i), _mm512_loadu_ps(b + i), sum0);
    sum1 = _mm512_fmadd_ps(_mm512_loadu_ps(a + i + 16), _mm512_loadu_ps(b + i + 16), sum1);
    sum2 = _mm512_fmadd_ps(_mm512_loadu_ps(a + i + 32), _mm512_loadu_ps(b + i + 32), sum2);
    sum3 = _mm512_fmadd_ps(_mm512_loadu_ps(a + i + 48), _mm512_loadu_ps(b + i + 48), sum3);
  }
  for (; i + 16 <= dimension; i += 16)
    sum0 = _mm512_fmadd_ps(_mm512_loadu_ps(a + i), _mm512_loadu_ps(b + i), sum0);
  if (i < dimension) {
    const auto mask = mask_of_first(dimension - i);
    sum1 = _mm512_fmadd_ps(_mm512_maskz_loadu_ps(mask, a + i), _mm512_maskz_loadu_ps(mask, b + i),
                           sum1);
  }
  return _mm512_reduce_add_ps(_mm512_add_ps(_mm512_add_ps(sum0, sum1), _mm512_add_ps(sum2, sum3)));
}

__attribute__((target("avx512f"))) void dot_rows_avx512(const float* query, const float* rows,
                                                        std::size_t count, std::size_t dimension,
                                                        float* out) {
  for (std::size_t i = 0; i < count; ++i)
    out[i] = dot_avx512(query, rows + i * dimension, dimension);
}

constexpr Kernels avx512_kernels{dot_avx512, dot_rows_avx512};

#endif

}  // namespace

bool is_supported(KernelSet set) {
  switch (set) {
    case KernelSet::scalar: return true;
#if defined(__x86_64__)
    case KernelSet::avx2:
      return __builtin_cpu_supports("avx2") != 0 && __builtin_cpu_supports("fma") != 0;
    case KernelSet::avx512: return __builtin_cpu_supports("avx512f") != 0;
#else
    case KernelSet::avx2:
    case KernelSet::avx512: return false;
#endif
  }
  return false;
}

KernelSet best_kernel_set() {
  if (is_supported(KernelSet::avx512)) return KernelSet::avx512;
  return is_supported(KernelSet::avx2) ? KernelSet::avx2 : KernelSet::scalar;
}

const Kernels& kernels(KernelSet set) {
  AIVA_ASSERT(is_supported(set));
#if defined(__x86_64__)
  if (set == KernelSet::avx512) return avx512_kernels;
  if (set == KernelSet::avx2) return avx2_kernels;
#endif
  return scalar_kernels;
}

const Kernels& kernels() {
  static const Kernels& best = kernels(best_kernel_set());
  return best;
}

}  // namespace aiva::retrieval
