#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "load/made_passages.h"

namespace aiva::crash {

inline constexpr std::uint64_t documents = 50;  // of a knowledge base

// What happens to a knowledge base, version by version: always the same, so that whoever knows the
// version an index shows knows its rows.
class History {
 public:
  explicit History(std::uint64_t seed) : seed_(seed) {}

  struct Step {
    std::vector<DocumentId> removed{};
    std::vector<IndexedPassage> added{};
  };
  // What leads from one version to a later one, as reading the changed documents gives it.
  [[nodiscard]] Step step(std::int64_t from, std::int64_t to) const;
  [[nodiscard]] std::vector<IndexedPassage> rows(std::int64_t version) const;

 private:
  // The revision of each document that has been touched in (from, to]; 0: it is gone.
  [[nodiscard]] std::map<std::uint64_t, std::uint64_t> touched(std::int64_t from,
                                                               std::int64_t to) const;

  std::uint64_t seed_;
};

}  // namespace aiva::crash
