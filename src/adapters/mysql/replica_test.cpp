#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <string>
#include <thread>

#include "adapters/memory/memory_signals.h"
#include "adapters/mysql/internal/news.h"
#include "adapters/mysql/internal/positions.h"
#include "adapters/mysql/mysql_database.h"
#include "adapters/mysql/testing/mariadb_server.h"

namespace aiva {
namespace {

using mysql::MariadbServer;
using mysql::Positions;
using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;

// A primary with a replica, and a client of both.
class ReplicaTest : public ::testing::Test {
 protected:
  ReplicaTest() : primary_(1), replica_(2, {"--read-only"}) {
    replica_.follow(primary_);
    primary_.ask("CREATE DATABASE rows_here CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin");
    open({.url = primary_.url("rows_here"), .replicas = {replica_.host()}});
    EXPECT_TRUE(run("CREATE TABLE t (id BIGINT PRIMARY KEY)"));
  }

  void open(MysqlOptions options) {
    database_.reset();
    database_ = make_mysql_database(std::move(options), metrics_).value();
  }
  Result<std::int64_t> run(std::string sql) { return run_at(*database_, {}, std::move(sql)); }
  static Result<std::int64_t> run_at(Database& database, TenantId tenant, std::string sql) {
    CallContext context{.tenant = tenant};
    return sync_wait(write(database, context, [&](SqlSession& session) -> Result<std::int64_t> {
      return session.execute(sql);
    }));
  }
  // The server id of whoever answered, and how many rows it has.
  struct Answer {
    std::int64_t server = 0;
    std::int64_t rows = 0;
  };
  Result<Answer> ask(TenantId tenant = {}) {
    CallContext context{.tenant = tenant};
    return sync_wait(read(*database_, context, [&](SqlSession& session) -> Result<Answer> {
      Answer answer;
      TRY_VOID(session.query("SELECT @@server_id, count(*) FROM t", {},
                             [&](const SqlRow& row) -> Result<void> {
                               answer = {.server = row.integer(0), .rows = row.integer(1)};
                               return {};
                             }));
      return answer;
    }));
  }
  // Until the given server answers.
  bool comes_from(std::int64_t server) {
    auto latest = steady_clock::now() + seconds(30);
    while (steady_clock::now() < latest) {
      auto answer = ask();
      if (answer && answer->server == server) return true;
      std::this_thread::sleep_for(milliseconds(20));
    }
    return false;
  }
  [[nodiscard]] double metric(const std::string& name, const std::string& host) const {
    auto text = metrics_.to_prometheus_text();
    auto line = "\n" + name + "{server=\"" + host + "\"} ";
    auto at = text.find(line);
    return at == std::string::npos ? -1 : std::stod(text.substr(at + line.size()));
  }

  // Both processes tell each other what they commit.
  std::unique_ptr<Database> open_beside() {
    MysqlOptions options{
        .url = primary_.url("rows_here"), .replicas = {replica_.host()}, .signals = signals_.get()};
    open(options);
    return make_mysql_database(options, others_metrics_).value();
  }

