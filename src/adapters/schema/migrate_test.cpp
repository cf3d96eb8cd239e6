#include "adapters/schema/migrate.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "adapters/sqlite/sqlite_database.h"
#include "ports/testing/temporary_folder.h"

namespace aiva {
namespace {

class MigrateTest : public ::testing::Test {
 protected:
  MigrateTest() { database_ = make_sqlite_database({.path = folder_.path() / "rows.db"}).value(); }

  Result<MigrationReport> apply(std::vector<Migration> migrations) {
    return sync_wait(migrate(*database_, std::move(migrations)));
  }
  bool has_table(const std::string& name) {
    auto found = sync_wait(read(*database_, {}, [&](SqlSession& session) -> Result<bool> {
      bool is_there = false;
      TRY_VOID(session.query("SELECT 1 FROM sqlite_schema WHERE name = ?", {name},
                             [&](const SqlRow&) -> Result<void> {
                               is_there = true;
                               return {};
                             }));
      return is_there;
    }));
    return found.value_or(false);
  }

  TemporaryFolder folder_;
  std::unique_ptr<Database> database_;
};

const Migration make_a{.version = 1, .name = "0001_a", .sql = "CREATE TABLE a (id INTEGER);\n"};
const Migration make_b{
    .version = 2,
    .name = "0002_b",
    .sql =
        "-- One; two.\nCREATE TABLE b (id INTEGER, t TEXT DEFAULT 'x;y');\n"
        "CREATE TRIGGER b_added AFTER INSERT ON b BEGIN\n"
        "  INSERT INTO a VALUES (1); INSERT INTO a VALUES (2);\nEND;\n-- The end.\n"};

TEST_F(MigrateTest, applies_what_is_missing_once_and_in_order) {
  auto first = apply({make_a});
  auto second = apply({make_a, make_b});
  auto third = apply({make_a, make_b});

  ASSERT_TRUE(first.has_value() && second.has_value() && third.has_value());
  EXPECT_EQ(first->applied, std::vector<std::string>{"0001_a"});
  EXPECT_EQ(second->applied, std::vector<std::string>{"0002_b"});
  EXPECT_TRUE(third->applied.empty());
  EXPECT_EQ(third->version, 2);
  EXPECT_TRUE(has_table("b_added"));
}

TEST_F(MigrateTest, refuses_a_migration_that_changed_after_it_was_applied) {
  ASSERT_TRUE(apply({make_a}).has_value());
  auto changed = make_a;
  changed.sql = "CREATE TABLE a (id INTEGER, extra TEXT);\n";

  auto refused = apply({changed, make_b});

  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, ErrorCode::conflict);
  EXPECT_NE(refused.error().message.find("0001_a was changed"), std::string::npos);
  EXPECT_FALSE(has_table("b"));
}

TEST_F(MigrateTest, refuses_a_database_of_a_newer_program) {
  ASSERT_TRUE(apply({make_a, make_b}).has_value());

  auto refused = apply({make_a});

  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, ErrorCode::conflict);
  EXPECT_NE(refused.error().message.find("newer than this program"), std::string::npos);
}

const Migration add_to_a{.version = 3,
                         .name = "0003_add_to_a",
                         .sql =
                             "-- A note of each.\n-- compatible-with: 2\n\n"
                             "ALTER TABLE a ADD COLUMN note TEXT NOT NULL DEFAULT '';\n"};

TEST_F(MigrateTest, lets_a_program_run_beside_a_newer_one_that_only_added) {
  ASSERT_TRUE(apply({make_a, make_b, add_to_a}).has_value());

  auto older = apply({make_a, make_b});
  auto too_old = apply({make_a});

  ASSERT_TRUE(older.has_value()) << older.error().message;
  EXPECT_EQ(older->newer, std::vector<std::string>{"0003_add_to_a"});
  EXPECT_EQ(older->version, 2);
  ASSERT_FALSE(too_old.has_value());
  EXPECT_EQ(too_old.error().code, ErrorCode::conflict);
}

TEST_F(MigrateTest, brings_an_older_program_s_missing_step_beside_a_newer_one) {
  ASSERT_TRUE(apply({make_a, add_to_a}).has_value());

  auto report = apply({make_a, make_b});

  ASSERT_TRUE(report.has_value()) << report.error().message;
  EXPECT_EQ(report->applied, std::vector<std::string>{"0002_b"});
  EXPECT_TRUE(has_table("b_added"));
}

TEST_F(MigrateTest, leaves_nothing_of_a_migration_that_fails) {
  Migration broken{.version = 2,
                   .name = "0002_broken",
                   .sql = "CREATE TABLE half (id INTEGER);\nCREATE TABLE a (id INTEGER);\n"};

  auto failed = apply({make_a, broken});

  ASSERT_FALSE(failed.has_value());
  EXPECT_EQ(failed.error().message, "Migration 0002_broken failed");
  EXPECT_FALSE(has_table("half"));
  EXPECT_TRUE(has_table("a"));
  EXPECT_TRUE(apply({make_a, make_b}).has_value());
}

TEST_F(MigrateTest, refuses_an_unfinished_statement) {
  EXPECT_FALSE(
      apply({{.version = 1, .name = "0001_cut", .sql = "CREATE TABLE a (id"}}).has_value());
  EXPECT_FALSE(has_table("a"));
}

TEST_F(MigrateTest, applies_the_schema_of_the_program) {
  auto report = sync_wait(migrate(*database_));

  ASSERT_TRUE(report.has_value()) << report.error().message << report.error().cause;
  EXPECT_EQ(report->applied.size(), embedded_migrations().size());
  EXPECT_TRUE(has_table("users"));
  EXPECT_TRUE(std::ranges::is_sorted(embedded_migrations(), std::ranges::less_equal{},
                                     &Migration::version));
}

}  // namespace
}  // namespace aiva
