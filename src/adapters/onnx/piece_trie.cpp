#include "adapters/onnx/piece_trie.h"

#include <algorithm>

namespace aiva {
namespace {

constexpr std::int32_t occupied_by_root = -2;
constexpr std::size_t bytes_of_alphabet = 256;
constexpr std::int32_t steps_max = 64;

}  // namespace

// The sorted pieces [first, last) that share their first `depth` bytes, which lead to `node`.
struct PieceTrie::Branch {
  std::int32_t node = root;
  std::size_t first = 0;
  std::size_t last = 0;
  std::size_t depth = 0;
};

PieceTrie::PieceTrie(std::vector<std::pair<std::string, std::int32_t>> pieces) {
  std::ranges::sort(pieces);
  units_.resize(bytes_of_alphabet + 2);
  units_[root].parent = occupied_by_root;
  place(pieces, {.last = pieces.size()});
}

void PieceTrie::place(const std::vector<std::pair<std::string, std::int32_t>>& pieces,
                      Branch branch) {
  std::vector<unsigned char> bytes;
  std::vector<Branch> children;
  for (std::size_t i = branch.first; i < branch.last; ++i) {
    const auto& [piece, id] = pieces[i];
    if (piece.size() == branch.depth) {
      units_[static_cast<std::size_t>(branch.node)].id = id;
      continue;
    }
    const auto byte = static_cast<unsigned char>(piece[branch.depth]);
    if (bytes.empty() || bytes.back() != byte) {
      bytes.push_back(byte);
      children.push_back({.first = i, .last = i, .depth = branch.depth + 1});
    }
    children.back().last = i + 1;
  }
  if (bytes.empty()) return;

  const auto base = find_base(bytes);
  units_[static_cast<std::size_t>(branch.node)].base = base;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    children[i].node = base + bytes[i];
    units_[static_cast<std::size_t>(children[i].node)].parent = branch.node;
  }
  for (const auto& child : children) place(pieces, child);
}

// A base whose places for all `bytes` are free. Keeps a whole alphabet of room behind
// every base, so that child() needs no bound check.
std::int32_t PieceTrie::find_base(const std::vector<unsigned char>& bytes) {
  auto is_free = [this](std::int32_t place) {
    return units_[static_cast<std::size_t>(place)].parent == none;
  };
  while (!is_free(first_free_)) ++first_free_;
  const auto first_base = std::max(1, first_free_ - bytes.front());
  for (auto base = first_base;; ++base) {
    const auto size_needed = static_cast<std::size_t>(base) + bytes_of_alphabet + 1;
    if (units_.size() < size_needed) units_.resize(size_needed);
    if (!std::ranges::all_of(bytes, [&](unsigned char byte) { return is_free(base + byte); }))
      continue;
    // Holes too small for most are given up, or every search would walk over all of them.
    if (base - first_base > steps_max) first_free_ = base;
    return base;
  }
}

}  // namespace aiva
