#include "adapters/segment_index/segment_index.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "ports/testing/passage_index_contract.h"
#include "ports/testing/temporary_folder.h"

namespace aiva {
namespace {

std::unique_ptr<PassageIndex> made(SegmentIndexOptions options) {
  static Metrics metrics;
  auto index = make_segment_index(std::move(options), metrics);
  EXPECT_TRUE(index.has_value()) << (index ? "" : index.error().cause);
  return index ? std::move(*index) : nullptr;
}

std::unique_ptr<PassageIndex> make_on_the_heap() { return made({}); }

std::unique_ptr<PassageIndex> make_in_a_folder() {
  static TemporaryFolder folder;
  return made({.folder = folder.path() / Uuid::make().to_string(), .heap_rows_max = 1});
}

INSTANTIATE_TEST_SUITE_P(Segments, PassageIndexContract,
                         testing::Values(make_on_the_heap, make_in_a_folder));

class SegmentIndexIn : public testing::Test {
 protected:
  std::unique_ptr<PassageIndex> open(std::size_t resident_bytes_max = 1UL << 30U) {
    return made({.folder = folder_.path(), .resident_bytes_max = resident_bytes_max});
  }
  static std::int64_t open_base(PassageIndex& index, KnowledgeBaseId base) {
    return sync_wait(index.open({}, base, {"m", 2})).value_or(-1);
  }
  static void add(PassageIndex& index, KnowledgeBaseId base, int count, std::int64_t from) {
    auto change = index.begin(base);
    ASSERT_TRUE(change.has_value());
    std::vector<IndexedPassage> passages;
    for (int i = 0; i < count; ++i)
      passages.push_back({.chunk = ChunkId::make(),
                          .document = DocumentId::make(),
                          .text = "passage",
                          .vector = {1, static_cast<float>(i)}});
    ASSERT_TRUE(sync_wait((*change)->add({}, std::move(passages))).has_value());
    ASSERT_TRUE(sync_wait((*change)->commit({}, from, from + 1)).has_value());
  }

