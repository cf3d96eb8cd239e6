#include "adapters/mysql/mysql_database.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <future>
#include <optional>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "adapters/mysql/testing/mariadb_server.h"
#include "ports/testing/database_contract.h"

namespace aiva {
namespace {

using mysql::MariadbServer;
using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;

// One server for the whole program; each test has databases of its own there.
MariadbServer& server() {
  static MariadbServer one;
  return one;
}

std::string make_name() {
  static std::atomic<int> number = 0;
  return "test_" + std::to_string(++number);
}

// A database of its own on a server, and a client of it.
struct Client {
  MariadbServer& host;
  std::string name;
  Metrics metrics{};
  std::unique_ptr<Database> database{};

  explicit Client(MysqlOptions options = {}, MariadbServer& at = server())
      : host(at), name(make_name()) {
    host.ask("CREATE DATABASE " + name + " CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin");
    options.url = host.url(name);
    open(std::move(options));
  }
  void open(MysqlOptions options) {
    database.reset();
    database = make_mysql_database(std::move(options), metrics).value();
  }
  Result<std::int64_t> run(std::string sql, CallContext context = {}) const {
    return sync_wait(write(*database, context, [&](SqlSession& session) -> Result<std::int64_t> {
      return session.execute(sql);
    }));
  }
  Result<std::int64_t> ask(std::string sql, CallContext context = {}) const {
    return sync_wait(read(*database, context, [&](SqlSession& session) -> Result<std::int64_t> {
      std::int64_t number = -1;
      TRY_VOID(session.query(sql, {}, [&number](const SqlRow& row) -> Result<void> {
        number = row.integer(0);
        return {};
      }));
      return number;
    }));
  }
  // A metric's line, behind its name and labels.
  [[nodiscard]] double metric(const std::string& line) const {
    auto text = metrics.to_prometheus_text();
    auto at = text.find("\n" + line + " ");
    return at == std::string::npos ? -1 : std::stod(text.substr(at + line.size() + 2));
  }
};

DatabaseSubject make_subject() {
  auto made = std::make_shared<Client>();
  return {.database = made->database.get(), .keeps = made};
}

INSTANTIATE_TEST_SUITE_P(Mariadb, DatabaseContract, ::testing::Values(make_subject));

constexpr auto make_table = "CREATE TABLE t (id BIGINT PRIMARY KEY, n BIGINT NOT NULL DEFAULT 0)";
constexpr auto endless = "SELECT max(a.seq * b.seq) FROM seq_1_to_10000000 a, seq_1_to_10000000 b";

CallContext within(milliseconds time) { return {.deadline = steady_clock::now() + time}; }

// A transaction that is held open until it is released.
class HeldWrite {
 public:
  HeldWrite(const Client& client, std::string sql)
      : thread_([this, &client, sql = std::move(sql)] {
          auto done = sync_wait(write(*client.database, {}, [&](SqlSession& session) {
            Result<void> outcome;
            if (auto ran = session.execute(sql); !ran) outcome = fail(std::move(ran.error()));
            if (!is_holding_.exchange(true)) holding_.set_value();
            released_.wait();
            return outcome;
          }));
          EXPECT_TRUE(done.has_value()) << (done ? "" : done.error().cause);
        }) {
    holding_.get_future().wait();
  }
  ~HeldWrite() { release(); }
  HeldWrite(const HeldWrite&) = delete;
  HeldWrite& operator=(const HeldWrite&) = delete;
  void release() {
    if (!thread_.joinable()) return;
    release_.set_value();
    thread_.join();
  }

