#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "adapters/mysql/mysql_database.h"
#include "adapters/mysql/testing/mariadb_server.h"
#include "adapters/schema/migrate.h"
#include "adapters/sqlite/sqlite_database.h"
#include "capabilities/backup/backup_fixture.h"
#include "capabilities/backup/every_row_fixture.h"
#include "capabilities/backup/move.h"
#include "capabilities/backup/unfinished.h"
#include "ports/testing/temporary_folder.h"

namespace aiva::backup {
namespace {

using testing::IsEmpty;

class EnginesTest : public testing::Test {
 protected:
  // The server that AIVA_TEST_DATABASE names, else a MariaDB of our own.
  static std::string url_of(const std::string& database) {
    if (const auto* named = std::getenv("AIVA_TEST_DATABASE"); named != nullptr && *named != '\0')
      return std::string(named) + "/" + database;
    static mysql::MariadbServer server;
    return server.url(database);
  }
  void make_empty() {
    auto server = make_mysql_database({.url = url_of("mysql"), .pool_min = 1}, metrics);
    ASSERT_TRUE(server);
    auto making = write(**server, {}, [&](SqlSession& session) -> Result<void> {
      TRY_VOID(session.execute("DROP DATABASE IF EXISTS " + name));
      TRY_VOID(session.execute("CREATE DATABASE " + name));
      return {};
    });
    ASSERT_TRUE(sync_wait(std::move(making)));
  }

  void SetUp() override {
    auto made = make_sqlite_database({.path = folder.path() / "rows.db"});
    ASSERT_TRUE(made);
    sqlite = std::move(*made);
    ASSERT_TRUE(sync_wait(migrate(*sqlite)));
    static int number = 0;
    name = "engines_" + std::to_string(++number);
    make_empty();
    auto opened = make_mysql_database({.url = url_of(name), .pool_min = 1}, metrics);
    ASSERT_TRUE(opened);
    maria = std::move(*opened);
  }

  // Fills SQLite; wants MariaDB's schema.
  void fill() {
    auto reading = read(*maria, {}, read_rooms);
    auto rooms = sync_wait(std::move(reading));
    ASSERT_TRUE(rooms);
    EveryRow every(std::move(*rooms));
    auto filling = write(*sqlite, {}, [&](SqlSession& session) { return every.fill(session); });
    auto filled = sync_wait(std::move(filling));
    ASSERT_TRUE(filled) << filled.error().message << " " << filled.error().cause;
  }

  static std::map<std::string, std::int64_t> counters_of(Database& database) {
    std::map<std::string, std::int64_t> counters;
    auto reading = read(database, {}, [&](SqlSession& session) -> Result<void> {
      TRY(auto tables, read_tables(session));
      for (const auto& table : tables) {
        if (!table.has_counter) continue;
        TRY(counters[table.name], read_counter(session, table));
      }
      return {};
    });
    EXPECT_TRUE(sync_wait(std::move(reading)));
    return counters;
  }

