#include <sys/timex.h>

#include <cstdlib>
#include <fstream>

#include "app/backup_place.h"
#include "app/installation_checks.h"
#include "capabilities/backup/backup.h"
#include "foundation/task.h"
#include "foundation/thread_pool.h"
#include "ports/clock.h"

namespace aiva::app {
namespace {

namespace fs = std::filesystem;
using checkup::CheckName;
using checkup::Finding;
using checkup::skip;

constexpr double gb = 1e9;

double meminfo_bytes(const std::string& name) {
  std::ifstream file("/proc/meminfo");
  std::string key;
  double kilobytes = 0;
  for (std::string unit; file >> key >> kilobytes; std::getline(file, unit))
    if (key == name + ":") return kilobytes * 1024;
  return 0;
}

Result<std::optional<UnixMs>> newest_backup(const Config& config, const std::string& place) {
  SystemClock clock;
  ThreadPool files({.name = "files", .threads = 1});
  TRY(auto opened, open_backup_place(config, place, files, false));
  backup::VaultOptions options{.flush = opened.flush, .is_exclusive = opened.lock.has_value()};
  if (const char* passphrase = std::getenv("AIVA_BACKUP_PASSPHRASE"); passphrase != nullptr)
    options.passphrase = passphrase;
  TRY(auto backups, backup::open_backups(*opened.objects, clock, options, false));
  TRY(auto all, backups->list());
  std::optional<UnixMs> newest;
  for (const auto& summary : all)
    if (summary.damage.empty() && (!newest || summary.snapshot_at > *newest))
      newest = summary.snapshot_at;
  return newest;
}

}  // namespace

Finding check_disk_use(const fs::path& folder) {
  std::error_code error;
  auto space = fs::space(folder, error);
  if (error || space.capacity == 0)
    return skip({"local.disk_use", "disk in use", "S149"}, "the volume cannot be asked");
  double used = 1 - static_cast<double>(space.available) / static_cast<double>(space.capacity);
  return judge_disk(used, static_cast<double>(space.available) / gb);
}

Finding check_memory() {
  double total = meminfo_bytes("MemTotal");
  if (total <= 0)
    return skip({"local.memory", "memory in use", "S147, S148"}, "/proc/meminfo cannot be read");
  return judge_memory(1 - meminfo_bytes("MemAvailable") / total, total / gb);
}

Finding check_clock() {
  timex state{};
  return judge_clock(::adjtimex(&state));
}

Finding check_backups(const Config& config, const std::string& place) {
  constexpr CheckName name{"launch.backups", "backups", "S200"};
  if (place.empty()) return skip(name, "say where they are: --backups PLACE");
  auto newest = newest_backup(config, place);
  if (newest) return judge_backups(*newest, unix_ms_now());
  const auto& error = newest.error();
  if (error.code == ErrorCode::not_found) return judge_backups(std::nullopt, unix_ms_now());
  return skip(name, error.message);
}

Finding check_indexes(Database& database) {
  auto names =
      sync_wait(read(database, {}, [](SqlSession& session) -> Result<std::vector<std::string>> {
        std::vector<std::string> found;
        const auto* sql = session.dialect() == SqlDialect::sqlite
                              ? "SELECT name FROM sqlite_master WHERE type = 'index'"
                              : "SELECT DISTINCT index_name FROM information_schema.statistics "
                                "WHERE table_schema = DATABASE()";
        TRY_VOID(session.query(sql, {}, [&found](const SqlRow& row) -> Result<void> {
          found.emplace_back(row.text(0));
          return {};
        }));
        return found;
      }));
  if (names) return judge_indexes(*names);
  return skip({"launch.indexes", "indexes", "S199, S124 to S128"}, names.error().message);
}

Finding check_pool(const Config& config, Database& database) {
  constexpr CheckName name{"launch.pool", "connection pool", "S199, S68 to S70"};
  if (config.database.url.empty()) return checkup::pass(name, "SQLite needs none");
  auto allowed = sync_wait(read(database, {}, [](SqlSession& session) -> Result<std::int64_t> {
    std::int64_t most = 0;
    TRY_VOID(
        session.query("SELECT @@max_connections", {}, [&most](const SqlRow& row) -> Result<void> {
          most = row.integer(0);
          return {};
        }));
    return most;
  }));
  if (!allowed) return skip(name, allowed.error().message);
  return judge_pool(config.database.pool_max, *allowed);
}

}  // namespace aiva::app
