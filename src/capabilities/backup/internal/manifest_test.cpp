#include "capabilities/backup/internal/manifest.h"

#include <gtest/gtest.h>

#include <string>

#include "foundation/crypto.h"

namespace aiva::backup {
namespace {

Manifest example() {
  Manifest manifest;
  manifest.summary = {.name = "20261130-155114123-4f2a",
                      .began_at = 1,
                      .snapshot_at = 2,
                      .ended_at = 3,
                      .program = "1.2.3",
                      .is_incremental = true,
                      .objects = 4,
                      .object_bytes = 5,
                      .new_bytes = 6,
                      .schema = {{1, "0001_identity"}, {2, "0002_billing"}},
                      .missing = {"documents/a"}};
  Table table{.name = "lamps",
              .columns = {{"blob", ColumnType::bytes},
                          {"id", ColumnType::integer},
                          {"name", ColumnType::text},
                          {"watts", ColumnType::real}},
              .key = {"id", "name"},
              .foreign_keys = {{.columns = {"id"}, .parent = "houses", .parent_columns = {"id"}}},
              .has_counter = true};
  manifest.tables.push_back({.table = table,
                             .rows = 7,
                             .bytes = 80,
                             .sum = "ab",
                             .counter = 9,
                             .chunks = {sha256("a"), sha256("b")}});
  manifest.object_list = {sha256("c")};
  manifest.key_proof = "v1.x";
  manifest.master_key = std::string("\0key", 4);
  return manifest;
}

TEST(Manifest, is_read_as_it_was_written) {
  auto written = write_manifest(example());

  auto read = read_manifest(written);

  ASSERT_TRUE(read);
  EXPECT_EQ(write_manifest(*read), written);
  EXPECT_EQ(read->tables[0].table.foreign_keys, example().tables[0].table.foreign_keys);
  EXPECT_EQ(read->tables[0].table.columns, example().tables[0].table.columns);
  EXPECT_TRUE(read->tables[0].table.has_counter);
  EXPECT_EQ(read->summary.rows, 7);
  EXPECT_EQ(read->summary.row_bytes, 80);
  EXPECT_EQ(read->summary.master_key, MasterKeyPlace::inside);
  EXPECT_EQ(read->master_key, std::string("\0key", 4));
}

TEST(Manifest, is_refused_in_any_other_form) {
  auto written = write_manifest(example());
  auto changed = [&written](const std::string& from, const std::string& to) {
    auto text = written;
    auto at = text.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    text.replace(at, from.size(), to);
    return text;
  };

  for (const auto& text :
       {std::string(), std::string("{}"), std::string("[]"), written.substr(0, 100),
        changed("\"rows\":7", "\"rows\":-7"), changed("\"rows\":7", "\"rows\":\"7\""),
        changed("\"integer\"", "\"number\""), changed("\"tables\":[", "\"tables\":[3,"),
        changed(to_text(sha256("a")), to_text(sha256("a")).substr(1)),
        changed("\"schema\"", "\"other\""), changed("\"missing\":[", "\"missing\":[1,")})
    EXPECT_FALSE(read_manifest(text)) << text.substr(0, 200);
  EXPECT_EQ(read_manifest(changed("\"format\":1", "\"format\":2")).error().code,
            ErrorCode::conflict);
}

TEST(ObjectRecord, is_read_as_it_was_written_and_in_no_other_form) {
  ObjectRecord record{
      .key = "documents/a", .modified_at = 5, .bytes = 6, .chunks = {sha256("a"), sha256("b")}};
  auto row = write_object_record(record);

  auto read = read_object_record(row);

  ASSERT_TRUE(read);
  EXPECT_EQ(read->key, record.key);
  EXPECT_EQ(read->modified_at, 5);
  EXPECT_EQ(read->bytes, 6);
  EXPECT_EQ(read->chunks, record.chunks);
  for (std::size_t size = 0; size < row.size(); ++size)
    EXPECT_FALSE(read_object_record(std::string_view(row).substr(0, size))) << size;
}

TEST(ChunkId, is_read_from_its_own_text_only) {
  auto text = to_text(sha256("a"));

  EXPECT_EQ(parse_chunk_id(text), sha256("a"));
  EXPECT_FALSE(parse_chunk_id(text.substr(1)));
  EXPECT_FALSE(parse_chunk_id("g" + text.substr(1)));
  EXPECT_FALSE(parse_chunk_id("A" + text.substr(1)));
}

}  // namespace
}  // namespace aiva::backup
