#include "capabilities/knowledge/sections.h"

#include <gtest/gtest.h>

#include "capabilities/knowledge/testing/knowledge_fixture.h"

namespace aiva::knowledge {
namespace {

Chunk chunk(std::int64_t index, std::string heading_path, int tokens = 100) {
  return {.id = ChunkId::make(),
          .index = index,
          .text = std::to_string(index),
          .heading_path = std::move(heading_path),
          .token_count = tokens};
}

std::string texts_of(const Section& section) {
  std::string text;
  for (const auto& one : section.chunks) text += one.text + " ";
  return text;
}

TEST(SectionAround, holds_what_stands_under_the_same_heading_and_below_it) {
  std::vector<Chunk> chunks = {chunk(0, "A"),         chunk(1, "A > B"),   chunk(2, "A > B"),
                               chunk(3, "A > B > C"), chunk(4, "A > Bee"), chunk(5, "A > B")};

  auto section = section_around(chunks, 2, 2000);

  EXPECT_EQ(texts_of(section), "1 2 3 ");
  EXPECT_EQ(section.at, 1U);
  EXPECT_EQ(texts_of(section_around(chunks, 3, 2000)), "3 ");
}

TEST(SectionAround, takes_the_nearest_while_there_is_room) {
  std::vector<Chunk> chunks;
  for (int i = 0; i < 9; ++i) chunks.push_back(chunk(i, ""));

  EXPECT_EQ(texts_of(section_around(chunks, 4, 400)), "3 4 5 6 ");
  EXPECT_EQ(texts_of(section_around(chunks, 0, 300)), "0 1 2 ");
  EXPECT_EQ(texts_of(section_around(chunks, 4, 10)), "4 ");
}

TEST(SectionAround, ends_at_a_gap) {
  std::vector<Chunk> chunks = {chunk(0, ""), chunk(2, ""), chunk(3, "")};

  EXPECT_EQ(texts_of(section_around(chunks, 1, 2000)), "2 3 ");
}

class SectionsOf : public KnowledgeFixture {};

TEST_F(SectionsOf, a_document_are_read_for_its_tenant_only) {
  auto base = make_base();
  upload(base->id, paragraphs(30));
  upload(base->id, paragraphs(3, "other"), "other.txt");
  run_due_jobs();
  auto find = [this](std::string_view text) {
    auto reading = read(*rows_, {}, [text](SqlSession& sql) -> Result<std::vector<ChunkId>> {
      std::vector<ChunkId> ids;
      TRY_VOID(sql.query("SELECT id FROM document_chunks WHERE text LIKE ?",
                         {std::string(text) + "%"}, [&ids](const SqlRow& row) -> Result<void> {
                           ids.push_back(row.id<ChunkId>(0));
                           return {};
                         }));
      return ids;
    });
    return sync_wait(std::move(reading)).value();
  };
  auto ids = find("word15 ");
  ASSERT_EQ(ids.size(), 1U);
  auto sections = make_sections(*rows_);

  auto found = sync_wait(sections->around(context(), {ids[0], ChunkId::make()}, 1600));
  auto foreign = sync_wait(sections->around(stranger(), ids, 1600));

  ASSERT_TRUE(found) << found.error().cause;
  ASSERT_EQ(found->size(), 2U);
  const auto& section = found->front();
  ASSERT_GE(section.chunks.size(), 3U);
  EXPECT_EQ(section.chunks[section.at].id, ids[0]);
  for (std::size_t i = 1; i < section.chunks.size(); ++i)
    EXPECT_EQ(section.chunks[i].index, section.chunks[i - 1].index + 1);
  EXPECT_EQ(section.chunks[0].document_name, "notes.txt");
  EXPECT_TRUE(found->back().chunks.empty());
  ASSERT_TRUE(foreign);
  EXPECT_TRUE(foreign->front().chunks.empty());
}

TEST_F(SectionsOf, too_many_chunks_are_refused) {
  auto sections = make_sections(*rows_);

  auto found = sync_wait(sections->around(context(), std::vector<ChunkId>(65), 100));

  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().code, ErrorCode::too_large);
}

}  // namespace
}  // namespace aiva::knowledge
