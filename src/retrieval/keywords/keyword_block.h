#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "foundation/result.h"
#include "retrieval/keywords/block_format.h"
#include "retrieval/segments/sections.h"

namespace aiva::retrieval {

// The keyword sections of one segment, as views into them: the table's memory must outlive it.
// Nothing in the sections is trusted: sizes are checked when it is opened, all else where it is
// read, so that damage costs hits and never more. Immutable; any number of threads may read it.
class KeywordBlock {
 public:
  // Without rows and terms.
  KeywordBlock() = default;

  // Fails with `internal` when the sections do not belong together. Does not look at every term.
  static Result<KeywordBlock> open(const SectionTable& sections);

  [[nodiscard]] std::size_t rows() const { return lengths_.size(); }
  [[nodiscard]] std::size_t terms() const { return entries_.size(); }
  // What all sections together take.
  [[nodiscard]] std::size_t bytes() const;
  // What a search touches without regard to its words; the rest may be evicted.
  [[nodiscard]] std::size_t resident_bytes() const;
  // The languages that rows have, those of most rows first; unknown ones are left out.
  [[nodiscard]] std::vector<std::string> languages() const;

  // How many words all rows together have.
  [[nodiscard]] std::uint64_t words() const { return words_; }
  // The number of words of each row.
  [[nodiscard]] std::span<const std::uint16_t> lengths() const { return lengths_; }
  // The row's index into the languages of the facts.
  [[nodiscard]] std::span<const std::uint8_t> row_languages() const { return row_languages_; }
  [[nodiscard]] const keyword_format::Facts& facts() const { return facts_; }

  // The place of a term, or where it would be: `terms()` when all are smaller.
  [[nodiscard]] std::size_t lower_bound(std::string_view term) const;
  // The bytes of a term; empty when its place is damaged.
  [[nodiscard]] std::string_view term(std::size_t index) const;
  // The postings of a term; without rows when the term is damaged.
  [[nodiscard]] keyword_format::PostingList postings(std::size_t index) const;
  // The postings of a term by its bytes; without rows when the block has none.
  [[nodiscard]] keyword_format::PostingList find(std::string_view term) const;

 private:
  keyword_format::Facts facts_{};
  std::uint64_t words_ = 0;
  std::span<const std::uint16_t> lengths_;
  std::span<const std::uint8_t> row_languages_;
  std::span<const std::byte> term_bytes_;
  std::span<const std::uint32_t> term_offsets_;
  std::span<const std::uint64_t> term_keys_;
  std::span<const keyword_format::TermEntry> entries_;
  std::span<const keyword_format::BlockBound> bounds_;
  std::span<const std::byte> postings_;
  std::span<const std::byte> positions_;
};

// The languages of several blocks, those of most rows first.
std::vector<std::string> languages_of(std::span<const KeywordBlock* const> blocks);

}  // namespace aiva::retrieval
