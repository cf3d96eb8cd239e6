#include "capabilities/search/internal/hit_sections.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace aiva::search {
namespace {

using testing::ElementsAre;

class HitSections : public testing::Test {
 protected:
  HitSections() {
    auto document = DocumentId::make();
    for (int i = 0; i < 8; ++i) {
      knowledge::Chunk chunk{.id = ChunkId::make(), .document = document, .index = i};
      chunk.text = "Part " + std::to_string(i) + ".";
      chunk.page_first = i + 1;
      chunk.page_last = i + 1;
      chunk.token_count = 3;
      chunks_.push_back(std::move(chunk));
    }
  }
  // A hit on a chunk with those from `first` to `last` around it.
  void add(std::size_t at, std::size_t first, std::size_t last) {
    hits_.push_back({.chunk = chunks_[at]});
    knowledge::Section section{.at = at - first};
    for (auto i = first; i <= last; ++i) section.chunks.push_back(chunks_[i]);
    sections_.push_back(std::move(section));
  }
  std::vector<std::string> texts(std::size_t count_max = 10) {
    add_sections(hits_, std::move(sections_), count_max);
    std::vector<std::string> texts;
    for (const auto& hit : hits_) texts.push_back(hit.section.value().text);
    return texts;
  }

  std::vector<knowledge::Chunk> chunks_;
  std::vector<TextHit> hits_;
  std::vector<knowledge::Section> sections_;
};

TEST_F(HitSections, say_what_stands_around_a_hit) {
  add(2, 1, 3);

  EXPECT_THAT(texts(), ElementsAre("Part 1.\n\nPart 2.\n\nPart 3."));
  const auto& section = *hits_[0].section;
  EXPECT_EQ(section.index_first, 1);
  EXPECT_EQ(section.index_last, 3);
  EXPECT_EQ(section.page_first, 2);
  EXPECT_EQ(section.page_last, 4);
  EXPECT_EQ(section.token_count, 9);
}

TEST_F(HitSections, leave_out_a_hit_that_an_earlier_section_has) {
  add(2, 1, 3);
  add(3, 2, 4);
  add(6, 6, 7);

  EXPECT_THAT(texts(), ElementsAre("Part 1.\n\nPart 2.\n\nPart 3.", "Part 6.\n\nPart 7."));
}

TEST_F(HitSections, give_no_chunk_twice) {
  add(2, 1, 3);
  add(5, 3, 6);

  EXPECT_THAT(texts(),
              ElementsAre("Part 1.\n\nPart 2.\n\nPart 3.", "Part 4.\n\nPart 5.\n\nPart 6."));
}

TEST_F(HitSections, are_the_chunk_itself_where_nothing_is_known) {
  hits_.push_back({.chunk = chunks_[4]});
  hits_.push_back({.chunk = chunks_[5]});
  sections_.resize(1);

  EXPECT_THAT(texts(), ElementsAre("Part 4.", "Part 5."));
}

TEST_F(HitSections, are_as_many_as_wanted) {
  add(0, 0, 0);
  add(4, 4, 4);
  add(7, 7, 7);

  EXPECT_EQ(texts(2).size(), 2U);
}

}  // namespace
}  // namespace aiva::search
