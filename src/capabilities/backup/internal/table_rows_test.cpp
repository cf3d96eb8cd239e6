#include "capabilities/backup/internal/table_rows.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <ranges>

#include "adapters/sqlite/sqlite_database.h"
#include "adapters/test_database/test_database.h"
#include "ports/testing/temporary_folder.h"

namespace aiva::backup {
namespace {

using testing::ElementsAre;

template <class Body>
void run_in(Database& database, Body body) {
  auto writing =
      write(database, {}, [&](SqlSession& session) -> Result<void> { return body(session); });
  auto written = sync_wait(std::move(writing));
  EXPECT_TRUE(written) << (written ? "" : written.error().cause);
}

Result<Table> find(SqlSession& session, const std::string& name) {
  TRY(auto tables, read_tables(session));
  auto found = std::ranges::find(tables, name, &Table::name);
  if (found == tables.end()) return fail(ErrorCode::not_found, name);
  return *found;
}

class TableRowsTest : public testing::Test {
 protected:
  template <class Body>
  void in_session(Body body) {
    run_in(*database, body);
  }

  TestDatabase database;
};

// With tables of their own, in the words of SQLite.
class OwnTablesTest : public testing::Test {
 protected:
  void SetUp() override {
    auto made = make_sqlite_database({.path = folder.path() / "rows.db"});
    ASSERT_TRUE(made);
    database = std::move(*made);
  }

  template <class Body>
  void in_session(Body body) {
    run_in(*database, body);
  }

