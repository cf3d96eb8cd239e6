#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <limits>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "foundation/thread_pool.h"
#include "ports/database.h"

namespace aiva {

// What every Database promises. An adapter's test includes this header in one file and says
// `INSTANTIATE_TEST_SUITE_P(Sqlite, DatabaseContract, ::testing::Values(make_subject));`.
struct DatabaseSubject {
  Database* database = nullptr;  // empty: the contract makes its own tables
  std::shared_ptr<void> keeps{};
};
using DatabaseSubjectFactory = std::function<DatabaseSubject()>;

class DatabaseContract : public ::testing::TestWithParam<DatabaseSubjectFactory> {
 protected:
  void SetUp() override {
    subject_ = GetParam()();
    ASSERT_TRUE(run("CREATE TABLE parents (id VARCHAR(36) PRIMARY KEY)"));
    ASSERT_TRUE(
        run("CREATE TABLE things (id INTEGER PRIMARY KEY, name VARCHAR(100) UNIQUE, "
            "number BIGINT, ratio DOUBLE PRECISION, bytes BLOB, "
            "parent VARCHAR(36), FOREIGN KEY (parent) REFERENCES parents (id))"));
  }

  Database& database() { return *subject_.database; }

  Result<std::int64_t> run(std::string sql, CallContext context = {}) {
    return sync_wait(write(database(), context, [&](SqlSession& session) -> Result<std::int64_t> {
      return session.execute(sql);
    }));
  }
  static Result<std::int64_t> number_of(SqlSession& session, std::string_view sql) {
    std::int64_t number = 0;
    TRY_VOID(session.query(sql, {}, [&number](const SqlRow& row) -> Result<void> {
      number = row.integer(0);
      return {};
    }));
    return number;
  }
  std::int64_t number_of(std::string sql) {
    auto number = sync_wait(read(database(), {}, [&](SqlSession& session) -> Result<std::int64_t> {
      return number_of(session, sql);
    }));
    EXPECT_TRUE(number.has_value()) << (number ? "" : number.error().cause);
    return number.value_or(-1);
  }
  std::int64_t thing_count() { return number_of("SELECT count(*) FROM things"); }

