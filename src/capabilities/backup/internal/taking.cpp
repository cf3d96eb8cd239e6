#include "capabilities/backup/internal/taking.h"

#include <algorithm>
#include <array>
#include <utility>
#include <variant>

#include "capabilities/backup/internal/table_rows.h"
#include "foundation/crypto.h"
#include "foundation/secret_box.h"
#include "foundation/task.h"

namespace aiva::backup {
namespace {

// How often rows are read anew because objects that they name went meanwhile.
constexpr int readings_max = 3;
constexpr std::size_t missing_max = 1000;

// A recording is announced before it is there, and stays named when nothing came of it.
constexpr auto columns = std::to_array<ObjectColumn>({
    {"documents", "object_key", true},
    {"documents", "next_object_key", true},
    {"images", "object_key", true},
    {"images", "thumbnail_key", true},
    {"call_logs", "recording_key", false},
});

// Sorts as its moment, 20261130-155114123-4f2a, and has only letters that an object's key may have.
std::string make_name(UnixMs now) {
  std::string name;
  for (char c : to_iso8601(now)) {
    if (c >= '0' && c <= '9') name += c;
    if (c == 'T') name += '-';
  }
  std::array<std::uint8_t, 2> random{};
  random_bytes(random);
  return name + "-" + to_hex(random);
}

Result<std::vector<SchemaStep>> read_schema(SqlSession& session) {
  std::vector<SchemaStep> steps;
  TRY_VOID(session.query("SELECT version, name FROM schema_migrations ORDER BY version", {},
                         [&steps](const SqlRow& row) -> Result<void> {
                           steps.push_back({.version = static_cast<int>(row.integer(0)),
                                            .name = std::string(row.text(1))});
                           return {};
                         }));
  return steps;
}

}  // namespace

std::span<const ObjectColumn> object_columns() { return columns; }

Taking::Taking(TakingParts parts, const TakeOptions& options)
    : parts_(parts),
      options_(options),
      objects_(parts.source.objects, parts.vault, additions_, parts.on_progress),
      writer_(parts.vault, additions_) {}

Result<TakeReport> Taking::run(const std::optional<Manifest>& earlier) {
  auto& summary = manifest_.summary;
  summary.began_at = parts_.clock.unix_ms();
  summary.name = make_name(summary.began_at);
  summary.program = options_.program;
  summary.is_incremental = options_.is_incremental && earlier.has_value();
  summary.is_sealed = parts_.vault.is_sealed();
  TRY_VOID(parts_.vault.learn_chunks());
  if (summary.is_incremental) TRY_VOID(believe(*earlier));
  TRY_VOID(copy_all());
  TRY_VOID(keep_manifest());
  return TakeReport{.backup = manifest_.summary,
                    .new_chunks = additions_.chunks,
                    .mended_chunks = additions_.mended};
}

Result<void> Taking::believe(const Manifest& earlier) {
  for (const auto& table : earlier.tables)
    for (const auto& chunk : table.chunks) parts_.vault.believe(chunk);
  for (const auto& chunk : earlier.object_list) parts_.vault.believe(chunk);
  return objects_.believe(earlier);
}

// Most objects are copied before the rows are read, so that few can go between the two.
Result<void> Taking::copy_all() {
  TRY_VOID(objects_.copy_listed());
  for (int reading = 1; reading <= readings_max; ++reading) {
    TRY_VOID(read_rows_once());
    TRY_VOID(objects_.copy_listed());
    TRY(bool is_whole, copy_wanted());
    if (is_whole) return {};
  }
  return fail(ErrorCode::conflict,
              "Files were deleted again and again while they were copied; try again later");
}

Result<void> Taking::read_rows_once() {
  manifest_.tables.clear();
  manifest_.summary.missing.clear();
  wanted_.clear();
  auto reading = read(parts_.source.database, {},
                      [this](SqlSession& session) { return write_tables(session); });
  return sync_wait(std::move(reading));
}

Result<void> Taking::write_tables(SqlSession& session) {
  manifest_.summary.snapshot_at = parts_.clock.unix_ms();
  TRY(manifest_.summary.schema, read_schema(session));
  TRY(auto tables, read_tables(session));
  std::vector<std::int64_t> counts;
  rows_done_ = rows_total_ = 0;
  for (const auto& table : tables) {
    TRY(auto count, count_rows(session, table));
    counts.push_back(count);
    rows_total_ += count;
  }
  for (std::size_t i = 0; i < tables.size(); ++i) {
    TRY(auto written, write_table(session, tables[i]));
    if (written.rows != counts[i])
      return fail(internal_error("table " + tables[i].name + " has " + std::to_string(counts[i]) +
                                 " rows, of which " + std::to_string(written.rows) +
                                 " were read along its key"));
    manifest_.tables.push_back(std::move(written));
  }
  return {};
}

Result<TableRows> Taking::write_table(SqlSession& session, const Table& table) {
  TableRows written{.table = table};
  RowSum sum;
  TablePages pages(table, session.dialect());
  bool names_objects = std::ranges::any_of(
      columns, [&table](const ObjectColumn& column) { return column.table == table.name; });
  for (;;) {
    TRY(auto rows, pages.next(session));
    if (rows.empty()) break;
    for (const auto& row : rows) {
      sum.add(row);
      written.bytes += static_cast<std::int64_t>(row.size());
      TRY_VOID(writer_.add_row(row));
      if (names_objects) TRY_VOID(note_objects(table, row));
    }
    rows_done_ += static_cast<std::int64_t>(rows.size());
    if (parts_.on_progress)
      parts_.on_progress({.step = table.name, .done = rows_done_, .total = rows_total_});
  }
  written.rows = sum.rows();
  written.sum = sum.text();
  if (table.has_counter) {
    TRY(written.counter, read_counter(session, table));
  }
  TRY(written.chunks, writer_.finish());
  return written;
}

Result<void> Taking::note_objects(const Table& table, std::string_view row) {
  TRY(auto values, read_values(row));
  for (std::size_t place = 0; place < columns.size(); ++place) {
    if (columns[place].table != table.name) continue;
    auto at = table.place_of(columns[place].column);
    if (at < 0) continue;
    const auto* key =
        std::get_if<std::string_view>(&values[static_cast<std::size_t>(at)].content());
    if (key == nullptr || key->empty()) continue;
    std::string name(*key);
    if (!objects_.has(name)) wanted_.push_back({std::move(name), place});
  }
  return {};
}

Result<bool> Taking::copy_wanted() {
  bool is_whole = true;
  auto& missing = manifest_.summary.missing;
  for (const auto& wanted : wanted_) {
    if (objects_.has(wanted.key)) continue;
    TRY(bool is_copied, objects_.copy(wanted.key, 0));
    if (is_copied || !columns[wanted.place].is_required) continue;
    TRY(bool is_named, is_still_named(wanted));
    if (!is_named) is_whole = false;
    if (is_named && missing.size() < missing_max) missing.push_back(wanted.key);
  }
  return is_whole;
}

Result<bool> Taking::is_still_named(const Wanted& wanted) {
  const auto& column = columns[wanted.place];
  auto sql = "SELECT 1 FROM " + quote_name(column.table) + " WHERE " + quote_name(column.column) +
             " = ? LIMIT 1";
  auto reading = read(parts_.source.database, {}, [&](SqlSession& session) -> Result<bool> {
    bool is_found = false;
    TRY_VOID(session.query(sql, {wanted.key}, [&is_found](const SqlRow&) -> Result<void> {
      is_found = true;
      return {};
    }));
    return is_found;
  });
  return sync_wait(std::move(reading));
}

Result<void> Taking::keep_manifest() {
  auto& summary = manifest_.summary;
  TRY(manifest_.object_list, objects_.write_list());
  summary.objects = objects_.count();
  summary.object_bytes = objects_.bytes();
  summary.tables = static_cast<std::int64_t>(manifest_.tables.size());
  for (const auto& table : manifest_.tables) {
    summary.rows += table.rows;
    summary.row_bytes += table.bytes;
  }
  if (!options_.master_key.empty()) {
    auto purpose = "backup:" + summary.name;
    manifest_.key_proof = seal_secret(options_.master_key, purpose, purpose);
    summary.master_key = options_.master_key_place;
    if (options_.master_key_place == MasterKeyPlace::inside)
      manifest_.master_key = options_.master_key;
  }
  summary.new_bytes = additions_.bytes;
  summary.ended_at = parts_.clock.unix_ms();
  return parts_.vault.keep_manifest(summary.name, write_manifest(manifest_));
}

}  // namespace aiva::backup
