#include "app/database_parts.h"

#include <chrono>
#include <utility>

#include "adapters/mysql/mysql_database.h"
#include "adapters/schema/migrate.h"
#include "adapters/sqlite/sqlite_database.h"
#include "foundation/log.h"

namespace aiva::app {
namespace {

using std::chrono::milliseconds;

MysqlTls tls_of(const std::string& name) {
  if (name == "required") return MysqlTls::required;
  return name == "verified" ? MysqlTls::verified : MysqlTls::off;
}

Result<std::unique_ptr<Database>> connect(const Config::Database& database, Metrics& metrics) {
  MysqlOptions options{.url = database.url,
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
  return make_mysql_database(std::move(options), metrics);
}

Result<std::unique_ptr<Database>> open_file(const Config& config,
                                            const std::filesystem::path& folder) {
  bool is_power = config.data.sync == "power";
  return make_sqlite_database(
      {.path = folder / "aiva.db",
       .reader_threads = static_cast<std::size_t>(config.data.reader_threads),
       .sync = is_power ? SqliteSync::power : SqliteSync::process});
}

}  // namespace

bool has_own_rows(const Config& config) { return config.database.url.empty(); }

Result<std::unique_ptr<Database>> open_database(const Config& config,
                                                const std::filesystem::path& folder,
                                                Metrics& metrics) {
  TRY(auto database,
      config.database.url.empty() ? open_file(config, folder) : connect(config.database, metrics));
  TRY(auto report, sync_wait(migrate(*database)));
  if (!report.applied.empty())
    log::info("schema migrated", {{"steps", report.applied.size()}, {"version", report.version}});
  return database;
}

}  // namespace aiva::app
