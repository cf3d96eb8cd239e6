#include "app/database_parts.h"

#include <chrono>
#include <utility>

#include "adapters/schema/migrate.h"
#include "adapters/sqlite/sqlite_database.h"
#include "app/roles.h"
#include "capabilities/backup/unfinished.h"
#include "foundation/log.h"

namespace aiva::app {
namespace {

using std::chrono::milliseconds;

MysqlTls tls_of(const std::string& name) {
  if (name == "required") return MysqlTls::required;
  return name == "verified" ? MysqlTls::verified : MysqlTls::off;
}

Result<std::unique_ptr<Database>> open_file(const Config& config,
                                            const std::filesystem::path& folder, Metrics& metrics) {
  bool is_power = config.data.sync == "power";
  return make_sqlite_database(
      {.path = folder / "aiva.db",
       .reader_threads = static_cast<std::size_t>(config.data.reader_threads),
       .sync = is_power ? SqliteSync::power : SqliteSync::process,
       .metrics = &metrics});
}

}  // namespace

MysqlOptions mysql_options_of(const Config::Database& database) {
  return {.url = database.url,
          .password = database.password,
          .replicas = database.replicas,
          .tls = tls_of(database.tls),
          .ca_file = database.ca_file,
          .pool_min = static_cast<std::size_t>(database.pool_min),
          .pool_max = static_cast<std::size_t>(database.pool_max),
          .acquire_timeout = milliseconds(database.acquire_timeout_ms),
          .connect_timeout = milliseconds(database.connect_timeout_ms),
          .slow_query = milliseconds(database.slow_query_ms),
          .lag_max = milliseconds(database.replica_lag_max_ms)};
}

Result<std::unique_ptr<Database>> open_database(const Config& config,
                                                const std::filesystem::path& folder,
                                                Metrics& metrics, Signals* signals) {
  auto options = mysql_options_of(config.database);
  options.signals = signals;
  // What is no tenant's is written all the time by those with jobs, and waited for by nobody.
  options.tells_without_tenant = !duties_of(config).has_jobs;
  TRY(auto database, config.database.url.empty()
                         ? open_file(config, folder, metrics)
                         : make_mysql_database(std::move(options), metrics));
  TRY_VOID(backup::check_finished(*database));
  TRY(auto report, sync_wait(migrate(*database)));
  if (!report.applied.empty())
    log::info("schema migrated", {{"steps", report.applied.size()}, {"version", report.version}});
  if (!report.newer.empty())
    log::info("the database is of a newer version, beside which this one may run",
              {{"newest", report.newer.back()}});
  return database;
}

}  // namespace aiva::app
