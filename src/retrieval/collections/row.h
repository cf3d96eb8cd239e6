#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <type_traits>
#include <vector>

#include "foundation/ids.h"
#include "retrieval/vectors/vectors.h"

namespace aiva::retrieval {

// What filters ask of a row besides its group; stored as it is.
struct RowAttributes {
  std::uint32_t page_first = 1;
  std::uint32_t page_last = 1;
  std::uint32_t kind = 0;        // 0…31, the owner's own numbers
  std::uint32_t has_vector = 1;  // 0: the row is found by words only
};
static_assert(std::is_trivially_copyable_v<RowAttributes> && sizeof(RowAttributes) == 16);

// A row to be indexed. Rows of one group come and go together.
struct NewRow {
  Uuid key{};
  Uuid group{};
  RowAttributes attributes{};
  std::string body{};
  std::string heading{};
  std::string title{};
  std::string language{};       // ISO 639-1, or empty
  std::vector<float> vector{};  // `dimension` values, or none
};

// What all rows of a collection have in common.
struct CollectionShape {
  std::size_t dimension = 0;  // of the vectors; 0: there are none
  Metric metric = Metric::cosine;
  std::string model{};  // who made the vectors; another one starts the collection anew
  bool operator==(const CollectionShape&) const = default;

  [[nodiscard]] VectorShape vectors() const { return {dimension, metric}; }
};

inline constexpr std::size_t row_kinds_max = 32;

}  // namespace aiva::retrieval
