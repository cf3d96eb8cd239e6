#include "capabilities/backup/move.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "capabilities/backup/backup_fixture.h"
#include "capabilities/backup/unfinished.h"

namespace aiva::backup {
namespace {

using testing::HasSubstr;

class MoveTest : public testing::Test {
 protected:
  void SetUp() override {
    source.add_knowledge();
    for (int i = 0; i < 700; ++i) source.add_credits(i, std::to_string(i));
    source.add_document("The lamp floats on water.");
  }

  ManualClock clock;
  SmallInstallation source{clock};
  SmallInstallation target{clock};
};

TEST_F(MoveTest, copies_every_row) {
  auto moved = move_rows(*source.database, *target.database, {});

  ASSERT_TRUE(moved) << moved.error().message << " " << moved.error().cause;
  EXPECT_EQ(target.sums(), source.sums());
  EXPECT_GT(moved->rows, 700);
  EXPECT_EQ(moved->rows_copied, moved->rows);
  EXPECT_TRUE(check_finished(*target.database));
}

TEST_F(MoveTest, goes_on_where_it_was_killed) {
  std::int64_t copied_again = 0;
  for (int writes = 1;; ++writes) {
    FailingDatabase dying(*target.database, writes);
    auto moved = move_rows(*source.database, dying, {});
    if (!moved) {
      EXPECT_EQ(moved.error().code, ErrorCode::unavailable) << moved.error().message;
      continue;
    }
    copied_again = moved->rows_copied;
    EXPECT_GT(moved->rows, 700);
    EXPECT_GT(writes, 3);
    break;
  }

  EXPECT_EQ(target.sums(), source.sums());
  EXPECT_LT(copied_again, 700);
}

TEST_F(MoveTest, refuses_a_target_that_is_in_use) {
  target.add_knowledge();

  auto moved = move_rows(*source.database, *target.database, {});

  ASSERT_FALSE(moved);
  EXPECT_EQ(moved.error().code, ErrorCode::conflict);
  EXPECT_THAT(moved.error().message, HasSubstr("not empty"));
}

TEST_F(MoveTest, refuses_the_unfinished_move_of_another_source) {
  FailingDatabase dying(*target.database, 3);
  ASSERT_FALSE(move_rows(*source.database, dying, {}));
  source.execute("UPDATE schema_migrations SET applied_at = applied_at + 1");

  auto moved = move_rows(*source.database, *target.database, {});

  ASSERT_FALSE(moved);
  EXPECT_EQ(moved.error().code, ErrorCode::conflict);
  EXPECT_THAT(moved.error().message, HasSubstr("another source"));
}

TEST_F(MoveTest, notices_rows_that_changed_on_the_way) {
  while (target.number("SELECT COUNT(*) FROM tenants") == 0) {
    // One batch each time: two writes go before it.
    FailingDatabase dying(*target.database, 3);
    ASSERT_FALSE(move_rows(*source.database, dying, {}));
  }
  target.execute("UPDATE tenants SET name = 'Somebody else'");

  auto moved = move_rows(*source.database, *target.database, {});

  ASSERT_FALSE(moved);
  EXPECT_EQ(moved.error().code, ErrorCode::internal);
  EXPECT_THAT(moved.error().message, HasSubstr("tenants"));
}

TEST_F(MoveTest, refuses_a_target_with_another_schema) {
  target.execute("ALTER TABLE do_not_call DROP COLUMN reason");

  auto moved = move_rows(*source.database, *target.database, {});

  ASSERT_FALSE(moved);
  EXPECT_EQ(moved.error().code, ErrorCode::conflict);
  EXPECT_THAT(moved.error().message, HasSubstr("do_not_call.reason"));
}

}  // namespace
}  // namespace aiva::backup
