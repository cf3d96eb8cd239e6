#include "retrieval/collections/collection.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <map>
#include <random>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "ports/testing/temporary_folder.h"
#include "retrieval/collections/snapshot_search.h"

namespace aiva::retrieval {
namespace {

constexpr std::size_t dimension = 48;

class CollectionTest : public testing::Test {
 protected:
  std::unique_ptr<Collection> open(bool is_read_only = false, std::string model = "m") {
    auto opened = Collection::open({.folder = folder_.path() / "kb",
                                    .is_read_only = is_read_only,
                                    .shape = {.dimension = dimension, .model = std::move(model)},
                                    .heap_rows_max = 100,
                                    .batch_rows_max = 64},
                                   analyzers_);
    EXPECT_TRUE(opened.has_value()) << (opened ? "" : opened.error().cause);
    return opened ? std::move(*opened) : nullptr;
  }
  std::vector<float> direction() {
    std::normal_distribution<float> normal;
    std::vector<float> vector(dimension);
    float square = 0;
    for (auto& value : vector) square += (value = normal(random_)) * value;
    for (auto& value : vector) value /= std::sqrt(square);
    return vector;
  }
  NewRow row(const Uuid& group, const std::string& word) {
    return {.key = Uuid::make(),
            .group = group,
            .body = "common " + word,
            .language = "en",
            .vector = direction()};
  }
  // A group of rows that share a word of their own.
  struct Group {
    Uuid id = Uuid::make();
    std::string word;
    std::size_t rows = 0;
  };
  // Adds groups and removes others in one step from the version shown to the next.
  void change(Collection& collection, std::vector<Group> added, std::vector<Uuid> removed = {}) {
    auto next = collection.begin();
    for (const auto& group : removed) {
      next.remove_group(group);
      groups_.erase(group);
    }
    for (const auto& group : added) {
      next.remove_group(group.id);
      for (std::size_t i = 0; i < group.rows; ++i) {
        auto fresh = row(group.id, group.word);
        vectors_[fresh.key] = fresh.vector;
        ASSERT_TRUE(next.add(std::move(fresh)).has_value());
      }
      groups_[group.id] = group;
    }
    auto version = collection.snapshot()->version;
    ASSERT_TRUE(collection.commit(std::move(next), version, version + 1).has_value());
  }
  static void merge_all(Collection& collection) {
    while (true) {
      auto merged = collection.merge();
      ASSERT_TRUE(merged.has_value()) << merged.error().cause;
      if (!*merged) return;
    }
  }
  std::size_t count_with(const Collection& collection, std::string_view word) {
    auto snapshot = collection.snapshot();
    auto analyzer = analyzers_.lend();
    return search_words(*snapshot, *analyzer, word, 100'000, SnapshotFilter(*snapshot, {})).size();
  }
  // Every row of every group is found by its word and by its vector, and nothing else is.
  void expect_all_found(const Collection& collection) {
    std::size_t rows = 0;
    for (const auto& [id, group] : groups_) {
      rows += group.rows;
      EXPECT_EQ(count_with(collection, group.word), group.rows) << group.word;
    }
    auto snapshot = collection.snapshot();
    EXPECT_EQ(snapshot->live(), rows);
    SnapshotFilter all(*snapshot, {});
    auto found = search_vectors(*snapshot, collection.shape().vectors(), direction(), 100'000, all);
    std::set<Uuid> keys;
    for (const auto& hit : found) {
      const auto& segment = *snapshot->segments[hit.segment].segment;
      auto key = segment.keys()[hit.row];
      keys.insert(key);
      EXPECT_TRUE(groups_.contains(segment.group_keys()[segment.row_groups()[hit.row]]));
    }
    EXPECT_EQ(keys.size(), rows);
    if (found.empty()) return;
    const auto& known = vectors_.at(*keys.begin());
    auto best = search_vectors(*snapshot, collection.shape().vectors(), known, 1, all);
    ASSERT_EQ(best.size(), 1U);
    EXPECT_EQ(snapshot->segments[best[0].segment].segment->keys()[best[0].row], *keys.begin());
    EXPECT_NEAR(best[0].score, 1, 1e-3);
  }
  std::size_t files() const {
    return static_cast<std::size_t>(
        std::ranges::distance(std::filesystem::directory_iterator(folder_.path() / "kb"),
                              std::filesystem::directory_iterator()));
  }

  TemporaryFolder folder_;
  AnalyzerPool analyzers_;
  std::mt19937 random_{1};
  std::map<Uuid, Group> groups_;
  std::map<Uuid, std::vector<float>> vectors_;
};

TEST_F(CollectionTest, finds_what_was_added_and_not_what_was_removed) {
  auto collection = open();
  Group red{.word = "red", .rows = 3};
  Group blue{.word = "blue", .rows = 2};

  change(*collection, {red, blue});
  expect_all_found(*collection);
  change(*collection, {{.word = "green", .rows = 1}}, {red.id});

  expect_all_found(*collection);
  EXPECT_EQ(count_with(*collection, "red"), 0U);
  EXPECT_EQ(collection->snapshot()->version, 2);
}

TEST_F(CollectionTest, replaces_a_group_at_once) {
  auto collection = open();
  Group group{.word = "old", .rows = 3};
  change(*collection, {group});

  group.word = "fresh";
  group.rows = 5;
  change(*collection, {group});

  expect_all_found(*collection);
  EXPECT_EQ(count_with(*collection, "old"), 0U);
}

TEST_F(CollectionTest, keeps_a_snapshot_as_it_was_for_whoever_holds_it) {
  auto collection = open();
  Group group{.word = "held", .rows = 80};
  change(*collection, {group});
  auto held = collection->snapshot();

  change(*collection, {}, {group.id});
  ASSERT_TRUE(collection->flush().has_value());
  merge_all(*collection);

  EXPECT_EQ(collection->snapshot()->live(), 0U);
  auto analyzer = analyzers_.lend();
  EXPECT_EQ(search_words(*held, *analyzer, "held", 100, SnapshotFilter(*held, {})).size(), 80U);
}

TEST_F(CollectionTest, refuses_a_change_of_another_version_and_vectors_that_do_not_fit) {
  auto collection = open();
  auto change = collection->begin();
  NewRow wrong{.key = Uuid::make(), .group = Uuid::make(), .vector = {1, 2}};

  EXPECT_EQ(change.add(wrong).error().code, ErrorCode::invalid);
  EXPECT_EQ(collection->commit(std::move(change), 5, 6).error().code, ErrorCode::conflict);
  EXPECT_EQ(collection->snapshot()->version, 0);
}

TEST_F(CollectionTest, opens_as_it_was_flushed) {
  {
    auto collection = open();
    Group gone{.word = "gone", .rows = 70};
    change(*collection, {gone, {.word = "kept", .rows = 90}});
    change(*collection, {{.word = "late", .rows = 5}}, {gone.id});
    EXPECT_TRUE(collection->is_ahead_of_disk());
    ASSERT_TRUE(collection->flush().has_value());
    EXPECT_FALSE(collection->is_ahead_of_disk());
  }

  auto collection = open();

  EXPECT_EQ(collection->snapshot()->version, 2);
  expect_all_found(*collection);
  EXPECT_TRUE(collection->verify().has_value());
}

TEST_F(CollectionTest, forgets_what_was_not_flushed_with_its_files) {
  Group flushed{.word = "flushed", .rows = 10};
  {
    auto collection = open();
    change(*collection, {flushed});
    ASSERT_TRUE(collection->flush().has_value());
    change(*collection, {{.word = "lost", .rows = 200}}, {flushed.id});
  }

  auto collection = open();

  EXPECT_EQ(collection->snapshot()->version, 1);
  EXPECT_EQ(count_with(*collection, "flushed"), 10U);
  EXPECT_EQ(count_with(*collection, "lost"), 0U);
  EXPECT_EQ(files(), 2U);  // the manifest and one segment
}

TEST_F(CollectionTest, merges_segments_without_losing_or_reviving_rows) {
  auto collection = open();
  std::vector<Uuid> ids;
  for (int i = 0; i < 60; ++i) {
    Group group{.word = "w" + std::to_string(i), .rows = 1 + static_cast<std::size_t>(i % 7)};
    ids.push_back(group.id);
    change(*collection, {group},
           i % 3 == 2 ? std::vector{ids[ids.size() - 3]} : std::vector<Uuid>{});
    if (collection->wants_flush()) ASSERT_TRUE(collection->flush().has_value());
    if (collection->wants_merge()) merge_all(*collection);
  }

  expect_all_found(*collection);
  EXPECT_LT(collection->snapshot()->segments.size(), 12U);
  ASSERT_TRUE(collection->flush().has_value());
  collection = open();
  expect_all_found(*collection);
}

// A merge writes deletions that came after the last flush, so it must write what came with them.
TEST_F(CollectionTest, shows_exactly_one_version_after_a_merge_that_no_flush_followed) {
  auto collection = open();
  Group replaced{.word = "before", .rows = 90};
  change(*collection, {replaced, {.word = "kept", .rows = 20}});
  ASSERT_TRUE(collection->flush().has_value());
  replaced.word = "after";
  replaced.rows = 7;
  change(*collection, {replaced});
  merge_all(*collection);

  collection = open();

  EXPECT_EQ(collection->snapshot()->version, 2);
  EXPECT_EQ(count_with(*collection, "before"), 0U);
  expect_all_found(*collection);
}

TEST_F(CollectionTest, leaves_no_file_of_a_change_that_was_given_up) {
  auto collection = open();
  {
    auto change = collection->begin();
    for (int i = 0; i < 200; ++i) ASSERT_TRUE(change.add(row(Uuid::make(), "never")).has_value());
    EXPECT_GT(files(), 0U);
  }
  {
    auto change = collection->begin();
    for (int i = 0; i < 200; ++i) ASSERT_TRUE(change.add(row(Uuid::make(), "never")).has_value());
    EXPECT_FALSE(collection->commit(std::move(change), 1, 2).has_value());
  }

  EXPECT_EQ(files(), 0U);
}

TEST_F(CollectionTest, takes_no_change_once_it_is_sealed) {
  auto collection = open();
  change(*collection, {{.word = "red", .rows = 3}});

  EXPECT_FALSE(collection->seal_when_durable());
  change(*collection, {{.word = "blue", .rows = 2}});
  ASSERT_TRUE(collection->flush().has_value());
  EXPECT_TRUE(collection->seal_when_durable());

  EXPECT_EQ(collection->commit(collection->begin(), 2, 3).error().code, ErrorCode::conflict);
  expect_all_found(*collection);
}

TEST_F(CollectionTest, gives_up_a_segment_all_of_whose_rows_are_gone) {
  auto collection = open();
  Group group{.word = "gone", .rows = 100};
  change(*collection, {group});
  ASSERT_TRUE(collection->flush().has_value());

  change(*collection, {}, {group.id});
  ASSERT_TRUE(collection->flush().has_value());
  merge_all(*collection);

  EXPECT_TRUE(collection->snapshot()->segments.empty());
  EXPECT_EQ(files(), 1U);
}

TEST_F(CollectionTest, starts_anew_for_another_model_or_after_damage) {
  {
    auto collection = open();
    change(*collection, {{.word = "red", .rows = 3}});
    ASSERT_TRUE(collection->flush().has_value());
  }

  EXPECT_EQ(open(false, "other")->snapshot()->version, 0);
  {
    auto collection = open();
    EXPECT_EQ(collection->snapshot()->version, 0);
    change(*collection, {{.word = "red", .rows = 3}});
    ASSERT_TRUE(collection->flush().has_value());
  }
  std::filesystem::resize_file(folder_.path() / "kb" / manifest_file, 40);

  EXPECT_EQ(open()->snapshot()->version, 0);
}

TEST_F(CollectionTest, notices_a_changed_byte_when_it_verifies) {
  auto collection = open();
  change(*collection, {{.word = "red", .rows = 90}});
  ASSERT_TRUE(collection->flush().has_value());
  auto path = collection->snapshot()->segments.front().segment->path();
  collection.reset();
  std::fstream file(path, std::ios::binary | std::ios::in | std::ios::out);
  file.seekp(4096 + 5);
  file.put('\x7F');
  file.close();

  collection = open();

  EXPECT_EQ(collection->verify().error().code, ErrorCode::invalid);
}

TEST_F(CollectionTest, leaves_files_alone_where_another_process_writes_them) {
  auto writer = open();
  change(*writer, {{.word = "red", .rows = 90}});
  ASSERT_TRUE(writer->flush().has_value());
  auto before = files();

  auto reader = open(true);
  EXPECT_EQ(reader->snapshot()->version, 1);
  for (int i = 0; i < 12; ++i) change(*reader, {{.word = "own" + std::to_string(i), .rows = 30}});
  ASSERT_TRUE(reader->flush().has_value());
  merge_all(*reader);

  expect_all_found(*reader);
  EXPECT_FALSE(reader->wants_flush());
  EXPECT_EQ(files(), before);
}

TEST_F(CollectionTest, finds_rows_without_a_vector_by_words_only) {
  auto collection = open();
  auto next = collection->begin();
  auto plain = row(Uuid::make(), "plain");
  plain.vector.clear();
  ASSERT_TRUE(next.add(plain).has_value());
  ASSERT_TRUE(next.add(row(Uuid::make(), "full")).has_value());
  ASSERT_TRUE(collection->commit(std::move(next), 0, 1).has_value());

  ASSERT_TRUE(collection->flush().has_value());

  auto snapshot = collection->snapshot();
  SnapshotFilter all(*snapshot, {});
  EXPECT_EQ(search_vectors(*snapshot, collection->shape().vectors(), direction(), 9, all).size(),
            1U);
  EXPECT_EQ(count_with(*collection, "plain"), 1U);
}

TEST_F(CollectionTest, filters_by_group_pages_and_kind) {
  auto collection = open();
  auto group = Uuid::make();
  auto next = collection->begin();
  for (std::uint32_t page = 1; page <= 20; ++page) {
    auto added = row(page <= 10 ? group : Uuid::make(), "page");
    added.attributes = {.page_first = page, .page_last = page + 1, .kind = page % 2};
    ASSERT_TRUE(next.add(std::move(added)).has_value());
  }
  ASSERT_TRUE(collection->commit(std::move(next), 0, 1).has_value());
  auto snapshot = collection->snapshot();
  auto count = [&](const RowFilter& filter) {
    SnapshotFilter compiled(*snapshot, filter);
    auto analyzer = analyzers_.lend();
    auto by_words = search_words(*snapshot, *analyzer, "page", 100, compiled).size();
    auto by_vector =
        search_vectors(*snapshot, collection->shape().vectors(), direction(), 100, compiled);
    EXPECT_EQ(by_words, by_vector.size());
    return by_words;
  };

  EXPECT_EQ(count({.has_group = [&](const Uuid& id) { return id == group; }}), 10U);
  EXPECT_EQ(count({.page_min = 20}), 2U);
  EXPECT_EQ(count({.page_max = 3}), 3U);
  EXPECT_EQ(count({.kinds = 2}), 10U);
  EXPECT_EQ(count({.page_min = 5, .page_max = 8, .kinds = 1}), 3U);
}

// Readers, a writer and upkeep together; meant for the sanitizers.
TEST_F(CollectionTest, is_searched_while_it_changes) {
  auto collection = open();
  std::atomic<bool> is_over = false;
  std::atomic<int> searches = 0;
  auto vector = direction();
  auto read = [&] {
    while (!is_over) {
      auto snapshot = collection->snapshot();
      SnapshotFilter all(*snapshot, {});
      auto analyzer = analyzers_.lend();
      auto words = search_words(*snapshot, *analyzer, "common", 10'000, all).size();
      auto near = search_vectors(*snapshot, collection->shape().vectors(), vector, 10'000, all);
      EXPECT_EQ(words, snapshot->live());
      EXPECT_EQ(near.size(), snapshot->live());
      ++searches;
    }
  };
  auto keep = [&] {
    while (!is_over) {
      EXPECT_TRUE(collection->flush().has_value());
      EXPECT_TRUE(collection->merge().has_value());
    }
  };
  std::vector<std::thread> threads;
  threads.emplace_back(read);
  threads.emplace_back(read);
  threads.emplace_back(keep);

  std::vector<Uuid> ids;
  for (int i = 0; i < 80 || searches < 20; ++i) {
    Group group{.word = "w" + std::to_string(i), .rows = 4};
    ids.push_back(group.id);
    change(*collection, {group},
           i % 2 == 1 ? std::vector{ids[ids.size() - 2]} : std::vector<Uuid>{});
  }
  is_over = true;
  for (auto& thread : threads) thread.join();

  expect_all_found(*collection);
}

TEST(Manifest, reads_back_and_refuses_every_damage) {
  Manifest manifest{.sequence = 7,
                    .version = 12,
                    .shape = {.dimension = 384, .metric = Metric::dot, .model = "model"},
                    .segments = {{.file = "1.segment", .rows = 70, .dead = {5, 1}},
                                 {.file = "2.segment", .rows = 3, .dead = {}}}};
  auto bytes = serialize(manifest);

  auto read = parse_manifest(bytes);

  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(read->sequence, 7U);
  EXPECT_EQ(read->version, 12);
  EXPECT_EQ(read->shape, manifest.shape);
  ASSERT_EQ(read->segments.size(), 2U);
  EXPECT_EQ(read->segments[0].dead, manifest.segments[0].dead);
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    auto damaged = bytes;
    damaged[i] ^= std::byte{0x10};
    EXPECT_FALSE(parse_manifest(damaged).has_value()) << i;
    EXPECT_FALSE(parse_manifest(std::span(bytes).first(i)).has_value()) << i;
  }
}

TEST(Manifest, names_no_file_outside_its_folder) {
  for (const std::string name : {"", ".", "../1.segment", "a/b", ".hidden"}) {
    Manifest manifest{.segments = {{.file = name, .rows = 1, .dead = {}}}};
    EXPECT_FALSE(parse_manifest(serialize(manifest)).has_value()) << name;
  }
}

}  // namespace
}  // namespace aiva::retrieval