  TemporaryFolder folder_;
  KnowledgeBaseId base_ = KnowledgeBaseId::make();
};

TEST_F(SegmentIndexIn, a_folder_counts_words_in_all_knowledge_bases_that_are_searched) {
  auto index = open();
  auto other = KnowledgeBaseId::make();
  auto whole = KnowledgeBaseId::make();
  std::vector<IndexedPassage> passages;
  for (int i = 0; i < 9; ++i)
    passages.push_back({.chunk = ChunkId::make(),
                        .document = DocumentId::make(),
                        .text = i < 4 ? "rain and wind" : "wind of the sea, sea and sand",
                        .language = "en"});
  passages[8].text = "rain at sea";
  auto bring = [&](KnowledgeBaseId base, std::size_t first, std::size_t count) {
    ASSERT_EQ(open_base(*index, base), 0);
    auto change = index->begin(base);
    ASSERT_TRUE(change.has_value());
    auto begin = passages.begin() + static_cast<std::ptrdiff_t>(first);
    std::vector<IndexedPassage> some(begin, begin + static_cast<std::ptrdiff_t>(count));
    ASSERT_TRUE(sync_wait((*change)->add({}, std::move(some))).has_value());
    ASSERT_TRUE(sync_wait((*change)->commit({}, 0, 1)).has_value());
  };
  bring(base_, 0, 4);
  bring(other, 4, 5);
  bring(whole, 0, 9);

  auto across = sync_wait(index->search_words_across({}, {base_, other}, "rain sea", {9, {}}));
  auto alone = sync_wait(index->search_words({}, whole, "rain sea", {9, {}}));

  ASSERT_TRUE(across.has_value() && alone.has_value());
  ASSERT_EQ(across->size(), 9U);
  ASSERT_EQ(alone->size(), 9U);
  for (std::size_t i = 0; i < 9; ++i) {
    EXPECT_EQ((*across)[i].chunk, (*alone)[i].chunk);
    EXPECT_FLOAT_EQ((*across)[i].score, (*alone)[i].score);
  }
}

TEST_F(SegmentIndexIn, a_folder_is_there_again_after_an_orderly_end) {
  auto index = open();
  ASSERT_EQ(open_base(*index, base_), 0);
  add(*index, base_, 5, 0);

  index.reset();
  index = open();

  EXPECT_EQ(open_base(*index, base_), 1);
  EXPECT_EQ(index->size(base_), 5U);
}

TEST_F(SegmentIndexIn, a_folder_is_read_only_to_the_second_process) {
  auto first = open();
  ASSERT_EQ(open_base(*first, base_), 0);
  add(*first, base_, 5, 0);
  auto second = open();

  ASSERT_EQ(open_base(*second, base_), 0);
  add(*second, base_, 3, 0);
  second.reset();
  first.reset();

  auto third = open();
  EXPECT_EQ(open_base(*third, base_), 1);
  EXPECT_EQ(third->size(base_), 5U);
}

TEST_F(SegmentIndexIn, a_folder_goes_over_to_the_second_process_when_the_first_has_ended) {
  auto other = KnowledgeBaseId::make();
  auto first = open();
  auto second = open();
  ASSERT_EQ(open_base(*second, other), 0);
  first.reset();
  ASSERT_EQ(open_base(*second, base_), 0);
  add(*second, base_, 5, 0);
  add(*second, other, 3, 0);
  second.reset();

  auto third = open();

  EXPECT_EQ(open_base(*third, base_), 1);
  EXPECT_EQ(third->size(base_), 5U);
  EXPECT_EQ(open_base(*third, other), 0) << "was opened to be read only";
}

TEST_F(SegmentIndexIn, a_folder_loses_the_index_of_an_erased_base) {
  auto index = open();
  ASSERT_EQ(open_base(*index, base_), 0);
  add(*index, base_, 5, 0);
  index.reset();
  index = open();
  ASSERT_EQ(open_base(*index, base_), 1);

  index->erase(base_);
  index.reset();

  EXPECT_FALSE(std::filesystem::exists(folder_.path() / base_.to_string()));
}

TEST_F(SegmentIndexIn, little_memory_closes_what_was_used_longest_ago) {
  auto index = open(1);
  auto other = KnowledgeBaseId::make();
  ASSERT_EQ(open_base(*index, base_), 0);
  add(*index, base_, 50, 0);
  ASSERT_EQ(open_base(*index, other), 0);
  add(*index, other, 50, 0);

  // Closing is done behind the change; ask until it has happened.
  for (int i = 0; i < 500 && index->version(base_); ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(10));

  EXPECT_EQ(index->version(base_), std::nullopt);
  EXPECT_EQ(index->version(other), 1);
  EXPECT_EQ(open_base(*index, base_), 1);
  EXPECT_EQ(index->size(base_), 50U);
}

TEST_F(SegmentIndexIn, little_memory_does_not_keep_a_search_from_what_was_closed) {
  auto index = open(1);
  std::vector<KnowledgeBaseId> bases;
  for (int i = 0; i < 5; ++i) {
    bases.push_back(KnowledgeBaseId::make());
    ASSERT_EQ(open_base(*index, bases.back()), 0);
    add(*index, bases.back(), 20, 0);
  }

  for (int round = 0; round < 20; ++round) {
    for (auto base : bases) {
      auto near = sync_wait(index->search_vectors({}, base, {1, 0}, {.count_max = 100}));
      auto words = sync_wait(index->search_words({}, base, "passage", {.count_max = 100}));
      ASSERT_TRUE(near.has_value()) << near.error().message;
      ASSERT_TRUE(words.has_value()) << words.error().message;
      EXPECT_EQ(near->size(), 20U);
      EXPECT_EQ(words->size(), 20U);
    }
  }
}

TEST_F(SegmentIndexIn, little_memory_does_not_close_what_is_being_changed) {
  auto index = open(1);
  auto other = KnowledgeBaseId::make();
  ASSERT_EQ(open_base(*index, base_), 0);
  auto change = index->begin(base_);
  ASSERT_TRUE(change.has_value());
  ASSERT_EQ(open_base(*index, other), 0);
  for (int i = 0; i < 5; ++i) add(*index, other, 50, i);

  EXPECT_TRUE(sync_wait((*change)->commit({}, 0, 1)).has_value());
}

TEST_F(SegmentIndexIn, a_folder_of_another_name_is_not_listed) {
  auto index = open();
  std::filesystem::create_directories(folder_.path() / "notes");
  ASSERT_EQ(open_base(*index, base_), 0);
  add(*index, base_, 5, 0);
  index.reset();

  index = open();

  EXPECT_THAT(sync_wait(index->list({})).value(), testing::ElementsAre(base_));
}

TEST_F(SegmentIndexIn, a_damaged_file_is_made_anew_from_the_rows) {
  auto index = open();
  ASSERT_EQ(open_base(*index, base_), 0);
  add(*index, base_, 50, 0);
  index.reset();
  for (const auto& entry :
       std::filesystem::directory_iterator(folder_.path() / base_.to_string())) {
    if (entry.path().extension() != ".segment") continue;
    std::fstream file(entry.path(), std::ios::binary | std::ios::in | std::ios::out);
    file.seekp(4096 + 3);
    file.put('\x7F');
  }

  auto writer = open();
  auto second = open();

  EXPECT_EQ(open_base(*second, base_), 0);
  EXPECT_EQ(second->size(base_), 0U);
  EXPECT_EQ(open_base(*writer, base_), 0);
  EXPECT_EQ(writer->size(base_), 0U);
  add(*writer, base_, 3, 0);
  writer.reset();
  second.reset();
  index = open();
  EXPECT_EQ(open_base(*index, base_), 1);
  EXPECT_EQ(index->size(base_), 3U);
}

}  // namespace
}  // namespace aiva
