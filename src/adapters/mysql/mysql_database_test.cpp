#include "adapters/mysql/mysql_database.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <future>
#include <optional>
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

}  // namespace
}  // namespace aiva
