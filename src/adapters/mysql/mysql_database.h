#pragma once

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "foundation/metrics.h"
#include "foundation/result.h"
#include "ports/database.h"
#include "ports/signals.h"

namespace aiva {

enum class MysqlTls {
  off,       // never
  required,  // always, whoever answers
  verified,  // always, and the server's certificate must name its host
};

struct MysqlOptions {
  // mysql://USER[:PASSWORD]@HOST[:PORT][,HOST[:PORT]…]/DATABASE. Of several hosts the first that
  // may be written to is the primary.
  std::string url{};
  std::string password{};               // instead of the URL's
  std::vector<std::string> replicas{};  // HOST[:PORT], with the URL's user, password and database
  MysqlTls tls = MysqlTls::off;
  std::filesystem::path ca_file{};  // PEM certificates that sign servers; empty: the system's
  std::size_t pool_min = 5;         // connections kept to each server
  std::size_t pool_max = 20;
  std::size_t queue_max = 10000;                     // calls that wait for one of them
  std::chrono::milliseconds acquire_timeout{10000};  // how long they do
  std::chrono::milliseconds connect_timeout{2000};
  std::chrono::milliseconds backoff_max{1000};  // before a server is tried again
  std::chrono::milliseconds slow_query{200};    // statements above it are logged and counted
  std::chrono::milliseconds lag_max{1000};      // a replica further behind is not read from
  std::chrono::milliseconds idle_max{300000};   // then connections above pool_min are closed
  // Where processes tell each other what they commit, so that whoever wrote at one reads it at
  // another; null: a replica may be behind others by lag_max.
  Signals* signals = nullptr;
  bool tells_without_tenant = true;  // of commits that concern no one tenant
  // For tests: called with each statement of a transaction before it runs, on its connection.
  std::function<void(SqlSession&, std::string_view sql, std::span<const SqlValue>)> on_statement{};
};

// A MariaDB (10.6 or later) or MySQL (8) server, its replicas for reads. Connects when it is first
// needed, so a server that is down is an `unavailable` call, not a failure here. Fails with
// `invalid` on a URL it cannot use. `metrics` and `signals` are borrowed.
//
// Transactions that write are serialisable and run again after deadlocks; reads have one snapshot,
// in which every change that this process has committed before is seen. A call whose connection
// broke while it committed fails with `unavailable` although its rows may be there.
Result<std::unique_ptr<Database>> make_mysql_database(MysqlOptions options, Metrics& metrics);

// The version of the primary, with a remark where its commits may not survive a power cut. Fails as
// calls do.
Task<Result<std::string>> describe_mysql(CallContext context, Database& database);

}  // namespace aiva
