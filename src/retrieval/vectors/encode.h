#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "retrieval/vectors/layout.h"

// Residuals as bytes and bits. `centre` is the mean of the rows, everything is rotated.
//
// With r = query - centre and o = row - centre the score is
//   cosine, dot: centre·query + o·r + o·centre
//   l2:          -|r|² - |o|² + 2 o·r
// so base = centre·query or -|r|², offset = o·centre or -|o|², and scale carries the factor 2.
namespace aiva::retrieval {

// Writes o as bytes, each its component in steps of the factors' scale + 128.
RowFactors encode_bytes(Metric metric, std::span<const float> residual,
                        std::span<const float> centre, std::uint8_t* bytes);

// What the code of a row says: the signs of o - m, with m the residual of its list's centre (zeros
// without lists). Then score = base' + factors.offset + factors.scale * Σ ±r where base' is the
// score of the list's centre itself.
class CodeWriter {
 public:
  CodeWriter(Metric metric, std::span<const float> centre, std::span<std::uint8_t> codes,
             std::span<BlockFactors> factors, std::span<std::uint8_t> tails);
  // The code of the row at this position; `residual` is o, `list_centre` m.
  void write(std::size_t position, std::span<const float> residual,
             std::span<const float> list_centre);

 private:
  Metric metric_;
  std::span<const float> centre_;
  std::span<std::uint8_t> codes_;
  std::span<BlockFactors> factors_;
  std::span<std::uint8_t> tails_;
  std::size_t head_;
};

}  // namespace aiva::retrieval
