#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace aiva::retrieval {

// Which rows of a segment a search may see: bit i of word i / 64 speaks of row i. An empty `dead`
// says that none is, an empty `allowed` that all are.
struct RowMask {
  std::span<const std::uint64_t> dead{};
  std::span<const std::uint64_t> allowed{};
  std::size_t allowed_count = 0;  // bits set in `allowed`; unused when it is empty

  [[nodiscard]] bool sees(std::size_t row) const {
    return !is_set(dead, row) && (allowed.empty() || is_set(allowed, row));
  }
  [[nodiscard]] bool is_open() const { return dead.empty() && allowed.empty(); }

 private:
  static bool is_set(std::span<const std::uint64_t> bits, std::size_t row) {
    return row / 64 < bits.size() && (bits[row / 64] >> row % 64 & 1U) != 0;
  }
};

}  // namespace aiva::retrieval
