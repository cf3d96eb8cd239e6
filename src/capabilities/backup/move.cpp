#include "capabilities/backup/move.h"

#include <algorithm>
#include <ranges>
#include <string>
#include <utility>

#include "capabilities/backup/internal/move_progress.h"
#include "capabilities/backup/internal/table_rows.h"
#include "foundation/task.h"

namespace aiva::backup {
namespace {

template <class Body>
auto read_now(Database& database, Body body) {
  auto reading = read(database, {}, std::move(body));
  return sync_wait(std::move(reading));
}

template <class Body>
auto write_now(Database& database, Body body) {
  auto writing = write(database, {}, std::move(body));
  return sync_wait(std::move(writing));
}

std::unexpected<Error> not_empty(const std::string& table) {
  return fail(ErrorCode::conflict, "The target is not empty: it has rows in " + table +
                                       ". Name a database without tables");
}

// Rows of a tenant, or the tenants themselves, or keys that sign: no migration makes these.
bool is_made_by_use(const Table& table) {
  return table.name == "tenants" || table.name == "signing_keys" ||
         table.place_of("tenant_id") >= 0;
}

Result<void> check_unused(SqlSession& session) {
  TRY(auto tables, read_tables(session));
  for (const auto& table : tables) {
    if (!is_made_by_use(table)) continue;
    TRY(auto rows, count_rows(session, table));
    if (rows > 0) return not_empty(table.name);
  }
  return {};
}

Result<std::vector<Table>> tables_of(Database& database) {
  return read_now(database, [](SqlSession& session) { return read_tables(session); });
}

// The source's tables in the order in which the target takes them.
Result<std::vector<Table>> match(std::vector<Table> source, const std::vector<Table>& target) {
  std::vector<Table> tables;
  for (const auto& theirs : target) {
    auto ours = std::ranges::find(source, theirs.name, &Table::name);
    if (ours == source.end()) continue;
    for (const auto& column : ours->columns)
      if (theirs.place_of(column.name) < 0)
        return fail(ErrorCode::conflict,
                    "The target has no column " + theirs.name + "." + column.name);
    tables.push_back(std::move(*ours));
    tables.back().has_counter = tables.back().has_counter && theirs.has_counter;
  }
  if (tables.size() != source.size())
    return fail(ErrorCode::conflict, "The target lacks tables that the source has");
  return tables;
}

class Move {
 public:
  Move(Database& source, Database& target, const OnProgress& on_progress)
      : source_(source), target_(target), on_progress_(on_progress) {}

  Result<MoveReport> run() {
    TRY_VOID(check_target(source_, target_));
    TRY(auto source_tables, tables_of(source_));
    TRY(auto target_tables, tables_of(target_));
    TRY(auto tables, match(std::move(source_tables), target_tables));
    TRY_VOID(begin(tables));
    for (const auto& table : tables) TRY_VOID(copy(table));
    for (const auto& table : tables) TRY_VOID(compare(table));
    TRY_VOID(write_now(target_, [](SqlSession& session) { return MoveProgress(session).drop(); }));
    report_.tables = static_cast<std::int64_t>(tables.size());
    return report_;
  }

 private:
  Result<void> begin(const std::vector<Table>& tables) {
    TRY(auto identity, read_now(source_, identity_of));
    TRY_VOID(
        write_now(target_, [](SqlSession& session) { return MoveProgress(session).create(); }));
    return write_now(target_, [&](SqlSession& session) -> Result<void> {
      MoveProgress progress(session);
      TRY(auto begun, progress.source());
      if (!begun.empty()) return {};
      // What migrations put in comes with the source.
      for (const auto& table : tables | std::views::reverse)
        TRY_VOID(session.execute("DELETE FROM " + quote_name(table.name)));
      return progress.begin(identity);
    });
  }

  Result<void> copy(const Table& table) {
    TRY(auto place, read_now(target_, [&](SqlSession& session) {
          return MoveProgress(session).place_of(table.name);
        }));
    TRY(auto total,
        read_now(source_, [&](SqlSession& session) { return count_rows(session, table); }));
    report_.rows += place.rows;
    TRY(auto dialect, read_now(source_, [](SqlSession& session) -> Result<SqlDialect> {
          return session.dialect();
        }));
    TablePages pages(table, dialect, place.place);
    for (;;) {
      TRY(auto rows, read_now(source_, [&](SqlSession& session) { return pages.next(session); }));
      if (rows.empty()) break;
      place = {.place = pages.place(), .rows = place.rows + static_cast<std::int64_t>(rows.size())};
      TRY_VOID(insert(table, rows, place));
      if (on_progress_) on_progress_({.step = table.name, .done = place.rows, .total = total});
    }
    return copy_counter(table);
  }

  Result<void> insert(const Table& table, const std::vector<RowBytes>& rows,
                      const TablePlace& place) {
    auto inserted = write_now(target_, [&](SqlSession& session) -> Result<void> {
      TRY_VOID(insert_rows(session, table, rows));
      return MoveProgress(session).set_place(table.name, place);
    });
    if (!inserted) {
      auto error = std::move(inserted.error());
      error.message = "Rows of " + table.name + " cannot be copied: " + error.message;
      return fail(std::move(error));
    }
    report_.rows += static_cast<std::int64_t>(rows.size());
    report_.rows_copied += static_cast<std::int64_t>(rows.size());
    return {};
  }

  Result<void> copy_counter(const Table& table) {
    if (!table.has_counter) return {};
    TRY(auto number,
        read_now(source_, [&](SqlSession& session) { return read_counter(session, table); }));
    return write_now(target_,
                     [&](SqlSession& session) { return raise_counter(session, table, number); });
  }

  Result<RowSum> sum_of(Database& database, const Table& table) {
    return read_now(database, [&](SqlSession& session) -> Result<RowSum> {
      RowSum sum;
      TablePages pages(table, session.dialect());
      for (;;) {
        TRY(auto rows, pages.next(session));
        if (rows.empty()) return sum;
        for (const auto& row : rows) sum.add(row);
      }
    });
  }

  Result<void> compare(const Table& table) {
    TRY(auto ours, sum_of(source_, table));
    TRY(auto theirs, sum_of(target_, table));
    if (on_progress_) on_progress_({.step = "comparing", .done = ++compared_});
    if (ours.rows() == theirs.rows() && ours.text() == theirs.text()) return {};
    return fail(ErrorCode::internal, "The rows of " + table.name + " in the target differ",
                std::to_string(theirs.rows()) + " of " + std::to_string(ours.rows()) + ", sums " +
                    theirs.text() + " and " + ours.text());
  }

  Database& source_;
  Database& target_;
  const OnProgress& on_progress_;
  MoveReport report_;
  std::int64_t compared_ = 0;
};

}  // namespace

Result<void> check_target(Database& source, Database& target) {
  TRY(auto identity, read_now(source, identity_of));
  return read_now(target, [&identity](SqlSession& session) -> Result<void> {
    MoveProgress progress(session);
    TRY(bool is_begun, progress.exists());
    if (is_begun) {
      TRY(auto begun, progress.source());
      if (begun == identity) return {};
      if (begun.empty()) return check_unused(session);
      return fail(ErrorCode::conflict, "The target holds an unfinished move of another source");
    }
    return check_unused(session);
  });
}

Result<MoveReport> move_rows(Database& source, Database& target, const OnProgress& on_progress) {
  return Move(source, target, on_progress).run();
}

}  // namespace aiva::backup
