#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "capabilities/knowledge/types.h"
#include "foundation/result.h"

namespace aiva::evaluation {

// Which of its two lists a search ranks by.
enum class Lists { both, vectors, words };

std::string_view to_string(Lists lists);

// One way to search and to cut; what is not set is as it is.
struct Setting {
  std::string name{};                     // as it was written; empty: everything as it is
  std::optional<double> vector_weight{};  // of the vector list against 1 of the words, 0…10
  Lists lists = Lists::both;
  // Documents cut anew into a knowledge base of their own for the time of the evaluation.
  std::optional<knowledge::ChunkSettings> chunks{};
};

// Reads "vector_weight=0.5", "lists=words", "chunk_size=800,chunk_overlap=100" and the like; a
// chunk_size of 0 is along the structure. Fails with `invalid`, naming what is wrong.
Result<Setting> parse_setting(std::string_view text);

}  // namespace aiva::evaluation
