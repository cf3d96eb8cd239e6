#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "capabilities/evaluation/golden_set.h"
#include "capabilities/knowledge/types.h"

namespace aiva::evaluation {

// How well hits, best first, answer a question.
struct Judgement {
  std::vector<int> grades;               // of each hit, 0…3
  std::vector<std::size_t> found_first;  // of each target that counts: the hit that brings it up
                                         // first, or not_found
  std::vector<int> target_grades;        // of these targets

  static constexpr std::size_t not_found = static_cast<std::size_t>(-1);
};

// Which document stands for which, where a knowledge base is a copy of another.
using DocumentAliases = std::unordered_map<DocumentId, DocumentId>;

// Compares passages with what golden questions expect of them. Texts compare as keyword searches
// compare them: case, compatibility forms and runs of white space do not count.
class Judge {
 public:
  // `aliases` (may be null) is borrowed: from the documents of hits to those the targets name.
  explicit Judge(const GoldenQuestion& question, const DocumentAliases* aliases = nullptr);

  // A hit has the grade of the best target it fits, and 0 if it fits one of grade 0.
  [[nodiscard]] Judgement judge(std::span<const knowledge::Chunk* const> hits) const;
  // Whether the passage, with text_of() it, is what target `index` of the question describes.
  [[nodiscard]] bool fits(const knowledge::Chunk& chunk, const std::string& text,
                          std::size_t index) const;
  // Heading and text of a passage in the form in which they are compared.
  static std::string text_of(const knowledge::Chunk& chunk);

 private:
  struct Wanted {
    Target target;
    std::string contains;  // in the form in which texts are compared
    std::optional<DocumentId> document;
  };
  [[nodiscard]] bool fits(const knowledge::Chunk& chunk, const std::string& text,
                          const Wanted& wanted) const;

  std::vector<Wanted> wanted_;
  const DocumentAliases* aliases_;
};

// A text in the form in which `contains` is looked for.
std::string comparable(std::string_view text);

// Whether a document of this name is the one a target names.
bool is_named(std::string_view document_name, std::string_view wanted);

}  // namespace aiva::evaluation
