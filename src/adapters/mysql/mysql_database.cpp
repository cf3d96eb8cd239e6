#include "adapters/mysql/mysql_database.h"

#include <atomic>
#include <optional>
#include <string>
#include <utility>

#include "adapters/mysql/internal/news.h"
#include "adapters/mysql/internal/pool.h"
#include "adapters/mysql/internal/positions.h"
#include "adapters/mysql/internal/replica.h"
#include "adapters/mysql/internal/server.h"
#include "adapters/mysql/internal/transactions.h"

namespace aiva {
namespace mysql {
namespace {

// What others wrote is asked for so much longer than a replica may be behind that is read from.
constexpr int lags_remembered = 2;

PoolOptions pool_options(const MysqlOptions& options) {
  return {.threads_min = options.pool_min,
          .threads_max = options.pool_max,
          .queue_max = options.queue_max,
          .acquire_timeout = options.acquire_timeout,
          .idle_max = options.idle_max,
          .backoff_max = options.backoff_max,
          .connection = {.connect_timeout = options.connect_timeout,
                         .tls = options.tls,
                         .ca_file = options.ca_file,
                         .on_statement = options.on_statement}};
}

class MysqlDatabase final : public Database {
 public:
  MysqlDatabase(const Servers& servers, const MysqlOptions& options, Metrics& metrics)
      : measures_(metrics, "primary", options.slow_query),
        tells_without_tenant_(options.tells_without_tenant),
        primary_(servers.primary, pool_options(options), measures_, watch_log(servers)) {
    if (options.signals != nullptr && !servers.replicas.empty())
      news_.emplace(*options.signals, lags_remembered * options.lag_max);
    for (const auto& server : servers.replicas)
      replicas_.push_back(std::make_unique<Replica>(server, pool_options(options), options.lag_max,
                                                    log_, metrics, options.slow_query));
  }

  Task<Result<void>> run_read(CallContext context, Body body) override {
    auto heard = news_ ? news_->wanted(context.tenant) : HeardPositions::Wanted{};
    auto* replica = heard.is_unknown ? nullptr : choose();
    if (replica != nullptr) {
      bool was_read = false;
      auto reading = replica->read(context, body, positions_, std::move(heard.text), was_read);
      auto outcome = co_await std::move(reading);
      if (was_read) co_return outcome;
    }
    auto latest = run_latest_read(context, std::move(body));
    auto outcome = co_await std::move(latest);
    co_return outcome;
  }

  Task<Result<void>> run_latest_read(CallContext context, Body body) override {
    Pool::Job job = [&](Lane& lane) { return read_on(lane, context, body); };
    auto task = primary_.run(context, std::move(job));
    auto outcome = co_await std::move(task);
    co_return outcome;
  }

  Task<Result<void>> run_write(CallContext context, Body body) override {
    Pool::Job job = [&](Lane& lane) -> Result<void> {
      TRY(auto position, write_on(lane, context, body, positions_));
      if (news_ && (tells_without_tenant_ || !context.tenant.is_nil()))
        news_->tell(context.tenant, position);
      return {};
    };
    auto task = primary_.run(context, std::move(job));
    auto outcome = co_await std::move(task);
    co_return outcome;
  }

 private:
  // Only replicas are compared with the primary's log.
  Pool::OnTick watch_log(const Servers& servers) {
    if (servers.replicas.empty()) return {};
    return [this](const Result<Connection*>& primary) { log_.look(primary); };
  }

  // The next usable one in turn; null where there is none.
  Replica* choose() {
    for (std::size_t i = 0; i < replicas_.size(); ++i) {
      auto& replica = *replicas_[turn_++ % replicas_.size()];
      if (replica.is_usable()) return &replica;
    }
    return nullptr;
  }

  Positions positions_;
  PrimaryLog log_;
  Measures measures_;
  bool tells_without_tenant_;
  std::optional<News> news_;  // nothing where nobody is told and no replica is read from
  Pool primary_;
  std::vector<std::unique_ptr<Replica>> replicas_;
  std::atomic<std::size_t> turn_ = 0;
};

}  // namespace
}  // namespace mysql

Result<std::unique_ptr<Database>> make_mysql_database(MysqlOptions options, Metrics& metrics) {
  TRY(auto servers, mysql::read_servers(options));
  if (options.pool_max == 0 || options.pool_min > options.pool_max)
    return fail(invalid_field("database.pool_max", "must be at least 1 and database.pool_min"));
  return std::make_unique<mysql::MysqlDatabase>(servers, options, metrics);
}

Task<Result<std::string>> describe_mysql(CallContext context, Database& database) {
  auto body = [](SqlSession& session) -> Result<std::string> {
    std::string text;
    TRY_VOID(session.query("SELECT VERSION(), @@global.innodb_flush_log_at_trx_commit", {},
                           [&text](const SqlRow& row) -> Result<void> {
                             text = row.text(0);
                             if (row.integer(1) != 1)
                               text +=
                                   ", which may lose commits in a power cut "
                                   "(innodb_flush_log_at_trx_commit)";
                             return {};
                           }));
    return text;
  };
  auto task = write(database, context, body);
  auto described = co_await std::move(task);
  co_return described;
}

}  // namespace aiva