  DatabaseSubject subject_;
};

TEST_P(DatabaseContract, shows_a_finished_write_to_the_next_read) {
  auto written = run("INSERT INTO things (id, name) VALUES (1, 'a')");

  ASSERT_TRUE(written.has_value());
  EXPECT_EQ(*written, 1);
  EXPECT_EQ(thing_count(), 1);
}

TEST_P(DatabaseContract, returns_what_was_bound) {
  auto id = TenantId::make();
  auto bytes = std::as_bytes(std::span("\0\1\xFF", 3));
  std::string text = "Grüße, \xE4\xB8\x96 'quoted'; --";

  auto stored = sync_wait(write(database(), {}, [&](SqlSession& session) -> Result<void> {
    TRY_VOID(session.execute("INSERT INTO parents (id) VALUES (?)", {id}));
    TRY_VOID(
        session.execute("INSERT INTO things (id, name, number, ratio, bytes, parent) "
                        "VALUES (?, ?, ?, ?, ?, ?)",
                        {1, text, std::numeric_limits<std::int64_t>::min(), 0.1, bytes, id}));
    TRY_VOID(session.execute("INSERT INTO things (id, name, number) VALUES (?, ?, ?)",
                             {2, nullptr, std::optional<int>()}));
    return {};
  }));

  ASSERT_TRUE(stored.has_value()) << stored.error().cause;
  int rows = 0;
  auto seen = sync_wait(read(database(), {}, [&](SqlSession& session) -> Result<void> {
    return session.query("SELECT name, number, ratio, bytes, parent FROM things ORDER BY id", {},
                         [&](const SqlRow& row) -> Result<void> {
                           if (++rows == 2) {
                             EXPECT_TRUE(row.is_null(0) && row.is_null(1) && row.is_null(3));
                             EXPECT_TRUE(row.id<TenantId>(4).is_nil());
                             return {};
                           }
                           EXPECT_EQ(row.text(0), text);
                           EXPECT_EQ(row.integer(1), std::numeric_limits<std::int64_t>::min());
                           EXPECT_EQ(row.real(2), 0.1);
                           EXPECT_TRUE(std::ranges::equal(row.bytes(3), bytes));
                           EXPECT_EQ(row.id<TenantId>(4), id);
                           return {};
                         });
  }));
  EXPECT_TRUE(seen.has_value());
  EXPECT_EQ(rows, 2);
}

TEST_P(DatabaseContract, rolls_back_a_write_that_fails) {
  auto done = sync_wait(write(database(), {}, [](SqlSession& session) -> Result<void> {
    TRY_VOID(session.execute("INSERT INTO things (id) VALUES (1)"));
    return fail(ErrorCode::forbidden, "no");
  }));

  ASSERT_FALSE(done.has_value());
  EXPECT_EQ(done.error().code, ErrorCode::forbidden);
  EXPECT_EQ(thing_count(), 0);
}

TEST_P(DatabaseContract, rolls_back_a_write_that_throws) {
  auto done = sync_wait(write(database(), {}, [](SqlSession& session) -> Result<void> {
    TRY_VOID(session.execute("INSERT INTO things (id) VALUES (1)"));
    throw std::runtime_error("boom");
  }));

  ASSERT_FALSE(done.has_value());
  EXPECT_EQ(done.error().code, ErrorCode::internal);
  EXPECT_EQ(thing_count(), 0);
  EXPECT_TRUE(run("INSERT INTO things (id) VALUES (2)").has_value());
}

TEST_P(DatabaseContract, names_broken_keys_a_conflict) {
  ASSERT_TRUE(run("INSERT INTO things (id, name) VALUES (1, 'a')").has_value());

  auto twice = run("INSERT INTO things (id, name) VALUES (2, 'a')");
  auto orphan = run("INSERT INTO things (id, parent) VALUES (3, 'nobody')");

  ASSERT_FALSE(twice.has_value());
  EXPECT_EQ(twice.error().code, ErrorCode::conflict);
  ASSERT_FALSE(orphan.has_value());
  EXPECT_EQ(orphan.error().code, ErrorCode::conflict);
}

TEST_P(DatabaseContract, refuses_a_wrong_number_of_parameters) {
  auto done = sync_wait(write(database(), {}, [](SqlSession& session) -> Result<std::int64_t> {
    return session.execute("INSERT INTO things (id, name) VALUES (?, ?)", {1});
  }));

  ASSERT_FALSE(done.has_value());
  EXPECT_EQ(done.error().code, ErrorCode::internal);
}

TEST_P(DatabaseContract, never_shows_a_statement_s_cause_to_the_caller) {
  auto done = run("SELECT nothing FROM nowhere");

  ASSERT_FALSE(done.has_value());
  EXPECT_EQ(done.error().message.find("nowhere"), std::string::npos);
  EXPECT_NE(done.error().cause.find("nowhere"), std::string::npos);
}

TEST_P(DatabaseContract, counts_the_rows_a_statement_changed) {
  ASSERT_TRUE(run("INSERT INTO things (id, number) VALUES (1, 1), (2, 1), (3, 2)").has_value());

  EXPECT_EQ(run("UPDATE things SET number = 5 WHERE number = 1").value_or(-1), 2);
  EXPECT_EQ(run("DELETE FROM things WHERE id = 99").value_or(-1), 0);
}

TEST_P(DatabaseContract, reads_one_snapshot_while_others_write) {
  ASSERT_TRUE(run("INSERT INTO things (id) VALUES (1)").has_value());

  auto counts = sync_wait(
      read(database(), {}, [&](SqlSession& session) -> Result<std::pair<std::int64_t, bool>> {
        TRY(auto before, number_of(session, "SELECT count(*) FROM things"));
        auto written = run("INSERT INTO things (id) VALUES (2)");
        EXPECT_TRUE(written.has_value());
        TRY(auto after, number_of(session, "SELECT count(*) FROM things"));
        return std::pair(after, before == after);
      }));

  ASSERT_TRUE(counts.has_value());
  EXPECT_TRUE(counts->second);
  EXPECT_EQ(thing_count(), 2);
}

TEST_P(DatabaseContract, loses_no_update_of_racing_writers) {
  ASSERT_TRUE(run("INSERT INTO things (id, number) VALUES (1, 0)").has_value());
  auto increment = [](SqlSession& session) -> Result<std::int64_t> {
    TRY(auto number, number_of(session, "SELECT number FROM things WHERE id = 1"));
    return session.execute("UPDATE things SET number = ? WHERE id = 1", {number + 1});
  };
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&] {
      for (int i = 0; i < 50; ++i)
        EXPECT_TRUE(sync_wait(write(database(), {}, increment)).has_value());
    });
  for (auto& thread : threads) thread.join();

  EXPECT_EQ(number_of("SELECT number FROM things WHERE id = 1"), 200);
}