  TemporaryFolder folder;
  std::unique_ptr<Database> database;
};

TEST_F(TableRowsTest, tells_tables_as_the_schema_has_them) {
  in_session([](SqlSession& session) -> Result<void> {
    TRY(auto messages, find(session, "chat_messages"));
    TRY(auto ledger, find(session, "credit_transactions"));

    EXPECT_THAT(messages.key, ElementsAre("session_id", "sequence_number"));
    EXPECT_TRUE(std::ranges::is_sorted(messages.columns, {}, &Column::name));
    auto time = messages.place_of("time_ms");
    EXPECT_EQ(messages.columns[static_cast<std::size_t>(time)].type, ColumnType::real);
    EXPECT_EQ(messages.foreign_keys.size(), 1U);
    EXPECT_EQ(messages.foreign_keys[0].parent, "chat_sessions");
    EXPECT_THAT(messages.foreign_keys[0].parent_columns, ElementsAre("id"));
    EXPECT_FALSE(messages.has_counter);
    EXPECT_TRUE(ledger.has_counter);
    return {};
  });
}

TEST_F(TableRowsTest, tells_parents_before_their_children) {
  in_session([](SqlSession& session) -> Result<void> {
    TRY(auto tables, read_tables(session));

    std::vector<std::string> seen;
    for (const auto& table : tables) {
      for (const auto& key : table.foreign_keys)
        EXPECT_TRUE(std::ranges::find(seen, key.parent) != seen.end()) << table.name;
      EXPECT_NE(table.name, "schema_migrations");
      seen.push_back(table.name);
    }
    EXPECT_GT(seen.size(), 40U);
    return {};
  });
}

TEST_F(OwnTablesTest, tells_the_parents_key_where_the_schema_does_not) {
  in_session([](SqlSession& session) -> Result<void> {
    TRY_VOID(session.execute("CREATE TABLE a (id INTEGER PRIMARY KEY) STRICT"));
    TRY_VOID(session.execute(
        "CREATE TABLE b (id INTEGER PRIMARY KEY, a_id INTEGER REFERENCES a) STRICT"));
    TRY(auto table, find(session, "b"));

    EXPECT_THAT(table.foreign_keys[0].parent_columns, ElementsAre("id"));
    return {};
  });
}

TEST_F(OwnTablesTest, refuses_tables_without_a_key_and_in_a_circle) {
  in_session([](SqlSession& session) -> Result<void> {
    TRY_VOID(session.execute("CREATE TABLE keyless (a TEXT) STRICT"));
    EXPECT_FALSE(read_tables(session));
    TRY_VOID(session.execute("DROP TABLE keyless"));
    TRY_VOID(session.execute(
        "CREATE TABLE ring (id INTEGER PRIMARY KEY, next INTEGER REFERENCES ring (id)) STRICT"));
    EXPECT_FALSE(read_tables(session));
    return {};
  });
}

TEST_F(OwnTablesTest, reads_each_row_once_along_a_key_of_several_columns) {
  in_session([](SqlSession& session) -> Result<void> {
    TRY_VOID(
        session.execute("CREATE TABLE pairs (a TEXT NOT NULL, b INTEGER NOT NULL, "
                        "c TEXT, PRIMARY KEY (a, b)) STRICT"));
    TRY_VOID(session.execute(
        "WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 4999) "
        "INSERT INTO pairs SELECT 'key ' || (i % 7), i, NULL FROM n"));
    TRY(auto table, find(session, "pairs"));
    for (auto dialect : {SqlDialect::sqlite, SqlDialect::mysql}) {
      std::vector<RowBytes> all;
      TablePages pages(table, dialect);
      std::size_t round = 0;
      for (;; ++round) {
        // Each page goes on where another reading stopped.
        TablePages again(table, dialect, pages.place());
        TRY(auto expected, again.next(session));
        TRY(auto rows, pages.next(session));
        EXPECT_TRUE(std::ranges::equal(expected | std::views::take(rows.size()),
                                       rows | std::views::take(expected.size())));
        if (rows.empty()) break;
        std::ranges::copy(rows, std::back_inserter(all));
      }
      EXPECT_GT(round, 2U);
      EXPECT_EQ(all.size(), 5000U);
      std::ranges::sort(all);
      EXPECT_TRUE(std::ranges::adjacent_find(all) == all.end());
    }
    return {};
  });
}

TEST_F(OwnTablesTest, inserts_any_number_of_rows_as_they_were) {
  in_session([](SqlSession& session) -> Result<void> {
    TRY_VOID(
        session.execute("CREATE TABLE one (id INTEGER PRIMARY KEY, r REAL, t TEXT, b BLOB) "
                        "STRICT"));
    TRY_VOID(
        session.execute("CREATE TABLE two (id INTEGER PRIMARY KEY, r REAL, t TEXT, b BLOB) "
                        "STRICT"));
    TRY_VOID(session.execute(
        "WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 200) "
        "INSERT INTO one SELECT i, i / 3.0, CASE WHEN i % 5 > 0 THEN 't' || i END, "
        "CASE WHEN i % 3 > 0 THEN zeroblob(i % 4) END FROM n"));
    TRY(auto one, find(session, "one"));
    TRY(auto two, find(session, "two"));
    TablePages pages(one, SqlDialect::sqlite);
    TRY(auto rows, pages.next(session));

    TRY_VOID(insert_rows(session, two, rows));

    TablePages copied(two, SqlDialect::sqlite);
    TRY(auto copies, copied.next(session));
    EXPECT_EQ(copies, rows);
    TRY(auto count, count_rows(session, two));
    EXPECT_EQ(count, 201);
    EXPECT_EQ(insert_rows(session, two, std::span(rows).first(1)).error().code,
              ErrorCode::conflict);
    return {};
  });
}

TEST_F(TableRowsTest, refuses_places_and_rows_of_another_shape) {
  in_session([](SqlSession& session) -> Result<void> {
    TRY(auto table, find(session, "chat_messages"));
    RowBytes one;
    append_value(one, SqlValue("only one value"));
    TablePages pages(table, SqlDialect::sqlite, one);

    EXPECT_FALSE(pages.next(session));
    EXPECT_FALSE(insert_rows(session, table, std::span(&one, 1)));
    return {};
  });
}

}  // namespace
}  // namespace aiva::backup