 private:
  std::promise<void> holding_;
  std::promise<void> release_;
  std::shared_future<void> released_ = release_.get_future().share();
  std::atomic<bool> is_holding_ = false;
  std::thread thread_;
};

TEST(MysqlDatabase, compares_text_byte_by_byte) {
  Client client;
  ASSERT_TRUE(client.run("CREATE TABLE words (w VARCHAR(20) PRIMARY KEY)"));

  ASSERT_TRUE(client.run("INSERT INTO words (w) VALUES ('a'), ('A'), ('a '), ('ä'), ('z')"));

  EXPECT_EQ(client.ask("SELECT count(*) FROM words WHERE w = 'a'").value_or(-1), 1);
  EXPECT_EQ(client.ask("SELECT count(*) FROM words WHERE w > 'z'").value_or(-1), 1);
  EXPECT_EQ(client.ask("SELECT 'a' || 'b' = 'ab'").value_or(-1), 1);
}

TEST(MysqlDatabase, refuses_what_does_not_fit) {
  Client client;
  ASSERT_TRUE(client.run("CREATE TABLE words (w VARCHAR(3))"));

  auto refused = client.run("INSERT INTO words (w) VALUES ('four')");

  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, ErrorCode::too_large);
}

TEST(MysqlDatabase, counts_rows_that_a_change_leaves_as_they_were) {
  Client client;
  ASSERT_TRUE(client.run(make_table));
  ASSERT_TRUE(client.run("INSERT INTO t (id, n) VALUES (1, 5)"));

  EXPECT_EQ(client.run("UPDATE t SET n = 5 WHERE id = 1").value_or(-1), 1);
}

TEST(MysqlDatabase, runs_a_transaction_again_after_a_deadlock) {
  Client client;
  ASSERT_TRUE(client.run(make_table));
  ASSERT_TRUE(client.run("INSERT INTO t (id) VALUES (1), (2)"));
  std::atomic<int> met = 0;
  auto cross = [&](int first, int second) {
    int attempts = 0;
    return sync_wait(write(*client.database, {}, [&](SqlSession& session) -> Result<void> {
      TRY_VOID(session.execute("UPDATE t SET n = n + 1 WHERE id = ?", {first}));
      if (++attempts == 1) {
        ++met;
        while (met < 2) std::this_thread::yield();
      }
      TRY_VOID(session.execute("UPDATE t SET n = n + 1 WHERE id = ?", {second}));
      return {};
    }));
  };

  auto other = std::async(std::launch::async, [&] { return cross(1, 2); });
  auto one = cross(2, 1);

  EXPECT_TRUE(one.has_value());
  EXPECT_TRUE(other.get().has_value());
  EXPECT_EQ(client.ask("SELECT sum(n) FROM t").value_or(-1), 4);
  EXPECT_GE(client.metric("aiva_database_retries_total{server=\"primary\"}"), 1);
}

TEST(MysqlDatabase, goes_on_when_the_server_closed_idle_connections) {
  Client client;
  ASSERT_TRUE(client.run(make_table));
  ASSERT_TRUE(client.ask("SELECT 1"));
  auto others = "SELECT GROUP_CONCAT(id) FROM information_schema.processlist WHERE db = '" +
                client.name + "'";
  auto close_all = [&] {
    auto ids = client.host.ask(others) + ",";
    for (std::size_t at = 0; at + 1 < ids.size(); at = ids.find(',', at) + 1)
      client.host.ask("KILL " + ids.substr(at, ids.find(',', at) - at));
  };

  close_all();
  auto written = client.run("INSERT INTO t (id) VALUES (1)");
  close_all();
  auto seen = client.ask("SELECT count(*) FROM t");

  EXPECT_TRUE(written.has_value()) << (written ? "" : written.error().cause);
  EXPECT_EQ(seen.value_or(-1), 1);
}

TEST(MysqlDatabase, says_unavailable_when_no_connection_becomes_free) {
  Client client({.pool_min = 1, .pool_max = 1, .acquire_timeout = milliseconds(100)});
  ASSERT_TRUE(client.run(make_table));
  HeldWrite held(client, "INSERT INTO t (id) VALUES (1)");

  auto refused = client.run("INSERT INTO t (id) VALUES (2)");
  held.release();

  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, ErrorCode::unavailable);
  EXPECT_EQ(refused.error().retry_after_s, 1);
  EXPECT_EQ(client.metric("aiva_database_acquire_timeouts_total{server=\"primary\"}"), 1);
  EXPECT_EQ(client.metric("aiva_database_connections{server=\"primary\"}"), 1);
  EXPECT_TRUE(client.run("INSERT INTO t (id) VALUES (2)").has_value());
}

TEST(MysqlDatabase, ends_statements_and_waits_at_the_deadline) {
  Client client;
  ASSERT_TRUE(client.run(make_table));
  ASSERT_TRUE(client.run("INSERT INTO t (id) VALUES (1)"));
  HeldWrite held(client, "UPDATE t SET n = 1 WHERE id = 1");

  auto read_long = client.ask(endless, within(milliseconds(100)));
  auto locked = client.run("UPDATE t SET n = 2 WHERE id = 1", within(milliseconds(100)));
  std::stop_source stop;
  auto stopping = std::async(std::launch::async, [&] {
    std::this_thread::sleep_for(milliseconds(50));
    stop.request_stop();
  });
  auto cancelled = client.ask(endless, {.cancellation = stop.get_token()});

  ASSERT_FALSE(read_long.has_value());
  EXPECT_EQ(read_long.error().code, ErrorCode::timeout);
  ASSERT_FALSE(locked.has_value());
  EXPECT_EQ(locked.error().code, ErrorCode::timeout);
  ASSERT_FALSE(cancelled.has_value());
  EXPECT_EQ(cancelled.error().code, ErrorCode::cancelled);
}

