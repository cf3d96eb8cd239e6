#include "capabilities/backup/unfinished.h"

#include <cstdint>
#include <utility>

#include "capabilities/backup/internal/move_progress.h"
#include "foundation/task.h"

namespace aiva::backup {
namespace {

// No source of a move is called so.
std::string mark_of(const std::string& backup) { return "backup " + backup; }

Result<std::int64_t> count_tables(SqlSession& session) {
  std::int64_t count = 0;
  bool is_sqlite = session.dialect() == SqlDialect::sqlite;
  TRY_VOID(session.query(is_sqlite ? "SELECT COUNT(*) FROM sqlite_master WHERE type = 'table' "
                                     "AND name NOT LIKE 'sqlite|_%' ESCAPE '|' AND name <> ?"
                                   : "SELECT COUNT(*) FROM information_schema.tables "
                                     "WHERE table_schema = DATABASE() AND table_name <> ?",
                         {move_table}, [&count](const SqlRow& row) -> Result<void> {
                           count = row.integer(0);
                           return {};
                         }));
  return count;
}

// Whether the mark is there already.
Result<bool> look_into(SqlSession& session, const std::string& mark) {
  MoveProgress progress(session);
  TRY(bool has_progress, progress.exists());
  std::string begun;
  if (has_progress) {
    TRY(begun, progress.source());
  }
  if (begun == mark) return true;
  if (!begun.empty())
    return fail(ErrorCode::conflict,
                "The database holds something else that is unfinished. Name an empty one");
  TRY(auto tables, count_tables(session));
  if (tables == 0) return false;
  return fail(ErrorCode::conflict, "The database is not empty: it has " + std::to_string(tables) +
                                       (tables == 1 ? " table" : " tables") +
                                       ". Name one without tables");
}

}  // namespace

Result<void> begin_move(Database& target) {
  auto making =
      write(target, {}, [](SqlSession& session) { return MoveProgress(session).create(); });
  return sync_wait(std::move(making));
}

Result<void> begin_restore(Database& target, const std::string& backup) {
  auto mark = mark_of(backup);
  auto looking = read(target, {}, [&](SqlSession& session) { return look_into(session, mark); });
  TRY(bool is_begun, sync_wait(std::move(looking)));
  if (is_begun) return {};
  TRY_VOID(begin_move(target));
  auto marking =
      write(target, {}, [&](SqlSession& session) { return MoveProgress(session).begin(mark); });
  return sync_wait(std::move(marking));
}

Result<void> end_restore(Database& target) {
  auto ending = write(target, {}, [](SqlSession& session) { return MoveProgress(session).drop(); });
  return sync_wait(std::move(ending));
}

Result<void> check_finished(Database& database) {
  auto looking =
      read(database, {}, [](SqlSession& session) { return MoveProgress(session).exists(); });
  TRY(bool is_unfinished, sync_wait(std::move(looking)));
  if (!is_unfinished) return {};
  return fail(ErrorCode::conflict,
              "A move or a restore into the database has not come to its end. Give its command "
              "again, or empty the database");
}

}  // namespace aiva::backup
