#include "app/move.h"

#include <filesystem>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "adapters/schema/migrate.h"
#include "app/data_folder.h"
#include "app/row_access.h"
#include "capabilities/backup/move.h"
#include "capabilities/backup/unfinished.h"
#include "faces/cli/backup_command.h"
#include "faces/cli/output.h"
#include "foundation/task.h"

namespace aiva::app {
namespace {

namespace fs = std::filesystem;

// The source is not touched, so its schema has to be this program's already.
Result<void> check_schema(Database& database) {
  std::set<int> missing;
  for (const auto& migration : embedded_migrations()) missing.insert(migration.version);
  bool is_newer = false;
  auto reading = read(database, {}, [&](SqlSession& session) {
    return session.query("SELECT version FROM schema_migrations", {},
                         [&](const SqlRow& row) -> Result<void> {
                           if (missing.erase(static_cast<int>(row.integer(0))) == 0)
                             is_newer = true;
                           return {};
                         });
  });
  TRY_VOID(sync_wait(std::move(reading)));
  if (is_newer) return fail(ErrorCode::conflict, "The database is newer than this program");
  if (missing.empty()) return {};
  return fail(ErrorCode::conflict, "The database is older than this program. Run aiva migrate");
}

struct Locks {
  std::optional<ServeLock> serve{};
  std::optional<ServeLock> beside{};
};

// Nobody serves the folder, and nobody begins to. Who serves the same MySQL from another folder is
// not noticed.
Result<Locks> take_locks(const fs::path& folder) {
  Locks locks;
  std::error_code error;
  if (!fs::is_directory(folder, error)) return locks;
  TRY(locks.serve, ServeLock::try_take(folder));
  TRY(locks.beside, BesideLock::try_take(folder));
  if (locks.serve && locks.beside) return locks;
  return fail(ErrorCode::conflict,
              "A server uses " + folder.string() + ". Stop it, so that nothing is left behind");
}

Result<backup::MoveReport> move_folder(const Config& config, const cli::Arguments& arguments) {
  std::error_code error;
  auto folder = fs::absolute(config.data.folder, error);
  TRY(auto source, open_rows(config, folder, false));
  TRY([[maybe_unused]] auto locks, take_locks(folder));
  TRY_VOID(check_schema(*source));
  TRY(auto target, open_move_target(config, arguments.move_target));
  TRY_VOID(backup::check_target(*source, *target));
  TRY_VOID(backup::begin_move(*target));
  TRY_VOID(sync_wait(migrate(*target)));
  return backup::move_rows(*source, *target, cli::show_progress("move", arguments.is_json));
}

}  // namespace

int run_move(const Config& config, const cli::Arguments& arguments) {
  auto moved = move_folder(config, arguments);
  cli::end_progress(arguments.is_json);
  if (!moved) return cli::report(moved.error());
  cli::print_moved(*moved, arguments.is_json);
  return 0;
}

}  // namespace aiva::app
