#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "retrieval/vectors/vector_kernels.h"

// What makes a query ready, written once over sixteen lanes: each set of kernels puts these bodies
// into functions of its own instructions. Counts are multiples of 64.
namespace aiva::retrieval::query_kernels {

// The compiler's vectors: operators work on all lanes, a comparison gives -1 or 0 in each.
using Floats = float __attribute__((vector_size(64)));
using Integers = std::int32_t __attribute__((vector_size(64)));
using Bytes = std::int8_t __attribute__((vector_size(16)));

inline constexpr std::size_t lanes = 16;

[[gnu::always_inline]] inline void subtract(const float* query, const float* centre,
                                            std::size_t count, float* residual,
                                            ResidualTerms& terms) {
  Floats norm = {};
  Floats with_centre = {};
  Floats largest = {};
  for (std::size_t i = 0; i < count; i += lanes) {
    Floats q;
    Floats c;
    std::memcpy(&q, query + i, sizeof q);
    std::memcpy(&c, centre + i, sizeof c);
    const Floats r = q - c;
    std::memcpy(residual + i, &r, sizeof r);
    norm += r * r;
    with_centre += q * c;
    const Floats size = r < 0 ? -r : r;
    largest = size > largest ? size : largest;
  }
  terms = {};
  for (std::size_t lane = 0; lane < lanes; ++lane) {
    terms.norm += norm[lane];
    terms.with_centre += with_centre[lane];
    terms.largest = largest[lane] > terms.largest ? largest[lane] : terms.largest;
  }
}

[[gnu::always_inline]] inline void bytes_of_floats(const float* values, std::size_t count,
                                                   float steps, std::int8_t* bytes) {
  for (std::size_t i = 0; i < count; i += lanes) {
    Floats value;
    std::memcpy(&value, values + i, sizeof value);
    // In two statements, so that no set rounds once where another rounds twice.
    value = value * steps;
    value = value + 128.5F;
    const Integers whole = __builtin_convertvector(value, Integers) - 128;
    const Bytes narrow = __builtin_convertvector(whole, Bytes);
    std::memcpy(bytes + i, &narrow, sizeof narrow);
  }
}

[[gnu::always_inline]] inline void widths_of_fours(const float* values, std::size_t count,
                                                   float& widest, float& total) {
  Floats most = {};
  Floats sum = {};
  for (std::size_t i = 0; i < count; i += lanes) {
    Floats value;
    std::memcpy(&value, values + i, sizeof value);
    const Floats size = value < 0 ? -value : value;
    sum += size;
    const Floats pairs = size + __builtin_shufflevector(size, size, 1, 0, 3, 2, 5, 4, 7, 6, 9, 8,
                                                        11, 10, 13, 12, 15, 14);
    const Floats fours = pairs + __builtin_shufflevector(pairs, pairs, 2, 3, 0, 1, 6, 7, 4, 5, 10,
                                                         11, 8, 9, 14, 15, 12, 13);
    most = fours > most ? fours : most;
  }
  widest = 0;
  total = 0;
  for (std::size_t lane = 0; lane < lanes; ++lane) {
    total += sum[lane];
    widest = most[lane] > widest ? most[lane] : widest;
  }
}

// The lane of a table is the nibble it stands for.
[[gnu::always_inline]] inline void tables_of_fours(const float* values, std::size_t count,
                                                   float steps, std::uint8_t* tables) {
  constexpr Integers nibbles = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
  for (std::size_t i = 0; i < count; i += 4) {
    Floats entries = {};
    for (int j = 0; j < 4; ++j) {
      const float value = 2 * steps * values[i + static_cast<std::size_t>(j)];
      const Floats if_set = Floats{} + (value > 0 ? value : 0);
      const Floats if_clear = Floats{} + (value < 0 ? -value : 0);
      entries += (nibbles & 1 << j) != 0 ? if_set : if_clear;
    }
    // None is below 0, so that truncation rounds to the nearest.
    Integers whole = __builtin_convertvector(entries + 0.5F, Integers);
    whole = whole > table_entry_max ? Integers{} + table_entry_max : whole;
    const Bytes narrow = __builtin_convertvector(whole, Bytes);
    std::memcpy(tables + i * 4, &narrow, sizeof narrow);
  }
}

[[gnu::always_inline]] inline void set_signs(float* values, const std::uint64_t* positive,
                                             std::size_t count, float size) {
  constexpr Integers bits = {1,      1 << 1, 1 << 2,  1 << 3,  1 << 4,  1 << 5,  1 << 6,  1 << 7,
                             1 << 8, 1 << 9, 1 << 10, 1 << 11, 1 << 12, 1 << 13, 1 << 14, 1 << 15};
  const Floats plus = Floats{} + size;
  for (std::size_t i = 0; i < count; i += lanes) {
    const auto word = static_cast<std::int32_t>(positive[i / 64] >> i % 64 & 0xffffU);
    Floats value;
    std::memcpy(&value, values + i, sizeof value);
    value = value * ((bits & word) != 0 ? plus : -plus);
    std::memcpy(values + i, &value, sizeof value);
  }
}

}  // namespace aiva::retrieval::query_kernels
