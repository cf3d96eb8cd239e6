#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace aiva {

// A set of byte strings, each with an id, for walking a text byte by byte: a double-array trie
// (Aoe 1989), one array look-up a byte. Immutable once built.
class PieceTrie {
 public:
  static constexpr std::int32_t none = -1;
  static constexpr std::int32_t root = 0;

  // Of equal strings the one with the highest id counts. Strings must not be empty.
  explicit PieceTrie(std::vector<std::pair<std::string, std::int32_t>> pieces);

  // The node behind `node` after `byte`, or none.
  [[nodiscard]] std::int32_t child(std::int32_t node, unsigned char byte) const {
    const auto next = units_[static_cast<std::size_t>(node)].base + byte;
    return units_[static_cast<std::size_t>(next)].parent == node ? next : none;
  }
  // The id of the string that ends at `node`, or none.
  [[nodiscard]] std::int32_t id(std::int32_t node) const {
    return units_[static_cast<std::size_t>(node)].id;
  }

 private:
  struct Unit {
    std::int32_t base = 1;
    std::int32_t parent = none;
    std::int32_t id = none;
  };
  struct Branch;

  void place(const std::vector<std::pair<std::string, std::int32_t>>& pieces, Branch branch);
  std::int32_t find_base(const std::vector<unsigned char>& bytes);

  std::vector<Unit> units_;
  std::int32_t first_free_ = 1;
};

}  // namespace aiva
