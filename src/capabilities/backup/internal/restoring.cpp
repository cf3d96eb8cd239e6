#include "capabilities/backup/internal/restoring.h"

#include <algorithm>
#include <fstream>
#include <ranges>
#include <string>
#include <unordered_set>
#include <utility>

#include "capabilities/backup/internal/chunk_stream.h"
#include "capabilities/backup/internal/table_rows.h"
#include "foundation/ids.h"
#include "foundation/task.h"

namespace aiva::backup {
namespace {

constexpr std::size_t batch_rows = 1000;
constexpr std::size_t batch_bytes = 4 * 1024 * 1024;
constexpr std::size_t listed_together = 10'000;

}  // namespace

Result<RestoreReport> Restoring::run(const Manifest& manifest) {
  rows_total_ = manifest.summary.rows;
  TRY_VOID(check_place(manifest));
  TRY(auto tables, match(manifest));
  TRY_VOID(empty_tables(tables));
  for (const auto& table : tables) {
    auto rows = std::ranges::find(manifest.tables, table.name,
                                  [](const TableRows& some) { return some.table.name; });
    TRY_VOID(fill(table, *rows));
    TRY_VOID(check(table, *rows));
    ++report_.tables;
  }
  TRY_VOID(restore_objects(manifest));
  return report_;
}

// They belong to whoever works with that place, and what no row here names would be swept away.
// Those of the backup may be there: a restore that was killed goes on.
Result<void> Restoring::check_place(const Manifest& manifest) {
  TRY(auto first, sync_wait(target_.objects.list({}, "", "", 1)));
  if (first.empty()) return {};
  std::unordered_set<std::string> ours;
  TRY_VOID(read_rows(vault_, manifest.object_list, [&ours](std::string_view row) -> Result<void> {
    TRY(auto record, read_object_record(row));
    ours.insert(std::move(record.key));
    return {};
  }));
  for (std::string after;;) {
    TRY(auto entries, sync_wait(target_.objects.list({}, "", after, listed_together)));
    if (entries.empty()) return {};
    after = entries.back().key;
    for (const auto& entry : entries)
      if (!ours.contains(entry.key))
        return fail(ErrorCode::conflict,
                    "Files of somebody else lie where those of the backup "
                    "would: " +
                        entry.key + ". Name an empty place");
  }
}

Result<std::vector<Table>> Restoring::match(const Manifest& manifest) {
  auto reading =
      read(target_.database, {}, [](SqlSession& session) { return read_tables(session); });
  TRY(auto present, sync_wait(std::move(reading)));
  std::vector<Table> tables;
  for (auto& table : present) {
    auto backed_up = std::ranges::find(manifest.tables, table.name,
                                       [](const TableRows& some) { return some.table.name; });
    if (backed_up == manifest.tables.end()) continue;
    for (const auto& column : backed_up->table.columns)
      if (table.place_of(column.name) < 0)
        return fail(ErrorCode::conflict, "The new database has no column " + table.name + "." +
                                             column.name + ", which the backup has");
    table.columns = backed_up->table.columns;
    for (const auto& column : table.key)
      if (table.place_of(column) < 0)
        return fail(ErrorCode::conflict, "The backup lacks the key of " + table.name);
    tables.push_back(std::move(table));
  }
  auto wanted = std::ranges::count_if(
      manifest.tables, [](const TableRows& some) { return !is_record_table(some.table.name); });
  if (std::cmp_not_equal(tables.size(), wanted))
    return fail(ErrorCode::conflict, "The backup has tables that the new database has not");
  return tables;
}

// What migrations put in comes back with the backup.
Result<void> Restoring::empty_tables(const std::vector<Table>& tables) {
  auto emptying = write(target_.database, {}, [&](SqlSession& session) -> Result<void> {
    for (const auto& table : tables | std::views::reverse)
      TRY_VOID(session.execute("DELETE FROM " + quote_name(table.name)));
    return {};
  });
  return sync_wait(std::move(emptying));
}

Result<void> Restoring::fill(const Table& table, const TableRows& rows) {
  std::vector<RowBytes> batch;
  std::size_t bytes = 0;
  auto flush = [&]() -> Result<void> {
    TRY_VOID(insert(table, batch));
    batch.clear();
    bytes = 0;
    return {};
  };
  TRY_VOID(read_rows(vault_, rows.chunks, [&](std::string_view row) -> Result<void> {
    bytes += row.size();
    batch.emplace_back(row);
    return batch.size() >= batch_rows || bytes >= batch_bytes ? flush() : Result<void>{};
  }));
  TRY_VOID(flush());
  if (!table.has_counter || !rows.counter) return {};
  auto raising = write(target_.database, {}, [&](SqlSession& session) {
    return raise_counter(session, table, *rows.counter);
  });
  return sync_wait(std::move(raising));
}

Result<void> Restoring::insert(const Table& table, const std::vector<RowBytes>& rows) {
  if (rows.empty()) return {};
  auto inserting = write(target_.database, {},
                         [&](SqlSession& session) { return insert_rows(session, table, rows); });
  if (auto inserted = sync_wait(std::move(inserting)); !inserted) {
    auto error = std::move(inserted.error());
    error.message = "Rows of " + table.name + " cannot be restored: " + error.message;
    return fail(std::move(error));
  }
  report_.rows += static_cast<std::int64_t>(rows.size());
  if (on_progress_) on_progress_({.step = table.name, .done = report_.rows, .total = rows_total_});
  return {};
}

Result<void> Restoring::check(const Table& table, const TableRows& rows) {
  RowSum sum;
  auto reading = read(target_.database, {}, [&](SqlSession& session) -> Result<void> {
    sum = {};
    TablePages pages(table, session.dialect());
    for (;;) {
      TRY(auto some, pages.next(session));
      if (some.empty()) return {};
      for (const auto& row : some) sum.add(row);
    }
  });
  TRY_VOID(sync_wait(std::move(reading)));
  if (sum.rows() == rows.rows && sum.text() == rows.sum) return {};
  return fail(ErrorCode::internal, "The rows of " + table.name + " are not those of the backup",
              std::to_string(sum.rows()) + " of " + std::to_string(rows.rows));
}

Result<void> Restoring::restore_objects(const Manifest& manifest) {
  return read_rows(vault_, manifest.object_list, [&](std::string_view row) -> Result<void> {
    TRY(auto record, read_object_record(row));
    TRY_VOID(restore_object(record));
    ++report_.objects;
    report_.object_bytes += record.bytes;
    if (on_progress_)
      on_progress_({.step = "files", .done = report_.objects, .total = manifest.summary.objects});
    return {};
  });
}

Result<void> Restoring::restore_object(const ObjectRecord& record) {
  auto file = target_.objects.staging_folder() / ("restore-" + Uuid::make().to_string());
  std::ofstream stream(file, std::ios::binary);
  std::int64_t bytes = 0;
  for (const auto& chunk : record.chunks) {
    TRY(auto piece, vault_.load(chunk));
    stream.write(piece.data(), static_cast<std::streamsize>(piece.size()));
    bytes += static_cast<std::int64_t>(piece.size());
  }
  stream.close();
  if (!stream) return fail(ErrorCode::unavailable, "Cannot write " + file.string());
  if (bytes != record.bytes)
    return fail(ErrorCode::internal, record.key + " has another length than it had");
  return sync_wait(target_.objects.put_file({}, record.key, file));
}

}  // namespace aiva::backup
