#include "capabilities/backup/unfinished.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>

#include "adapters/schema/migrate.h"
#include "adapters/sqlite/sqlite_database.h"
#include "capabilities/backup/backup_fixture.h"
#include "capabilities/backup/move.h"
#include "ports/testing/temporary_folder.h"

namespace aiva::backup {
namespace {

using testing::HasSubstr;

class UnfinishedTest : public testing::Test {
 protected:
  void SetUp() override {
    auto made = make_sqlite_database({.path = folder.path() / "rows.db"});
    ASSERT_TRUE(made);
    empty = std::move(*made);
  }

  TemporaryFolder folder;
  std::unique_ptr<Database> empty;
};

TEST_F(UnfinishedTest, a_restore_goes_on_where_it_was_begun) {
  EXPECT_TRUE(check_finished(*empty));

  EXPECT_TRUE(begin_restore(*empty, "first"));
  EXPECT_TRUE(begin_restore(*empty, "first"));
  auto other = begin_restore(*empty, "second");
  auto finished = check_finished(*empty);

  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().code, ErrorCode::conflict);
  ASSERT_FALSE(finished);
  EXPECT_EQ(finished.error().code, ErrorCode::conflict);
  EXPECT_TRUE(end_restore(*empty));
  EXPECT_TRUE(check_finished(*empty));
}

TEST_F(UnfinishedTest, a_move_is_marked_until_its_end) {
  ManualClock clock;
  SmallInstallation source(clock);
  ASSERT_TRUE(check_target(*source.database, *empty));

  ASSERT_TRUE(begin_move(*empty));

  EXPECT_FALSE(check_finished(*empty));
  EXPECT_TRUE(check_target(*source.database, *empty));
  ASSERT_TRUE(sync_wait(migrate(*empty)));
  EXPECT_TRUE(move_rows(*source.database, *empty, {}));
  EXPECT_TRUE(check_finished(*empty));
}

TEST_F(UnfinishedTest, a_database_with_tables_is_no_target) {
  ManualClock clock;
  SmallInstallation used(clock);

  auto begun = begin_restore(*used.database, "first");

  ASSERT_FALSE(begun);
  EXPECT_EQ(begun.error().code, ErrorCode::conflict);
  EXPECT_THAT(begun.error().message, HasSubstr("not empty"));
  EXPECT_TRUE(check_finished(*used.database));
}

TEST_F(UnfinishedTest, what_is_restored_is_no_target_of_a_move) {
  ManualClock clock;
  SmallInstallation source(clock);
  ASSERT_TRUE(begin_restore(*empty, "first"));

  auto checked = check_target(*source.database, *empty);

  ASSERT_FALSE(checked);
  EXPECT_EQ(checked.error().code, ErrorCode::conflict);
}

}  // namespace
}  // namespace aiva::backup
