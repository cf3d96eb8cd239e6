#include <gtest/gtest.h>

#include <cstdint>
#include <deque>

#include <string>
#include <vector>

#include "adapters/test_database/test_database.h"
#include "ports/delete_selected.h"
#include "ports/insert_rows.h"

namespace aiva {
namespace {

class StatementsTest : public ::testing::Test {
 protected:
  void insert(int count) {
    std::vector<SqlValue> values;
    for (int i = 0; i < count; ++i)
      for (const auto& value : {SqlValue(keys_.emplace_back(std::to_string(i))), SqlValue(i)})
        values.push_back(value);
    auto done = sync_wait(write(*database_, {}, [&](SqlSession& sql) {
      return insert_rows(sql, "INSERT INTO recording_removals (object_key, created_at)", 2, values);
    }));
    EXPECT_TRUE(done.has_value()) << (done ? "" : done.error().cause);
  }
  std::int64_t delete_older(int than, int limit) {
    auto deleted = sync_wait(write(*database_, {}, [&](SqlSession& sql) {
      return delete_selected(sql, {.table = "recording_removals", .key = "object_key"},
                             "SELECT object_key FROM recording_removals WHERE created_at < ? "
                             "ORDER BY created_at LIMIT ?",
                             {than, limit});
    }));
    return deleted.value_or(-1);
  }
  std::int64_t sum() {
    auto found = sync_wait(read(*database_, {}, [](SqlSession& sql) -> Result<std::int64_t> {
      std::int64_t value = 0;
      TRY_VOID(sql.query("SELECT COALESCE(SUM(created_at), 0) FROM recording_removals", {},
                         [&value](const SqlRow& row) -> Result<void> {
                           value = row.integer(0);
                           return {};
                         }));
      return value;
    }));
    return found.value_or(-1);
  }

  TestDatabase database_;
  std::deque<std::string> keys_;
};

TEST_F(StatementsTest, insert_each_row_once) {
  insert(77);

  EXPECT_EQ(sum(), 76 * 77 / 2);
}

TEST_F(StatementsTest, delete_what_a_query_finds) {
  insert(300);

  EXPECT_EQ(delete_older(3, 100), 3);
  EXPECT_EQ(delete_older(1000, 200), 200);
  EXPECT_EQ(delete_older(0, 100), 0);

  EXPECT_EQ(sum(), (203 + 299) * 97 / 2);
}

}  // namespace
}  // namespace aiva