// A server whose tables are locked for a backup lets commits wait.
TEST(MysqlDatabase, lets_a_commit_come_to_its_end_though_its_call_is_over) {
  MariadbServer own;
  Client client({}, own);
  ASSERT_TRUE(client.run(make_table));
  std::promise<void> inserted;
  std::promise<void> locked;
  std::stop_source stop;
  auto writing = std::async(std::launch::async, [&] {
    return sync_wait(write(*client.database, {.cancellation = stop.get_token()},
                           [&](SqlSession& session) -> Result<void> {
                             TRY_VOID(session.execute("INSERT INTO t (id) VALUES (1)"));
                             inserted.set_value();
                             locked.get_future().wait();
                             return {};
                           }));
  });
  inserted.get_future().wait();
  auto locking = sync_wait(write(*client.database, {}, [&](SqlSession& session) -> Result<void> {
    TRY_VOID(session.execute("FLUSH TABLES WITH READ LOCK"));
    locked.set_value();
    std::this_thread::sleep_for(milliseconds(200));
    stop.request_stop();
    std::this_thread::sleep_for(milliseconds(500));
    TRY_VOID(session.execute("UNLOCK TABLES"));
    return {};
  }));
  auto written = writing.get();

  EXPECT_TRUE(locking.has_value()) << (locking ? "" : locking.error().cause);
  EXPECT_TRUE(written.has_value()) << (written ? "" : written.error().cause);
  EXPECT_EQ(client.ask("SELECT count(*) FROM t").value_or(-1), 1);
}

TEST(MysqlDatabase, lets_no_read_write) {
  Client client;
  ASSERT_TRUE(client.run(make_table));

  auto done = client.ask("INSERT INTO t (id) VALUES (1)");

  EXPECT_FALSE(done.has_value());
  EXPECT_EQ(client.ask("SELECT count(*) FROM t").value_or(-1), 0);
}

TEST(MysqlDatabase, refuses_two_statements_in_one_text) {
  Client client;

  auto done = client.run("CREATE TABLE t (id INTEGER); DROP TABLE t");

  EXPECT_FALSE(done.has_value());
}

