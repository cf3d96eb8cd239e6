#include "retrieval/keywords/posting_block.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "retrieval/keywords/bit_packing.h"

namespace aiva::retrieval {
namespace {

using keyword_format::BlockBound;
using keyword_format::PostingList;

TEST(PackBits, gives_back_numbers_of_any_width_and_count) {
  std::mt19937 random(1);
  for (unsigned bits = 0; bits <= packed_bits_max; ++bits)
    for (std::size_t count : {1U, 2U, 31U, 127U, 128U}) {
      std::vector<std::uint32_t> numbers(count);
      for (auto& number : numbers) number = random() & ((1U << bits) - 1);
      std::vector<std::byte> packed;
      pack_bits(numbers, bits, packed);
      EXPECT_EQ(packed.size(), packed_bytes(count, bits));
      packed.resize(packed.size() + pack_padding);

      std::vector<std::uint32_t> unpacked(count);
      unpack_bits(packed.data(), bits, unpacked);

      EXPECT_EQ(unpacked, numbers) << bits << ' ' << count;
      EXPECT_LE(bits_needed(numbers), bits);
    }
}

PostingBlock make_block(std::size_t count, std::uint32_t row_gap_max, bool has_fields,
                        std::mt19937& random) {
  PostingBlock block;
  block.count = count;
  std::uint32_t row = 5;
  for (std::size_t i = 0; i < count; ++i) {
    block.rows[i] = row;
    row += 1 + random() % row_gap_max;
    block.heading[i] = has_fields ? random() % 3 : 0;
    block.title[i] = has_fields ? random() % 300 : 0;
    block.body[i] = (has_fields ? 0 : 1) + random() % 9;
  }
  return block;
}

TEST(PackPostings, gives_back_what_it_packed) {
  std::mt19937 random(2);
  PostingBlock read;  // used again, as cursors do
  for (std::size_t count : {1U, 5U, 127U, 128U})
    for (std::uint32_t row_gap_max : {1U, 7U, 100'000U})
      for (bool has_fields : {false, true}) {
        auto block = make_block(count, row_gap_max, has_fields, random);
        std::vector<std::byte> packed;
        pack_postings(block, 0, packed);
        packed.resize(packed.size() + pack_padding);
        PostingList list{.rows = static_cast<std::uint32_t>(count), .postings = packed};

        ASSERT_TRUE(unpack_postings(list, 0, block.rows[count - 1] + 1, read));

        ASSERT_EQ(read.count, count);
        for (std::size_t i = 0; i < count; ++i) {
          EXPECT_EQ(read.rows[i], block.rows[i]);
          EXPECT_EQ(read.frequency(i), block.frequency(i));
          EXPECT_EQ(read.title[i], block.title[i]);
        }
      }
}

TEST(PackPostings, refuses_rows_that_the_segment_has_not) {
  std::mt19937 random(3);
  auto block = make_block(100, 9, false, random);
  std::vector<std::byte> packed;
  pack_postings(block, 0, packed);
  packed.resize(packed.size() + pack_padding);
  PostingList list{.rows = 100, .postings = packed};
  PostingBlock read;

  EXPECT_FALSE(unpack_postings(list, 0, block.rows[99], read));
  EXPECT_FALSE(unpack_postings(list, 1, 100'000, read));
  list.postings = list.postings.first(packed.size() - pack_padding - 1);
  EXPECT_FALSE(unpack_postings(list, 0, 100'000, read));
  list.postings = list.postings.first(3);
  EXPECT_FALSE(unpack_postings(list, 0, 100'000, read));
}

}  // namespace
}  // namespace aiva::retrieval