TEST_P(DatabaseContract, stops_a_query_whose_row_is_refused) {
  ASSERT_TRUE(run("INSERT INTO things (id) VALUES (1), (2), (3)").has_value());
  int rows = 0;

  auto done = sync_wait(read(database(), {}, [&](SqlSession& session) -> Result<void> {
    return session.query("SELECT id FROM things", {}, [&](const SqlRow&) -> Result<void> {
      ++rows;
      return fail(ErrorCode::too_large, "enough");
    });
  }));

  ASSERT_FALSE(done.has_value());
  EXPECT_EQ(done.error().code, ErrorCode::too_large);
  EXPECT_EQ(rows, 1);
}

TEST_P(DatabaseContract, may_ask_again_inside_a_query) {
  ASSERT_TRUE(run("INSERT INTO things (id) VALUES (1), (2), (3)").has_value());
  std::int64_t sum = 0;

  auto done = sync_wait(read(database(), {}, [&](SqlSession& session) -> Result<void> {
    return session.query("SELECT id FROM things", {}, [&](const SqlRow&) -> Result<void> {
      return session.query("SELECT id FROM things", {}, [&](const SqlRow& inner) -> Result<void> {
        sum += inner.integer(0);
        return {};
      });
    });
  }));

  EXPECT_TRUE(done.has_value());
  EXPECT_EQ(sum, 18);
}

TEST_P(DatabaseContract, does_nothing_for_a_call_that_is_over) {
  CallContext late{.deadline = std::chrono::steady_clock::now() - std::chrono::seconds(1)};
  std::stop_source stop;
  stop.request_stop();
  CallContext cancelled{.cancellation = stop.get_token()};

  auto too_late = run("INSERT INTO things (id) VALUES (1)", late);
  auto given_up = run("INSERT INTO things (id) VALUES (2)", cancelled);

  ASSERT_FALSE(too_late.has_value());
  EXPECT_EQ(too_late.error().code, ErrorCode::timeout);
  ASSERT_FALSE(given_up.has_value());
  EXPECT_EQ(given_up.error().code, ErrorCode::cancelled);
  EXPECT_EQ(thing_count(), 0);
}

inline Task<std::pair<std::thread::id, std::thread::id>> note_threads(Database& database,
                                                                      CallContext context) {
  auto nothing = [](SqlSession&) -> Result<void> { return {}; };
  auto writing = write(database, context, nothing);
  auto written = co_await std::move(writing);
  auto after_write = std::this_thread::get_id();
  auto reading = read(database, context, nothing);
  auto was_read = co_await std::move(reading);
  EXPECT_TRUE(written.has_value() && was_read.has_value());
  co_return std::pair(after_write, std::this_thread::get_id());
}

TEST_P(DatabaseContract, continues_at_the_home_of_the_call) {
  ThreadPool home({.name = "home"});
  std::promise<std::thread::id> home_thread;
  home.post([&home_thread] { home_thread.set_value(std::this_thread::get_id()); });
  auto expected = home_thread.get_future().get();

  auto threads = sync_wait(note_threads(database(), {.home = &home}));

  EXPECT_EQ(threads.first, expected);
  EXPECT_EQ(threads.second, expected);
}

}  // namespace aiva
