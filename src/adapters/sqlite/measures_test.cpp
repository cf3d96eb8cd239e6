#include "adapters/sqlite/measures.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "adapters/sqlite/sqlite_database.h"
#include "ports/testing/temporary_folder.h"

namespace aiva {
namespace {

// A database file whose figures are shown.
class MeasuredFile : public ::testing::Test {
 protected:
  std::unique_ptr<Database> open(std::chrono::milliseconds slow_query) {
    auto opened = make_sqlite_database({.path = folder_.path() / "a.db",
                                        .reader_threads = 3,
                                        .slow_query = slow_query,
                                        .metrics = &metrics_});
    EXPECT_TRUE(opened.has_value());
    return opened ? std::move(*opened) : nullptr;
  }
  static Result<void> ask(Database& database) {
    auto body = [](SqlSession& sql) {
      return sql.query("SELECT 1", {}, [](const SqlRow&) { return Result<void>(); });
    };
    return sync_wait(read(database, {}, body));
  }
  // The value in the line that begins so; -1 where there is none.
  double value_of(const std::string& name) const {
    auto text = metrics_.to_prometheus_text();
    auto at = text.find("\n" + name + " ");
    return at == std::string::npos ? -1 : std::stod(text.substr(at + name.size() + 2));
  }

  TemporaryFolder folder_;
  Metrics metrics_;
};

TEST_F(MeasuredFile, shows_what_its_threads_do_as_servers_show_their_connections) {
  auto database = open(std::chrono::hours(1));
  ASSERT_NE(database, nullptr);

  ASSERT_TRUE(ask(*database).has_value());
  auto write_one = [](SqlSession& sql) { return sql.execute("CREATE TABLE t (a INTEGER)"); };
  ASSERT_TRUE(sync_wait(write(*database, {}, write_one)).has_value());

  EXPECT_EQ(value_of(R"(aiva_database_connections_max{server="file"})"), 4);
  EXPECT_EQ(value_of(R"(aiva_database_connections_in_use{server="file"})"), 0);
  EXPECT_EQ(value_of(R"(aiva_database_waiting{server="file"})"), 0);
  EXPECT_EQ(value_of(R"(aiva_database_acquire_seconds_count{server="file"})"), 2);
  EXPECT_GE(value_of(R"(aiva_database_statements_total{server="file"})"), 2);
  EXPECT_EQ(value_of(R"(aiva_database_slow_statements_total{server="file"})"), 0);
}

TEST_F(MeasuredFile, counts_slow_statements_beside_all) {
  auto database = open(std::chrono::milliseconds(0));
  ASSERT_NE(database, nullptr);

  ASSERT_TRUE(ask(*database).has_value());

  auto all = value_of(R"(aiva_database_statements_total{server="file"})");
  EXPECT_GT(all, 0);
  EXPECT_EQ(value_of(R"(aiva_database_slow_statements_total{server="file"})"), all);
}

TEST_F(MeasuredFile, what_is_given_up_waits_no_more) {
  auto database = open(std::chrono::hours(1));
  ASSERT_NE(database, nullptr);
  CallContext over{.deadline = std::chrono::steady_clock::now() - std::chrono::seconds(1)};

  auto body = [](SqlSession&) { return Result<void>(); };
  EXPECT_FALSE(sync_wait(read(*database, over, body)).has_value());

  EXPECT_EQ(value_of(R"(aiva_database_waiting{server="file"})"), 0);
}

}  // namespace
}  // namespace aiva
