#include "adapters/sqlite/sqlite_database.h"

#include <gtest/gtest.h>
#include <sqlite3.h>

#include <future>

#include "adapters/test_database/test_database.h"
#include "ports/testing/database_contract.h"
#include "ports/testing/temporary_folder.h"

namespace aiva {
namespace {

using std::chrono::milliseconds;

struct EmptyDatabase {
  TemporaryFolder folder;
  std::unique_ptr<Database> database;

  explicit EmptyDatabase(SqliteOptions options = {}) {
    options.path = folder.path() / "rows.db";
    database = make_sqlite_database(std::move(options)).value();
  }
  Result<std::int64_t> run(std::string sql, CallContext context = {}) const {
    return sync_wait(write(*database, context, [&](SqlSession& session) -> Result<std::int64_t> {
      return session.execute(sql);
    }));
  }
  [[nodiscard]] std::int64_t number_of(std::string sql) const {
    std::int64_t number = -1;
    auto done = sync_wait(read(*database, {}, [&](SqlSession& session) -> Result<void> {
      return session.query(sql, {}, [&number](const SqlRow& row) -> Result<void> {
        number = row.integer(0);
        return {};
      });
    }));
    EXPECT_TRUE(done.has_value()) << (done ? "" : done.error().cause);
    return number;
  }
};

DatabaseSubject make_subject() {
  auto made = std::make_shared<EmptyDatabase>();
  return {.database = made->database.get(), .keeps = made};
}

INSTANTIATE_TEST_SUITE_P(Sqlite, DatabaseContract, ::testing::Values(make_subject));

// Starts writes while the writer is held, so that all of them fall into one group.
class HeldWriter {
 public:
  explicit HeldWriter(Database& database) : database_(database) {
    auto held = write(database, {}, [this](SqlSession&) -> Result<void> {
      is_holding_.set_value();
      release_.get_future().wait();
      return {};
    });
    start(std::move(held), [](std::exception_ptr, std::optional<Result<void>>) {});
    is_holding_.get_future().wait();
  }

  std::future<Result<void>> add(Database::Body body) {
    auto promise = std::make_shared<std::promise<Result<void>>>();
    auto future = promise->get_future();
    start(database_.run_write({}, std::move(body)),
          [promise](std::exception_ptr, std::optional<Result<void>> outcome) {
            promise->set_value(std::move(*outcome));
          });
    return future;
  }
  void release() { release_.set_value(); }

