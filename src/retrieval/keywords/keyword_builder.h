#pragma once

#include <cstddef>
#include <memory>
#include <string_view>

#include "retrieval/keywords/analysis.h"
#include "retrieval/segments/sections.h"

namespace aiva::retrieval {

// So many rows fit into one keyword block.
inline constexpr std::size_t keyword_rows_max = 1U << 24U;

// What is found of one row, in UTF-8. `language` is ISO 639-1, or empty when it is not known.
struct KeywordText {
  std::string_view body{};
  std::string_view heading{};
  std::string_view title{};
  std::string_view language{};
};

// Collects the keywords of rows and writes them as the keyword sections of a segment. Not for more
// than keyword_rows_max rows.
class KeywordBuilder {
 public:
  // The analyzer must outlive the builder.
  explicit KeywordBuilder(Analyzer& analyzer);
  ~KeywordBuilder();
  KeywordBuilder(KeywordBuilder&& other) noexcept;
  KeywordBuilder& operator=(KeywordBuilder&& other) noexcept;

  // The text of the next row.
  void add(const KeywordText& text);
  [[nodiscard]] std::size_t rows() const;
  // The memory held; `finish` needs up to twice as much beside its sections.
  [[nodiscard]] std::size_t bytes() const;
  // Writes the sections of all rows and leaves the builder empty.
  void finish(SectionSink& sink);

 private:
  class Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace aiva::retrieval