  MariadbServer primary_;
  MariadbServer replica_;
  Metrics metrics_;
  Metrics others_metrics_;
  std::unique_ptr<Signals> signals_ = make_memory_signals();
  std::unique_ptr<Database> database_;
};

TEST_F(ReplicaTest, reads_there_what_this_process_has_just_written) {
  ASSERT_TRUE(comes_from(2));
  int there = 0;

  for (int i = 1; i <= 100; ++i) {
    ASSERT_TRUE(run("INSERT INTO t (id) VALUES (" + std::to_string(i) + ")"));
    auto answer = ask();
    ASSERT_TRUE(answer.has_value()) << answer.error().cause;
    EXPECT_EQ(answer->rows, i);
    if (answer->server == 2) ++there;
  }

  EXPECT_GT(there, 50);
}

TEST_F(ReplicaTest, reads_from_the_primary_while_the_replica_lags) {
  ASSERT_TRUE(comes_from(2));

  replica_.ask("STOP SLAVE SQL_THREAD");
  ASSERT_TRUE(run("INSERT INTO t (id) VALUES (1)"));
  auto at_once = ask();
  auto latest = steady_clock::now() + seconds(30);
  while (metric("aiva_database_replica_lag_seconds", replica_.host()) < 1 &&
         steady_clock::now() < latest)
    std::this_thread::sleep_for(milliseconds(20));
  auto later = ask();

  ASSERT_TRUE(at_once.has_value() && later.has_value());
  EXPECT_EQ(at_once->rows, 1);
  EXPECT_EQ(at_once->server, 1);
  EXPECT_EQ(later->server, 1);
  EXPECT_GE(metric("aiva_database_replica_lag_seconds", replica_.host()), 1);
  EXPECT_EQ(metric("aiva_database_replica_usable", replica_.host()), 0);
  replica_.ask("START SLAVE SQL_THREAD");
  EXPECT_TRUE(comes_from(2));
}

TEST_F(ReplicaTest, reads_what_another_process_has_just_written) {
  auto other = open_beside();
  auto tenant = TenantId::make();
  ASSERT_TRUE(comes_from(2));

  replica_.ask("STOP SLAVE SQL_THREAD");
  ASSERT_TRUE(run_at(*other, tenant, "INSERT INTO t (id) VALUES (1)"));
  auto of_tenant = ask(tenant);
  ASSERT_TRUE(run_at(*other, {}, "INSERT INTO t (id) VALUES (2)"));
  auto of_all = ask();

  ASSERT_TRUE(of_tenant && of_all);
  EXPECT_EQ(of_tenant->rows, 1);
  EXPECT_EQ(of_all->rows, 2);
  replica_.ask("START SLAVE SQL_THREAD");
  EXPECT_TRUE(comes_from(2));
  EXPECT_EQ(ask(tenant)->rows, 2);
}

TEST_F(ReplicaTest, reads_from_the_primary_when_news_of_others_are_lost) {
  auto other = open_beside();
  ASSERT_TRUE(comes_from(2));

  signals_->publish("rows", "");
  auto answer = ask();

  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->server, 1);
  EXPECT_TRUE(comes_from(2));
}

TEST_F(ReplicaTest, reads_the_latest_rows_from_the_primary) {
  ASSERT_TRUE(comes_from(2));

  auto server =
      sync_wait(read_latest(*database_, {}, [](SqlSession& session) -> Result<std::int64_t> {
        std::int64_t id = 0;
        TRY_VOID(session.query("SELECT @@server_id", {}, [&id](const SqlRow& row) -> Result<void> {
          id = row.integer(0);
          return {};
        }));
        return id;
      }));

  EXPECT_EQ(server.value_or(-1), 1);
}

TEST_F(ReplicaTest, goes_on_when_the_replica_or_the_primary_is_gone) {
  ASSERT_TRUE(comes_from(2));
  ASSERT_TRUE(run("INSERT INTO t (id) VALUES (1)"));
  ASSERT_TRUE(comes_from(2));

  replica_.kill();
  auto by_primary = ask();
  replica_.start();
  ASSERT_TRUE(comes_from(2));
  primary_.kill();
  auto refused = run("INSERT INTO t (id) VALUES (2)");
  auto by_replica = ask();

  ASSERT_TRUE(by_primary.has_value()) << by_primary.error().cause;
  EXPECT_EQ(by_primary->server, 1);
  EXPECT_EQ(by_primary->rows, 1);
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, ErrorCode::unavailable);
  ASSERT_TRUE(by_replica.has_value()) << by_replica.error().cause;
  EXPECT_EQ(by_replica->server, 2);
}

TEST_F(ReplicaTest, follows_the_primary_to_another_host) {
  open({.url = "mysql://root@" + primary_.host() + "," + replica_.host() + "/rows_here"});
  ASSERT_TRUE(run("INSERT INTO t (id) VALUES (1)"));
  auto written = primary_.ask("SELECT @@gtid_binlog_pos");
  ASSERT_EQ(replica_.ask("SELECT MASTER_GTID_WAIT('" + written + "', 30)"), "0");

  primary_.kill();
  auto refused = run("INSERT INTO t (id) VALUES (2)");
  replica_.ask("STOP SLAVE");
  replica_.ask("SET GLOBAL read_only = 0");
  auto latest = steady_clock::now() + seconds(30);
  auto taken = run("INSERT INTO t (id) VALUES (3)");
  while (!taken && steady_clock::now() < latest) taken = run("INSERT INTO t (id) VALUES (3)");

  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, ErrorCode::unavailable);
  EXPECT_TRUE(taken.has_value()) << taken.error().cause;
  auto answer = ask();
  ASSERT_TRUE(answer.has_value());
  EXPECT_EQ(answer->rows, 2);
  EXPECT_EQ(answer->server, 2);
}

// Nobody writes meanwhile, and all connections stay open.
TEST_F(ReplicaTest, reads_from_the_new_primary_when_the_old_one_became_a_replica) {
  open({.url = "mysql://root@" + primary_.host() + "," + replica_.host() + "/rows_here"});
  ASSERT_TRUE(run("INSERT INTO t (id) VALUES (1)"));
  auto written = primary_.ask("SELECT @@gtid_binlog_pos");
  ASSERT_EQ(replica_.ask("SELECT MASTER_GTID_WAIT('" + written + "', 30)"), "0");
  ASSERT_TRUE(comes_from(1));

  primary_.ask("SET GLOBAL read_only = 1");
  replica_.ask("STOP SLAVE");
  replica_.ask("SET GLOBAL read_only = 0");

  EXPECT_TRUE(comes_from(2));
  auto latest = steady_clock::now() + seconds(30);
  auto taken = run("INSERT INTO t (id) VALUES (2)");
  while (!taken && steady_clock::now() < latest) taken = run("INSERT INTO t (id) VALUES (2)");
  EXPECT_TRUE(taken.has_value()) << taken.error().cause;
  EXPECT_EQ(replica_.ask("SELECT count(*) FROM rows_here.t"), "2");
  EXPECT_EQ(primary_.ask("SELECT count(*) FROM rows_here.t"), "1");
}