 private:
  Database& database_;
  std::promise<void> is_holding_;
  std::promise<void> release_;
};

Database::Body insert(int id) {
  return [id](SqlSession& session) -> Result<void> {
    TRY_VOID(session.execute("INSERT INTO t (id) VALUES (?)", {id}));
    return {};
  };
}

TEST(SqliteDatabase, keeps_the_good_writes_of_a_group_when_one_fails) {
  EmptyDatabase empty;
  ASSERT_TRUE(empty.run("CREATE TABLE t (id INTEGER PRIMARY KEY)").has_value());
  HeldWriter writer(*empty.database);

  auto first = writer.add(insert(1));
  auto again = writer.add([](SqlSession& session) -> Result<void> {
    TRY_VOID(session.execute("INSERT INTO t (id) VALUES (7)"));
    TRY_VOID(session.execute("INSERT INTO t (id) VALUES (1)"));
    return {};
  });
  auto last = writer.add(insert(2));
  writer.release();

  EXPECT_TRUE(first.get().has_value());
  EXPECT_EQ(again.get().error().code, ErrorCode::conflict);
  EXPECT_TRUE(last.get().has_value());
  EXPECT_EQ(empty.number_of("SELECT sum(id) FROM t"), 3);
}

TEST(SqliteDatabase, fails_the_whole_group_when_the_engine_gives_its_transaction_up) {
  EmptyDatabase empty;
  ASSERT_TRUE(empty.run("CREATE TABLE t (id INTEGER PRIMARY KEY)").has_value());
  HeldWriter writer(*empty.database);

  auto first = writer.add(insert(1));
  auto breaker = writer.add([](SqlSession& session) -> Result<void> {
    TRY_VOID(session.execute("ROLLBACK"));
    return {};
  });
  writer.release();

  EXPECT_EQ(first.get().error().code, ErrorCode::unavailable);
  EXPECT_EQ(breaker.get().error().code, ErrorCode::unavailable);
  EXPECT_EQ(empty.number_of("SELECT count(*) FROM t"), 0);
  EXPECT_TRUE(empty.run("INSERT INTO t (id) VALUES (5)").has_value());
}

TEST(SqliteDatabase, keeps_rows_across_a_restart_and_folds_the_log_into_the_file) {
  TemporaryFolder folder;
  SqliteOptions options{.path = folder.path() / "rows.db"};
  auto first = make_sqlite_database(options).value();
  auto make = [](SqlSession& session) -> Result<void> {
    TRY_VOID(session.execute("CREATE TABLE t (id INTEGER PRIMARY KEY)"));
    TRY_VOID(session.execute("INSERT INTO t (id) VALUES (1)"));
    return {};
  };
  ASSERT_TRUE(sync_wait(write(*first, {}, make)).has_value());
  first.reset();

  EXPECT_FALSE(std::filesystem::exists(folder.path() / "rows.db-wal"));
  auto second = make_sqlite_database(options).value();
  auto count = sync_wait(read(*second, {}, [](SqlSession& session) -> Result<int> {
    int rows = 0;
    TRY_VOID(session.query("SELECT id FROM t", {}, [&rows](const SqlRow&) -> Result<void> {
      ++rows;
      return {};
    }));
    return rows;
  }));
  EXPECT_EQ(count.value_or(-1), 1);
}

TEST(SqliteDatabase, keeps_the_log_short_while_writes_come_without_a_pause) {
  EmptyDatabase made;
  ASSERT_TRUE(made.run("CREATE TABLE t (id INTEGER PRIMARY KEY, bytes BLOB)").has_value());

  // 15,000 pages of rows.
  for (int i = 0; i < 150; ++i)
    ASSERT_TRUE(made.run("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE"
                         " i < 100) INSERT INTO t (bytes) SELECT zeroblob(4000) FROM n")
                    .has_value());

  auto log = std::filesystem::file_size(made.folder.path() / "rows.db-wal");
  EXPECT_LT(log, 34 * 1024 * 1024U);
  EXPECT_GT(std::filesystem::file_size(made.folder.path() / "rows.db"), 20 * 1024 * 1024U);
  EXPECT_EQ(made.number_of("SELECT count(*) FROM t"), 15'000);
}

TEST(SqliteDatabase, makes_a_file_only_its_owner_can_read) {
  EmptyDatabase empty;

  auto mode = std::filesystem::status(empty.folder.path() / "rows.db").permissions();

  EXPECT_EQ(mode & (std::filesystem::perms::group_all | std::filesystem::perms::others_all),
            std::filesystem::perms::none);
}

TEST(SqliteDatabase, says_when_the_file_cannot_be_opened_or_is_no_database) {
  TemporaryFolder folder;
  auto text = folder.write("text.db", std::string(5000, 'x'));

  auto missing = make_sqlite_database({.path = folder.path() / "no" / "rows.db"});
  auto no_database = make_sqlite_database({.path = text});

  ASSERT_FALSE(missing.has_value());
  EXPECT_NE(missing.error().message.find("cannot be opened"), std::string::npos);
  EXPECT_FALSE(no_database.has_value());
}

TEST(SqliteDatabase, says_unavailable_when_another_process_holds_the_file) {
  EmptyDatabase empty({.busy_timeout = milliseconds(20)});
  ASSERT_TRUE(empty.run("CREATE TABLE t (id INTEGER PRIMARY KEY)").has_value());
  sqlite3* other = nullptr;
  ASSERT_EQ(sqlite3_open((empty.folder.path() / "rows.db").c_str(), &other), SQLITE_OK);
  ASSERT_EQ(sqlite3_exec(other, "BEGIN IMMEDIATE", nullptr, nullptr, nullptr), SQLITE_OK);

  auto blocked = empty.run("INSERT INTO t (id) VALUES (1)");
  sqlite3_close(other);

  ASSERT_FALSE(blocked.has_value());
  EXPECT_EQ(blocked.error().code, ErrorCode::unavailable);
  EXPECT_EQ(blocked.error().retry_after_s, 1);
  EXPECT_TRUE(empty.run("INSERT INTO t (id) VALUES (1)").has_value());
}

TEST(SqliteDatabase, says_unavailable_when_the_disk_is_full_and_goes_on_afterwards) {
  EmptyDatabase empty;
  ASSERT_TRUE(empty.run("CREATE TABLE t (id INTEGER PRIMARY KEY, b BLOB)").has_value());
  ASSERT_TRUE(empty.run("PRAGMA max_page_count = 20").has_value());

  auto full = empty.run("INSERT INTO t (b) VALUES (zeroblob(1000000))");

  ASSERT_FALSE(full.has_value());
  EXPECT_EQ(full.error().code, ErrorCode::unavailable);
  EXPECT_TRUE(empty.run("INSERT INTO t (id) VALUES (1)").has_value());
  EXPECT_EQ(empty.number_of("SELECT count(*) FROM t"), 1);
}

TEST(SqliteDatabase, interrupts_a_read_at_its_deadline) {
  EmptyDatabase empty;
  CallContext context{.deadline = std::chrono::steady_clock::now() + milliseconds(50)};

  auto endless = sync_wait(read(*empty.database, context, [](SqlSession& session) -> Result<void> {
    return session.query(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) "
        "SELECT max(i) FROM n",
        {}, [](const SqlRow&) -> Result<void> { return {}; });
  }));

  ASSERT_FALSE(endless.has_value());
  EXPECT_EQ(endless.error().code, ErrorCode::timeout);
  EXPECT_EQ(empty.number_of("SELECT 5"), 5);
}

TEST(SqliteDatabase, lets_no_reader_write) {
  EmptyDatabase empty;
  ASSERT_TRUE(empty.run("CREATE TABLE t (id INTEGER PRIMARY KEY)").has_value());

  auto done = sync_wait(read(*empty.database, {}, insert(1)));

  EXPECT_FALSE(done.has_value());
  EXPECT_EQ(empty.number_of("SELECT count(*) FROM t"), 0);
}

TEST(SqliteDatabase, refuses_two_statements_in_one_text) {
  EmptyDatabase empty;

  auto done = empty.run("CREATE TABLE t (id INTEGER); DROP TABLE t");

  ASSERT_FALSE(done.has_value());
  EXPECT_NE(done.error().cause.find("not exactly one"), std::string::npos);
}

TEST(SqliteDatabase, prepares_more_statements_than_it_keeps) {
  EmptyDatabase empty;

  for (int i = 0; i < 300; ++i) EXPECT_EQ(empty.number_of("SELECT " + std::to_string(i)), i);
  EXPECT_EQ(empty.number_of("SELECT 0"), 0);
}

TEST(SqliteDatabase, refuses_more_waiting_writes_than_its_queue_holds) {
  EmptyDatabase empty({.queue_max = 1});
  HeldWriter writer(*empty.database);
  auto nothing = [](SqlSession&) -> Result<void> { return {}; };

  auto queued = writer.add(nothing);
  auto refused = writer.add(nothing);

  EXPECT_EQ(refused.get().error().code, ErrorCode::unavailable);
  writer.release();
  EXPECT_TRUE(queued.get().has_value());
}

TEST(SqliteDatabase, checks_its_integrity) {
  TestDatabase database;
  EXPECT_TRUE(sync_wait(check_integrity(*database, {})).has_value());

  sqlite3* other = nullptr;
  ASSERT_EQ(sqlite3_open(database.path().c_str(), &other), SQLITE_OK);
  ASSERT_EQ(sqlite3_exec(other,
                         "INSERT INTO user_sessions (id, user_id, tenant_id, created_at, "
                         "last_used_at, expires_at) VALUES ('s', 'nobody', 'none', 0, 0, 0)",
                         nullptr, nullptr, nullptr),
            SQLITE_OK);
  sqlite3_close(other);

  auto damaged = sync_wait(check_integrity(*database, {}));
  ASSERT_FALSE(damaged.has_value());
  EXPECT_NE(damaged.error().cause.find("user_sessions"), std::string::npos);
}

}  // namespace
}  // namespace aiva