  TemporaryFolder folder;
  Metrics metrics;
  std::string name;
  std::unique_ptr<Database> sqlite;
  std::unique_ptr<Database> maria;
};

TEST_F(EnginesTest, tell_the_same_tables) {
  ASSERT_TRUE(sync_wait(migrate(*maria)));

  auto tables_of = [](Database& database) {
    auto reading = read(database, {}, [](SqlSession& session) { return read_tables(session); });
    std::map<std::string, Table> tables;
    auto found = sync_wait(std::move(reading));
    EXPECT_TRUE(found) << found.error().cause;
    for (auto& table : *found) tables[table.name] = table;
    return tables;
  };
  auto ours = tables_of(*sqlite);
  auto theirs = tables_of(*maria);

  EXPECT_GT(ours.size(), 50U);
  for (auto& [table_name, table] : ours) {
    auto found = theirs.find(table_name);
    ASSERT_NE(found, theirs.end()) << table_name;
    EXPECT_EQ(table.columns, found->second.columns) << table_name;
    EXPECT_EQ(table.key, found->second.key) << table_name;
    for (auto* keys : {&table.foreign_keys, &found->second.foreign_keys}) std::ranges::sort(*keys);
    EXPECT_EQ(table.foreign_keys, found->second.foreign_keys) << table_name;
  }
  EXPECT_EQ(ours.size(), theirs.size());
}

TEST_F(EnginesTest, move_all_that_a_column_takes_through_interruptions) {
  ASSERT_TRUE(check_target(*sqlite, *maria));
  ASSERT_TRUE(sync_wait(migrate(*maria)));
  fill();
  Result<MoveReport> moved = fail(ErrorCode::unavailable, "not begun");

  int runs = 0;
  for (int writes = 8; !moved; writes += 25) {
    ++runs;
    FailingDatabase leaving(*maria, writes);
    moved = move_rows(*sqlite, leaving, {});
    ASSERT_TRUE(moved || moved.error().code == ErrorCode::unavailable)
        << moved.error().message << " " << moved.error().cause;
    EXPECT_EQ(moved.has_value(), check_finished(*maria).has_value());
  }

  EXPECT_GT(runs, 2);
  EXPECT_LT(moved->rows_copied, moved->rows);
  EXPECT_EQ(sums_of(*maria), sums_of(*sqlite));
  for (const auto& [table, number] : counters_of(*sqlite)) {
    auto theirs = counters_of(*maria);
    if (theirs.contains(table)) EXPECT_GE(theirs[table], number) << table;
  }
}

TEST_F(EnginesTest, go_back_by_a_backup) {
  ASSERT_TRUE(sync_wait(migrate(*maria)));
  fill();
  ASSERT_TRUE(move_rows(*sqlite, *maria, {}));
  ManualClock clock;
  WatchedStore vault(clock);
  WatchedStore objects(clock);
  auto backups = open_backups(vault, clock, {.passphrase = "a long enough one"}, true);
  ASSERT_TRUE(backups);
  auto taken = (*backups)->take({*maria, objects}, {});
  ASSERT_TRUE(taken) << taken.error().message << " " << taken.error().cause;
  auto verified = (*backups)->verify("");
  ASSERT_TRUE(verified);
  EXPECT_THAT(verified->damages, IsEmpty());

  auto back = make_sqlite_database({.path = folder.path() / "back.db"});
  ASSERT_TRUE(back);
  ASSERT_TRUE(sync_wait(migrate(**back)));
  auto restored = (*backups)->restore(taken->backup.name, {**back, objects});
  ASSERT_TRUE(restored) << restored.error().message << " " << restored.error().cause;

  EXPECT_EQ(sums_of(**back), sums_of(*sqlite));
}

TEST_F(EnginesTest, restore_into_an_empty_mariadb_again_after_an_interruption) {
  ASSERT_TRUE(sync_wait(migrate(*maria)));
  fill();
  make_empty();
  ManualClock clock;
  WatchedStore vault(clock);
  WatchedStore objects(clock);
  auto backups = open_backups(vault, clock, {}, true);
  ASSERT_TRUE(backups);
  auto taken = (*backups)->take({*sqlite, objects}, {});
  ASSERT_TRUE(taken) << taken.error().message << " " << taken.error().cause;
  const auto& backup_name = taken->backup.name;

  Result<RestoreReport> restored = fail(ErrorCode::unavailable, "not begun");
  for (int writes : {40, 1'000'000}) {
    ASSERT_TRUE(begin_restore(*maria, backup_name));
    ASSERT_TRUE(sync_wait(migrate(*maria)));
    FailingDatabase leaving(*maria, writes);
    restored = (*backups)->restore(backup_name, {leaving, objects});
    EXPECT_EQ(restored.has_value(), writes > 40);
    EXPECT_FALSE(check_finished(*maria));
  }
  ASSERT_TRUE(restored) << restored.error().message << " " << restored.error().cause;
  ASSERT_TRUE(end_restore(*maria));

  EXPECT_TRUE(check_finished(*maria));
  EXPECT_EQ(sums_of(*maria), sums_of(*sqlite));
}

}  // namespace
}  // namespace aiva::backup
