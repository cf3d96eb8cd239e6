#include <gtest/gtest.h>

#include <future>
#include <memory>
#include <string>
#include <vector>

#include "adapters/mysql/mysql_database.h"
#include "adapters/mysql/testing/mariadb_server.h"
#include "adapters/schema/migrate.h"

namespace aiva {
namespace {

mysql::MariadbServer& server() {
  static mysql::MariadbServer one;
  return one;
}

class MysqlMigrateTest : public ::testing::Test {
 protected:
  MysqlMigrateTest() {
    static int number = 0;
    name_ = "migrated_" + std::to_string(++number);
    server().ask("CREATE DATABASE " + name_);
    database_ = open();
  }
  std::unique_ptr<Database> open() {
    return make_mysql_database({.url = server().url(name_)}, metrics_).value();
  }
  Result<MigrationReport> apply(std::vector<Migration> migrations) {
    return sync_wait(migrate(*database_, std::move(migrations)));
  }
  [[nodiscard]] bool has_table(const std::string& table) const {
    return server().ask("SELECT count(*) FROM information_schema.tables WHERE table_schema = '" +
                        name_ + "' AND table_name = '" + table + "'") == "1";
  }
  [[nodiscard]] std::string ask(const std::string& what) const {
    return server().ask("SELECT " + what + " FROM " + name_ + ".a");
  }

  Metrics metrics_;
  std::string name_;
  std::unique_ptr<Database> database_;
};

const Migration make_a{.version = 1,
                       .name = "0001_a",
                       .sql =
                           "CREATE TABLE a (id INTEGER NOT NULL) STRICT;\n"
                           "INSERT INTO a (id) VALUES (1);\n"};
const Migration make_b{
    .version = 2, .name = "0002_b", .sql = "CREATE TABLE b (id TEXT PRIMARY KEY) STRICT;\n"};

TEST_F(MysqlMigrateTest, applies_what_is_missing_once_and_in_order) {
  auto first = apply({make_a});
  auto second = apply({make_a, make_b});
  auto third = apply({make_a, make_b});

  ASSERT_TRUE(first.has_value()) << first.error().message << first.error().cause;
  ASSERT_TRUE(second.has_value() && third.has_value());
  EXPECT_EQ(first->applied, std::vector<std::string>{"0001_a"});
  EXPECT_EQ(second->applied, std::vector<std::string>{"0002_b"});
  EXPECT_TRUE(third->applied.empty());
  EXPECT_EQ(third->version, 2);
  EXPECT_EQ(ask("count(*)"), "1");
}

TEST_F(MysqlMigrateTest, refuses_what_was_changed_and_what_is_newer) {
  ASSERT_TRUE(apply({make_a, make_b}).has_value());
  auto changed = make_a;
  changed.sql = "CREATE TABLE a (id INTEGER, extra TEXT) STRICT;\n";

  auto other = apply({changed, make_b});
  auto older = apply({make_a});

  ASSERT_FALSE(other.has_value());
  EXPECT_EQ(other.error().code, ErrorCode::conflict);
  ASSERT_FALSE(older.has_value());
  EXPECT_EQ(older.error().code, ErrorCode::conflict);
}

TEST_F(MysqlMigrateTest, goes_on_where_a_migration_was_interrupted) {
  auto broken = make_a;
  broken.sql =
      "CREATE TABLE a (id INTEGER NOT NULL) STRICT;\nINSERT INTO a (id) VALUES (1);\n"
      "INSERT INTO a (nothing) VALUES (2);\n";

  auto failed = apply({broken});
  // As if the process had ended before it could write down the last statement but one.
  server().ask("DELETE FROM " + name_ + ".schema_migration_steps WHERE step = 2");
  server().ask("DELETE FROM " + name_ + ".a");
  auto mended = apply({make_a, make_b});

  ASSERT_FALSE(failed.has_value());
  EXPECT_EQ(failed.error().message, "Migration 0001_a failed");
  ASSERT_TRUE(mended.has_value()) << mended.error().message << mended.error().cause;
  EXPECT_EQ(ask("count(*)"), "1");
  EXPECT_TRUE(has_table("b"));
}

TEST_F(MysqlMigrateTest, takes_a_statement_as_done_that_was_not_written_down) {
  auto broken = make_a;
  broken.sql = "CREATE TABLE a (id INTEGER NOT NULL) STRICT;\nINSERT INTO a (no) VALUES (1);\n";
  ASSERT_FALSE(apply({broken}).has_value());

  server().ask("DELETE FROM " + name_ + ".schema_migration_steps WHERE step = 1");
  auto mended = apply({make_a});

  ASSERT_TRUE(mended.has_value()) << mended.error().message << mended.error().cause;
  EXPECT_EQ(ask("count(*)"), "1");
}

TEST_F(MysqlMigrateTest, never_takes_somebody_else_s_table_for_its_own) {
  server().ask("CREATE TABLE " + name_ + ".a (other INT)");

  EXPECT_FALSE(apply({make_a}).has_value());
}

TEST_F(MysqlMigrateTest, lets_several_processes_begin_at_once) {
  std::vector<std::future<Result<MigrationReport>>> reports;
  for (int i = 0; i < 3; ++i)
    reports.push_back(std::async(std::launch::async, [this] {
      auto database = open();
      return sync_wait(migrate(*database));
    }));

  std::size_t applied = 0;
  for (auto& pending : reports) {
    auto report = pending.get();
    ASSERT_TRUE(report.has_value()) << report.error().message << report.error().cause;
    applied += report->applied.size();
  }
  EXPECT_EQ(applied, embedded_migrations().size());
  EXPECT_TRUE(has_table("users"));
}

}  // namespace
}  // namespace aiva
