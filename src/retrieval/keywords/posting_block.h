#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "retrieval/keywords/block_format.h"

namespace aiva::retrieval {

// Up to 128 postings: rows that have a term, ascending, and how often they have it in each field.
//
// Packed: the bits of a row's distance, of a body frequency (with a flag where one is taken off
// each), of a heading's and of a title's, a byte each; then these four as packs.
struct PostingBlock {
  using Numbers = std::array<std::uint32_t, keyword_format::postings_per_block>;

  std::size_t count = 0;
  bool has_heading = false;
  bool has_title = false;
  alignas(64) Numbers rows{};
  alignas(64) Numbers body{};
  alignas(64) Numbers heading{};  // zero where has_heading is false
  alignas(64) Numbers title{};

  // How often posting `i` stands in its row.
  [[nodiscard]] std::uint32_t frequency(std::size_t i) const {
    return body[i] + heading[i] + title[i];
  }
};

// Appends a block; `row_floor` is the smallest row it could have.
void pack_postings(const PostingBlock& block, std::uint32_t row_floor, std::vector<std::byte>& out);

// Reads the block with this number of a list, of a segment of so many rows. False when it is
// damaged; else the rows are below `row_count` and strictly ascending.
bool unpack_postings(const keyword_format::PostingList& list, std::size_t number,
                     std::size_t row_count, PostingBlock& block);

}  // namespace aiva::retrieval