TEST(Positions, keep_the_last_transaction_of_each_stream) {
  Positions positions;
  EXPECT_EQ(positions.latest().number, 0U);

  positions.note("0-1-10");
  positions.note("0-1-9");
  positions.note("");
  positions.note("1-2-5");

  EXPECT_EQ(positions.latest().text, "0-1-10,1-2-5");
  EXPECT_EQ(positions.latest().number, 2U);
}

TEST(Positions, speak_of_mysql_s_transactions_as_sets) {
  Positions positions;

  positions.note("3e11fa47-71ca-11e1-9e33-c80aa9429562:23");

  EXPECT_EQ(positions.latest().text, "3e11fa47-71ca-11e1-9e33-c80aa9429562:1-23");
}

class NewsTest : public ::testing::Test {
 protected:
  void publish(const std::string& transaction) {
    signals_->publish("rows", "other " + tenant_.to_string() + " " + transaction);
  }

  std::unique_ptr<Signals> signals_ = make_memory_signals();
  mysql::News news_{*signals_, seconds(60)};
  TenantId tenant_ = TenantId::make();
};

TEST_F(NewsTest, of_a_tenant_concern_no_other) {
  publish("0-1-10");
  publish("0-2-11");
  publish("0-1-9");

  EXPECT_EQ(news_.wanted(tenant_).text, "0-2-11");
  EXPECT_EQ(news_.wanted(TenantId::make()).text, "");
  EXPECT_FALSE(news_.wanted(tenant_).is_unknown);
}

TEST_F(NewsTest, of_no_tenant_concern_all) {
  mysql::News others(*signals_, seconds(60));
  publish("0-1-10");
  others.tell({}, "0-1-11");
  others.tell({}, "");

  EXPECT_EQ(news_.wanted(tenant_).text, "0-1-11");
  EXPECT_EQ(news_.wanted({}).text, "0-1-11");
  EXPECT_EQ(others.wanted({}).text, "");
}

TEST_F(NewsTest, that_say_nothing_leave_only_the_primary) {
  for (const char* text : {"", "0-1", "0-1-x", "-1-2", "0--3", "0-1-2'", "0-1-2,0-1-3", "ab:1",
                           "3e11fa47-71ca-11e1-9e33-c80aa9429562:"}) {
    mysql::News fresh(*signals_, seconds(60));
    publish(text);
    EXPECT_TRUE(fresh.wanted(tenant_).is_unknown) << text;
    EXPECT_EQ(fresh.wanted(tenant_).text, "") << text;
  }
  mysql::News fresh(*signals_, seconds(60));
  publish("3e11fa47-71ca-11e1-9e33-c80aa9429562:23");
  EXPECT_EQ(fresh.wanted(tenant_).text, "3e11fa47-71ca-11e1-9e33-c80aa9429562:1-23");
}

TEST(HeardPositions, are_forgotten_when_every_replica_has_them) {
  mysql::HeardPositions heard(seconds(2));
  auto tenant = TenantId::make();
  auto now = steady_clock::now();
  heard.note(tenant, "0-1-10", now);
  heard.note_unknown(now);

  EXPECT_TRUE(heard.wanted(tenant, now + milliseconds(1999)).is_unknown);
  EXPECT_FALSE(heard.wanted(tenant, now + seconds(2)).is_unknown);
  EXPECT_EQ(heard.wanted(tenant, now + seconds(2)).text, "");
}

TEST(HeardPositions, of_too_many_tenants_leave_only_the_primary) {
  mysql::HeardPositions heard(seconds(2));
  auto now = steady_clock::now();
  for (int i = 0; i < 10'000; ++i) heard.note(TenantId::make(), "0-1-10", now);
  EXPECT_FALSE(heard.wanted({}, now).is_unknown);

  heard.note(TenantId::make(), "0-1-10", now);
  EXPECT_TRUE(heard.wanted({}, now).is_unknown);

  heard.note(TenantId::make(), "0-1-10", now + seconds(3));
  EXPECT_FALSE(heard.wanted({}, now + seconds(3)).is_unknown);
}

}  // namespace
}  // namespace aiva
