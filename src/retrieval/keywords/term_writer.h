#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "retrieval/keywords/block_format.h"
#include "retrieval/keywords/posting_block.h"
#include "retrieval/segments/sections.h"

namespace aiva::retrieval {

// A row that has a term: how often in each field, and where, as varints of the distances between
// the places (none for stems).
struct Posting {
  std::uint32_t row = 0;
  std::uint32_t body = 0;
  std::uint32_t heading = 0;
  std::uint32_t title = 0;
  std::span<const std::byte> positions{};
};

// The rows of a segment as the keyword sections know them.
struct RowFacts {
  std::vector<std::uint16_t> lengths;
  std::vector<std::uint8_t> languages;          // indexes into language_codes
  std::vector<std::string> language_codes{""};  // the first is no language

  // The index of a language; that of none when there are too many already.
  std::uint8_t language_index(std::string_view code);
};

// Writes terms in ascending order, and for each its postings in ascending order, into the keyword
// sections of a segment.
class TermWriter {
 public:
  // The rows must outlive the writer.
  explicit TermWriter(const RowFacts& rows) : rows_(rows) {}

  void begin_term(std::string_view term);
  void add(const Posting& posting);
  // A term without postings is left out.
  void end_term();
  // Writes all sections.
  void finish(SectionSink& sink);

 private:
  void flush_block();
  void reuse_equal_postings();
  [[nodiscard]] keyword_format::Facts facts() const;

  const RowFacts& rows_;
  std::string terms_;
  std::vector<std::uint32_t> term_offsets_{0};
  std::vector<std::uint64_t> term_keys_;
  std::vector<keyword_format::TermEntry> entries_;
  std::vector<keyword_format::BlockBound> bounds_;
  std::vector<std::byte> postings_;
  std::vector<std::byte> positions_;
  std::unordered_map<std::uint64_t, std::pair<std::uint64_t, std::uint64_t>> lists_;

  keyword_format::TermEntry entry_{};
  std::string term_;
  PostingBlock block_;
  std::uint32_t row_floor_ = 0;
  std::size_t block_positions_ = 0;  // where the positions of the open block begin
};

}  // namespace aiva::retrieval
