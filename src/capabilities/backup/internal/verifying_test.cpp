#include "capabilities/backup/internal/verifying.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "capabilities/backup/backup_fixture.h"
#include "capabilities/backup/internal/chunk_stream.h"

namespace aiva::backup {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

// A vault with houses and lamps, each lamp in a house.
class VerifyingTest : public testing::Test {
 protected:
  void SetUp() override {
    auto opened = Vault::open(store, {}, true);
    ASSERT_TRUE(opened);
    vault = std::move(*opened);
    ASSERT_TRUE(vault->learn_chunks());
    manifest.summary.name = "b1";
  }

  // Rows of an id and what they refer to; -1: nothing.
  void add_table(Table table, const std::vector<std::pair<int, int>>& rows) {
    Additions additions;
    ChunkWriter writer(*vault, additions);
    TableRows written{.table = std::move(table)};
    RowSum sum;
    for (const auto& [id, house] : rows) {
      RowBytes row;
      append_value(row, house < 0 ? SqlValue(nullptr) : SqlValue(house));
      append_value(row, SqlValue(id));
      sum.add(row);
      ASSERT_TRUE(writer.add_row(row));
    }
    written.rows = sum.rows();
    written.sum = sum.text();
    auto chunks = writer.finish();
    ASSERT_TRUE(chunks);
    written.chunks = std::move(*chunks);
    manifest.tables.push_back(std::move(written));
  }

  static Table houses() {
    return {.name = "houses",
            .columns = {{"house", ColumnType::integer}, {"id", ColumnType::integer}},
            .key = {"id"}};
  }
  static Table lamps() {
    auto table = houses();
    table.name = "lamps";
    table.foreign_keys = {{.columns = {"house"}, .parent = "houses", .parent_columns = {"id"}}};
    return table;
  }

  VerifyReport verify() {
    Verifying verifying(*vault, none);
    EXPECT_TRUE(verifying.look_at_chunks(manifest));
    EXPECT_TRUE(verifying.look_at_rows(manifest));
    return verifying.take_report();
  }

  ManualClock clock;
  WatchedStore store{clock};
  std::unique_ptr<Vault> vault;
  Manifest manifest;
  OnProgress none;
};

TEST_F(VerifyingTest, is_content_with_rows_that_refer_to_rows_or_to_nothing) {
  add_table(houses(), {{1, -1}, {2, -1}});
  add_table(lamps(), {{10, 1}, {11, 2}, {12, -1}});

  auto report = verify();

  EXPECT_THAT(report.damages, IsEmpty());
  EXPECT_EQ(report.rows, 5);
  EXPECT_EQ(report.chunks, 2);
}

TEST_F(VerifyingTest, counts_rows_that_refer_to_none) {
  add_table(houses(), {{1, -1}});
  add_table(lamps(), {{10, 1}, {11, 2}, {12, 3}});

  auto report = verify();

  ASSERT_EQ(report.damages.size(), 1U);
  EXPECT_EQ(report.damages[0].what, "rows of lamps in b1");
  EXPECT_THAT(report.damages[0].where, HasSubstr("2 refer"));
}

TEST_F(VerifyingTest, says_nothing_of_rows_that_refer_to_a_damaged_table) {
  add_table(houses(), {{1, -1}});
  add_table(lamps(), {{10, 1}});
  auto chunk = key_of(manifest.tables[0].chunks[0]);
  store.damage(chunk);

  auto report = verify();

  ASSERT_EQ(report.damages.size(), 1U);
  EXPECT_EQ(report.damages[0].what, chunk);
}

TEST_F(VerifyingTest, notices_rows_that_are_not_as_many_or_not_the_same) {
  add_table(houses(), {{1, -1}});
  manifest.tables[0].rows = 2;

  EXPECT_EQ(verify().damages.size(), 1U);

  manifest.tables[0].rows = 1;
  manifest.tables[0].sum = std::string(32, '0');
  EXPECT_EQ(verify().damages.size(), 1U);
}

}  // namespace
}  // namespace aiva::backup
