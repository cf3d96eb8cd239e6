#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "documents/tokens/token_ranks.h"

namespace aiva::documents {

// Merging pairs of bytes as its definition says, slowly.
inline std::size_t merge_by_definition(const TokenRanks& ranks, std::string_view word) {
  std::vector<std::string> parts;
  for (char c : word) parts.emplace_back(1, c);
  for (;;) {
    auto lowest = TokenRanks::none;
    std::size_t best = 0;
    for (std::size_t i = 0; i + 1 < parts.size(); ++i) {
      auto rank = ranks.rank(parts[i] + parts[i + 1]);
      if (rank >= lowest) continue;
      lowest = rank;
      best = i;
    }
    if (lowest == TokenRanks::none) return parts.size();
    parts[best] += parts[best + 1];
    parts.erase(parts.begin() + static_cast<std::ptrdiff_t>(best) + 1);
  }
}

}  // namespace aiva::documents
