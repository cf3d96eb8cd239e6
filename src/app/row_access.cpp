#include "app/row_access.h"

#include <chrono>
#include <string_view>
#include <system_error>
#include <utility>

#include "adapters/sqlite/sqlite_database.h"
#include "app/database_parts.h"
#include "capabilities/backup/unfinished.h"
#include "foundation/task.h"

namespace aiva::app {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view sqlite_scheme = "sqlite://";
constexpr std::string_view mysql_scheme = "mysql://";
constexpr std::string_view mariadb_scheme = "mariadb://";
constexpr auto slow_query = std::chrono::hours(1);

Result<std::unique_ptr<Database>> open_file(const fs::path& path, bool is_power) {
  return make_sqlite_database({.path = path,
                               .reader_threads = 1,
                               .slow_query = slow_query,
                               .sync = is_power ? SqliteSync::power : SqliteSync::process});
}

Result<std::unique_ptr<Database>> connect(const Config::Database& database, Metrics& metrics) {
  auto options = mysql_options_of(database);
  options.replicas.clear();
  options.slow_query = slow_query;
  options.pool_min = 1;
  return make_mysql_database(std::move(options), metrics);
}

bool has_password(std::string_view url) {
  auto authority = url.substr(mysql_scheme.size());
  auto user = authority.substr(0, authority.rfind('@'));
  return user.find(':') != std::string_view::npos;
}

Result<bool> has_schema(Database& database) {
  auto reading = read(database, {}, [](SqlSession& session) -> Result<bool> {
    bool is_found = false;
    bool is_sqlite = session.dialect() == SqlDialect::sqlite;
    TRY_VOID(session.query(
        is_sqlite ? "SELECT 1 FROM sqlite_master WHERE name = 'schema_migrations'"
                  : "SELECT 1 FROM information_schema.tables "
                    "WHERE table_schema = DATABASE() AND table_name = 'schema_migrations'",
        {}, [&is_found](const SqlRow&) -> Result<void> {
          is_found = true;
          return {};
        }));
    return is_found;
  });
  return sync_wait(std::move(reading));
}

}  // namespace

Result<RowAccess> open_rows(const Config& config, const fs::path& folder, bool is_new) {
  RowAccess access;
  bool is_in_folder = config.database.url.empty();
  auto path = folder / "aiva.db";
  std::error_code error;
  auto nothing = is_in_folder
                     ? "There is no installation in " + folder.string()
                     : std::string("There is no installation in the database of database.url");
  if (!is_new && is_in_folder && !fs::exists(path, error))
    return fail(ErrorCode::not_found, std::move(nothing));
  TRY(access.database_, is_in_folder ? open_file(path, config.data.sync == "power")
                                     : connect(config.database, *access.metrics_));
  if (is_new) return access;
  TRY(bool is_there, has_schema(*access));
  if (!is_there) return fail(ErrorCode::not_found, std::move(nothing));
  TRY_VOID(backup::check_finished(*access));
  return access;
}

Result<RowAccess> open_move_target(const Config& config, const std::string& url) {
  RowAccess access;
  if (url.starts_with(sqlite_scheme)) {
    TRY(access.database_, open_file(url.substr(sqlite_scheme.size()), false));
    return access;
  }
  auto database = config.database;
  database.url = url;
  if (url.starts_with(mariadb_scheme)) database.url.replace(0, mariadb_scheme.size(), mysql_scheme);
  if (!database.url.starts_with(mysql_scheme))
    return fail(ErrorCode::invalid,
                "Rows can be moved to mysql://USER[:PASSWORD]@HOST[:PORT]/DATABASE or "
                "sqlite://FILE");
  if (has_password(database.url)) database.password.clear();
  TRY(access.database_, connect(database, *access.metrics_));
  return access;
}

}  // namespace aiva::app
