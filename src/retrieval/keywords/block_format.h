#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace aiva::retrieval::keyword_format {

// How the keyword sections of a segment are laid out, in the byte order of x86 and Arm:
//   keyword_facts           Facts
//   keyword_lengths         the number of words of each row
//   keyword_row_languages   for each row an index into Facts::languages
//   keyword_terms           the bytes of all terms, sorted, end to end
//   keyword_term_offsets    where each term begins, and where the last ends
//   keyword_term_keys       term_key of each 16th term, beginning with the first
//   keyword_posting_offsets TermEntry of each term
//   keyword_postings        packed blocks of postings, see posting_block.h; equal lists stand once
//   keyword_block_bounds    BlockBound of each block of lists with more than one block
//   keyword_positions       varints: of each posting the distances between its places in the row

inline constexpr std::uint32_t facts_magic = 0x4B574F31;
inline constexpr std::uint32_t version = 1;
inline constexpr std::size_t postings_per_block = 128;
inline constexpr std::size_t terms_per_key = 16;
inline constexpr std::size_t languages_max = 64;

// A language and how many rows have it. The first is no language: empty.
struct LanguageCount {
  std::array<char, 4> code{};
  std::uint32_t rows = 0;
};

struct Facts {
  std::uint32_t magic = 0;
  std::uint32_t version = 0;
  std::uint64_t rows = 0;
  std::uint64_t words = 0;
  std::array<LanguageCount, languages_max> languages{};
};

// The first eight bytes of a term as a number that is ordered as they are.
inline std::uint64_t term_key(std::string_view term) {
  std::uint64_t key = 0;
  for (std::size_t i = 0; i < sizeof key; ++i)
    key = key << 8U | (i < term.size() ? static_cast<unsigned char>(term[i]) : 0U);
  return key;
}

struct TermEntry {
  std::uint64_t postings = 0;   // offset of its first block
  std::uint64_t positions = 0;  // offset of its first position; of no meaning for stems
  std::uint32_t rows = 0;
  std::uint32_t bound = 0;  // its first block bound, where it has more than one block
};

// What is known of a block of postings without reading it.
struct BlockBound {
  std::uint32_t row_last = 0;
  std::uint32_t postings = 0;   // offset from the term's first block
  std::uint32_t positions = 0;  // offset from the term's first position
  std::uint16_t body_max = 0;   // the greatest frequencies
  std::uint16_t heading_max = 0;
  std::uint16_t title_max = 0;
  std::uint16_t length_min = 0;  // the shortest row
};

// The postings of one term: views from its first block to the end of the sections.
struct PostingList {
  std::uint32_t rows = 0;
  std::span<const BlockBound> bounds{};  // empty when there is one block only
  std::span<const std::byte> postings{};
  std::span<const std::byte> positions{};

  [[nodiscard]] std::size_t blocks() const {
    return (rows + postings_per_block - 1) / postings_per_block;
  }
  // Whether both are the same list, not only equal ones.
  [[nodiscard]] bool is_same_as(const PostingList& other) const {
    return rows == other.rows && postings.data() == other.postings.data();
  }
};

}  // namespace aiva::retrieval::keyword_format
