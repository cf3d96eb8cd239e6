#include "capabilities/chat/passages.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace aiva::chat {
namespace {

using knowledge::Chunk;
using knowledge::Section;
using ::testing::SizeIs;

// Chunks of one document; each has ten tokens.
std::vector<Chunk> document(int count) {
  std::vector<Chunk> chunks;
  for (int i = 0; i < count; ++i) {
    Chunk chunk{
        .id = ChunkId::make(),
        .index = i,
        .text = "Chunk number " + std::to_string(i) + " is about thing " + std::to_string(i) + ".",
        .page_first = i + 1,
        .page_last = i + 1,
        .token_count = 10,
        .document_name = "Handbook.pdf"};
    chunk.spans = {{.page = i + 1, .begin = 0, .end = chunk.text.size()}};
    chunks.push_back(std::move(chunk));
  }
  return chunks;
}

class PassagesOf : public ::testing::Test {
 protected:
  void find(std::vector<std::size_t> indexes) {
    for (auto index : indexes) {
      hits_.push_back({.chunk = chunks_[index]});
      sections_.push_back(knowledge::section_around(chunks_, index, 2000));
    }
  }
  static std::size_t ten(std::string_view) { return 10; }

  std::vector<Chunk> chunks_ = document(12);
  std::vector<search::TextHit> hits_;
  std::vector<Section> sections_;
};

TEST_F(PassagesOf, hits_are_widened_by_their_sections_without_repeating_a_chunk) {
  find({3, 5});

  auto passages = passages_of(hits_, sections_, {});

  ASSERT_THAT(passages, SizeIs(2));
  EXPECT_EQ(passages[0].number, 1);
  EXPECT_TRUE(passages[0].text.starts_with("Chunk number 0 "));
  EXPECT_TRUE(passages[0].text.ends_with("thing 4."));
  EXPECT_EQ(passages[0].page_first, 1);
  EXPECT_EQ(passages[0].page_last, 5);
  EXPECT_EQ(passages[0].chunks[0]->index, 3);
  EXPECT_TRUE(passages[1].text.starts_with("Chunk number 5 "));
  EXPECT_TRUE(passages[1].text.ends_with("thing 11."));
}

TEST_F(PassagesOf, hits_stay_bare_without_room_or_sections) {
  find({3, 5});
  PassageLimits full{.tokens_max = 2 * (10 + passage_frame_tokens), .count_tokens = ten};
  PassageLimits one_more{.tokens_max = full.tokens_max + 10, .count_tokens = ten};
  PassageLimits narrow{.section_tokens_max = 15, .count_tokens = ten};

  EXPECT_EQ(passages_of(hits_, sections_, full)[0].text, chunks_[3].text);
  EXPECT_EQ(passages_of(hits_, sections_, narrow)[1].text, chunks_[5].text);
  EXPECT_EQ(passages_of(hits_, {}, {})[0].text, chunks_[3].text);
  auto widened = passages_of(hits_, sections_, one_more);
  EXPECT_EQ(widened[0].text, chunks_[3].text + "\n\n" + chunks_[4].text);
  EXPECT_EQ(widened[1].text, chunks_[5].text);
}

TEST_F(PassagesOf, hits_are_cited_by_the_chunk_that_says_it) {
  find({3, 9});
  auto passages = passages_of(hits_, sections_, {});
  auto context = context_sources(hits_, 2);

  auto sources = cited_sources("It is about thing 1 [1]. Nothing else [2].", "What is it about?",
                               passages, context);

  ASSERT_THAT(sources, SizeIs(2));
  EXPECT_EQ(sources[0].number, 1);
  EXPECT_EQ(sources[0].chunk, chunks_[1].id);
  EXPECT_EQ(sources[0].page, 2);
  EXPECT_EQ(sources[0].quote, chunks_[1].text);
  EXPECT_EQ(sources[1].chunk, chunks_[9].id);
}

}  // namespace
}  // namespace aiva::chat
