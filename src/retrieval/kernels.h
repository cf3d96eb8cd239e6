#pragma once

#include <cstddef>

namespace aiva::retrieval {

// The instruction sets we have kernels for, slowest first.
enum class KernelSet { scalar, avx2, avx512 };

// Dot products of float vectors. Sums are taken in another order than written, so results differ
// between sets by rounding.
struct Kernels {
  // The dot product of two vectors of `dimension` floats, with no demand on alignment.
  float (*dot)(const float* a, const float* b, std::size_t dimension) = nullptr;
  // out[i] = dot(query, rows + i * dimension) for i < count.
  void (*dot_rows)(const float* query, const float* rows, std::size_t count, std::size_t dimension,
                   float* out) = nullptr;
};

// The fastest set this machine can run.
KernelSet best_kernel_set();
bool is_supported(KernelSet set);
// The kernels of a set, which must be supported.
const Kernels& kernels(KernelSet set);
// The kernels of the best set.
const Kernels& kernels();

}  // namespace aiva::retrieval
