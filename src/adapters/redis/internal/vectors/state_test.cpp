#include "adapters/redis/internal/vectors/state.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "adapters/redis/internal/hash_slot.h"

namespace aiva::redis {
namespace {

using Kind = RedisReply::Kind;

RedisReply list_of(const std::vector<std::string>& texts) {
  RedisReply reply{.kind = Kind::list};
  for (const auto& text : texts) reply.list.push_back({.kind = Kind::text, .text = text});
  return reply;
}

TEST(VectorState, is_read_as_it_was_written) {
  std::vector<VectorSet> sets{{.id = "17-0", .rows = 40, .dead = 3},
                              {.id = "18-0", .tag = "18-0", .rows = 2}};

  auto state = read_state(list_of({"7", "18", "1", "0", write_sets(sets)}));

  ASSERT_TRUE(state);
  EXPECT_EQ(state->version, 7);
  EXPECT_EQ(state->epoch, 18);
  EXPECT_TRUE(state->is_writing);
  EXPECT_FALSE(state->is_cleaning);
  EXPECT_EQ(state->sets, sets);
}

TEST(VectorState, that_makes_no_sense_is_none) {
  EXPECT_FALSE(read_state({}));
  EXPECT_FALSE(read_state(list_of({"7", "18", "1", "0"})));
  for (auto fields : std::vector<std::vector<std::string>>{{"", "18", "1", "0", ""},
                                                           {"7", "x", "1", "0", ""},
                                                           {"-7", "18", "1", "0", ""},
                                                           {"7", "18", "1", "0", "id"},
                                                           {"7", "18", "1", "0", "id::1"},
                                                           {"7", "18", "1", "0", ":tag:1:0"},
                                                           {"7", "18", "1", "0", "id::1:0:9"}})
    EXPECT_FALSE(read_state(list_of(fields))) << fields[4];
  EXPECT_TRUE(read_state(list_of({"0", "0", "", "", ""})));
}

TEST(VectorState, hides_rows_while_there_may_be_some) {
  VectorState quiet{.version = 1, .epoch = 5, .sets = {{.id = "a", .rows = 3}}};
  auto writing = quiet;
  writing.is_writing = true;
  auto cleaning = quiet;
  cleaning.is_cleaning = true;
  auto worn = quiet;
  worn.sets[0].dead = 1;

  EXPECT_FALSE(quiet.has_hidden_rows());
  for (const auto& state : {writing, cleaning, worn}) EXPECT_TRUE(state.has_hidden_rows());
  EXPECT_TRUE(quiet.shows_the_same_as(writing));
  EXPECT_FALSE(quiet.shows_the_same_as(cleaning));
  EXPECT_FALSE(quiet.shows_the_same_as(worn));
}

TEST(RowNames, sort_by_document_and_epoch) {
  RowName name{
      .document = DocumentId::make(), .epoch = 1'764'450'000'000'001, .chunk = ChunkId::make()};
  auto later = name;
  ++later.epoch;
  auto much_later = name;
  much_later.epoch += 1'000'000;

  auto read = read_row_name(write_row_name(name));

  ASSERT_TRUE(read);
  EXPECT_EQ(read->document, name.document);
  EXPECT_EQ(read->epoch, name.epoch);
  EXPECT_EQ(read->chunk, name.chunk);
  EXPECT_LT(write_row_name(name), write_row_name(later));
  EXPECT_LT(write_row_name(later), write_row_name(much_later));
  EXPECT_FALSE(read_row_name("short"));
}

TEST(VectorKeys, of_a_set_lie_in_one_slot_and_models_apart) {
  auto base = KnowledgeBaseId::make();
  VectorKeys keys("aiva:", base, PassageVectors{"model", 8});
  VectorKeys other("aiva:", base, PassageVectors{"model", 9});
  VectorSet first{.id = "1"};
  VectorSet second{.id = "2", .tag = "2"};

  EXPECT_EQ(hash_slot(keys.vectors(first)), hash_slot(keys.state()));
  EXPECT_EQ(hash_slot(keys.changed(3)), hash_slot(keys.models()));
  EXPECT_EQ(hash_slot(keys.vectors(second)), hash_slot(keys.names(second)));
  EXPECT_EQ(hash_slot(keys.vectors(second)), hash_slot(keys.fence(second.tag)));
  EXPECT_NE(keys.vectors(second), keys.vectors(first));
  EXPECT_NE(keys.state(), other.state());
  EXPECT_EQ(keys.models(), other.models());
}

}  // namespace
}  // namespace aiva::redis