TEST(MysqlDatabase, keeps_the_rows_of_an_outer_query_while_it_asks_again) {
  Client client;
  ASSERT_TRUE(client.run("CREATE TABLE texts (id BIGINT PRIMARY KEY, t LONGTEXT)"));
  std::string text(100'000, 'x');
  ASSERT_TRUE(sync_wait(write(*client.database, {}, [&](SqlSession& session) -> Result<void> {
    for (int i = 0; i < 20; ++i)
      TRY_VOID(session.execute("INSERT INTO texts VALUES (?, ?)", {i, text + std::to_string(i)}));
    return {};
  })));
  int rows = 0;

  auto done = sync_wait(read(*client.database, {}, [&](SqlSession& session) -> Result<void> {
    return session.query(
        "SELECT id, t FROM texts ORDER BY id", {}, [&](const SqlRow& row) -> Result<void> {
          auto seen = row.text(1);
          TRY_VOID(session.query("SELECT count(*) FROM texts", {},
                                 [](const SqlRow&) -> Result<void> { return {}; }));
          EXPECT_EQ(seen, text + std::to_string(rows++));
          return {};
        });
  }));

  EXPECT_TRUE(done.has_value());
  EXPECT_EQ(rows, 20);
}

TEST(MysqlDatabase, goes_on_after_a_body_that_throws_amid_its_rows) {
  Client client({.pool_min = 1, .pool_max = 1});

  auto thrown = sync_wait(read(*client.database, {}, [](SqlSession& session) -> Result<void> {
    return session.query("SELECT seq FROM seq_1_to_10000", {},
                         [](const SqlRow&) -> Result<void> { throw std::runtime_error("amid"); });
  }));

  ASSERT_FALSE(thrown.has_value());
  EXPECT_EQ(thrown.error().code, ErrorCode::internal);
  EXPECT_EQ(client.ask("SELECT 7").value_or(-1), 7);
  EXPECT_TRUE(client.run(make_table).has_value());
}

TEST(MysqlDatabase, prepares_more_statements_than_it_keeps) {
  Client client;

  for (int i = 0; i < 300; ++i)
    EXPECT_EQ(client.ask("SELECT " + std::to_string(i)).value_or(-1), i);
}

TEST(MysqlDatabase, counts_slow_statements) {
  Client client({.slow_query = milliseconds(1)});

  ASSERT_TRUE(client.ask("SELECT SLEEP(0.02)"));

  EXPECT_GE(client.metric("aiva_database_slow_statements_total{server=\"primary\"}"), 1);
  EXPECT_GE(client.metric("aiva_database_statements_total{server=\"primary\"}"), 1);
}

TEST(MysqlDatabase, refuses_urls_it_cannot_use_without_telling_their_password) {
  Metrics metrics;
  for (auto url : {"postgres://u:secret@h/d", "mysql://h/d", "mysql://u:secret@h", "mysql://u@/d",
                   "mysql://u:secret@h:99999/d", "mysql://u:se%zzcret@h/d"}) {
    auto refused = make_mysql_database({.url = url}, metrics);
    ASSERT_FALSE(refused.has_value()) << url;
    EXPECT_EQ(refused.error().code, ErrorCode::invalid);
    EXPECT_EQ(refused.error().message.find("secret"), std::string::npos);
    for (const auto& detail : refused.error().details)
      EXPECT_EQ(detail.message.find("secret"), std::string::npos);
  }
}

TEST(MysqlDatabase, says_unavailable_to_wrong_passwords) {
  Metrics metrics;
  auto url = "mysql://nobody:secret@" + server().host() + "/mysql";
  auto database = make_mysql_database({.url = url}, metrics).value();

  auto refused = sync_wait(read(*database, {}, [](SqlSession&) -> Result<void> { return {}; }));

  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, ErrorCode::unavailable);
  EXPECT_EQ(refused.error().cause.find("secret"), std::string::npos);
}

// What may happen to a server that is alone.
TEST(MysqlFailures, keeps_what_was_acknowledged_and_comes_back_when_the_server_does) {
  MariadbServer own;
  Client client({}, own);
  ASSERT_TRUE(client.run(make_table));
  std::atomic<bool> is_over = false;
  std::atomic<std::int64_t> acknowledged = 0;
  std::thread writer([&] {
    for (std::int64_t i = 1; !is_over; ++i)
      if (client.run("INSERT INTO t (id) VALUES (" + std::to_string(i) + ")"))
        ++acknowledged;
      else
        std::this_thread::sleep_for(milliseconds(20));
  });
  while (acknowledged < 20) std::this_thread::yield();

  own.kill();
  auto refused = client.run("INSERT INTO t (id) VALUES (-1)");
  own.start();
  auto before = acknowledged.load();
  auto latest = steady_clock::now() + seconds(30);
  while (acknowledged < before + 20 && steady_clock::now() < latest) std::this_thread::yield();
  is_over = true;
  writer.join();

  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, ErrorCode::unavailable);
  EXPECT_GE(acknowledged, before + 20);
  EXPECT_GE(client.ask("SELECT count(*) FROM t").value_or(-1), acknowledged.load());
}

TEST(MysqlFailures, waits_for_a_server_that_stands_still_no_longer_than_the_deadline) {
  MariadbServer own;
  Client client({}, own);
  ASSERT_TRUE(client.run(make_table));

  own.freeze();
  auto late = client.run("INSERT INTO t (id) VALUES (1)", within(milliseconds(500)));
  auto silent = client.ask("SELECT 1");
  own.thaw();

  ASSERT_FALSE(late.has_value());
  EXPECT_TRUE(late.error().code == ErrorCode::timeout ||
              late.error().code == ErrorCode::unavailable);
  ASSERT_FALSE(silent.has_value());
  EXPECT_EQ(silent.error().code, ErrorCode::unavailable);
  auto latest = steady_clock::now() + seconds(30);
  auto again = client.ask("SELECT 7");
  while (!again && steady_clock::now() < latest) again = client.ask("SELECT 7");
  EXPECT_EQ(again.value_or(-1), 7);
}

}  // namespace
}  // namespace aiva
