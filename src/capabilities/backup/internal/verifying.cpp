#include "capabilities/backup/internal/verifying.h"

#include <functional>
#include <optional>
#include <utility>
#include <variant>

#include "capabilities/backup/internal/chunk_stream.h"

namespace aiva::backup {
namespace {

constexpr std::size_t damages_max = 1000;

std::vector<std::size_t> places_of(const Table& table, const std::vector<std::string>& columns) {
  std::vector<std::size_t> places;
  for (const auto& column : columns)
    if (int place = table.place_of(column); place >= 0)
      places.push_back(static_cast<std::size_t>(place));
  return places;
}

// Of the values at some places; nothing where one is null, which refers to nobody.
std::optional<std::size_t> hash_of(const std::vector<SqlValue>& values,
                                   const std::vector<std::size_t>& places) {
  RowBytes key;
  for (auto place : places) {
    if (place >= values.size() || std::holds_alternative<std::monostate>(values[place].content()))
      return std::nullopt;
    append_value(key, values[place]);
  }
  return std::hash<std::string_view>()(key);
}

}  // namespace

void Verifying::add_damage(std::string what, std::string where) {
  if (report_.damages.size() < damages_max)
    report_.damages.push_back({std::move(what), std::move(where)});
}

Result<void> Verifying::look_at_chunks(const Manifest& manifest) {
  ++report_.backups;
  const auto& name = manifest.summary.name;
  for (const auto& table : manifest.tables)
    for (const auto& chunk : table.chunks)
      TRY_VOID(look_at(chunk, "rows of " + table.table.name + " in " + name));
  bool is_list_sound = true;
  for (const auto& chunk : manifest.object_list) {
    TRY(bool is_sound, look_at(chunk, "the list of files in " + name));
    is_list_sound = is_list_sound && is_sound;
  }
  if (!is_list_sound) return {};
  auto listed = read_rows(vault_, manifest.object_list, [&](std::string_view row) -> Result<void> {
    TRY(auto record, read_object_record(row));
    ++report_.objects;
    for (const auto& chunk : record.chunks) TRY_VOID(look_at(chunk, record.key + " in " + name));
    return {};
  });
  if (!listed) add_damage("the list of files", name + ": " + listed.error().message);
  return {};
}

Result<bool> Verifying::look_at(const ChunkId& id, const std::string& where) {
  if (sound_.contains(id)) return true;
  if (!damaged_.contains(id)) {
    auto bytes = vault_.load(id);
    // Another failure than damage says nothing about the chunk.
    if (!bytes && bytes.error().code != ErrorCode::internal)
      return std::unexpected(std::move(bytes.error()));
    ++report_.chunks;
    (bytes ? sound_ : damaged_).insert(id);
    show();
    if (bytes) return true;
  }
  add_damage(key_of(id), where);
  return false;
}

Result<void> Verifying::look_at_rows(const Manifest& manifest) {
  for (const auto& table : manifest.tables) {
    bool is_sound = true;
    for (const auto& chunk : table.chunks) is_sound = is_sound && sound_.contains(chunk);
    if (is_sound)
      TRY_VOID(look_at_table(manifest, table));
    else
      unread_.insert(table.table.name);
  }
  keys_.clear();
  unread_.clear();
  return {};
}

Verifying::KeySet& Verifying::keys_of(const std::string& table,
                                      const std::vector<std::string>& columns) {
  auto name = table;
  for (const auto& column : columns) name += "." + column;
  return keys_[name];
}

Verifying::TableCheck Verifying::prepare(const Manifest& manifest, const Table& table) {
  TableCheck check;
  for (const auto& other : manifest.tables)
    for (const auto& key : other.table.foreign_keys)
      if (key.parent == table.name)
        check.kept.push_back({.places = places_of(table, key.parent_columns),
                              .keys = &keys_of(table.name, key.parent_columns)});
  // Nothing can be said of rows that refer to a table which is not known.
  for (const auto& key : table.foreign_keys)
    if (!unread_.contains(key.parent))
      check.checked.push_back({.places = places_of(table, key.columns),
                               .keys = &keys_of(key.parent, key.parent_columns)});
  return check;
}

Result<void> Verifying::look_at_table(const Manifest& manifest, const TableRows& table) {
  auto check = prepare(manifest, table.table);
  RowSum sum;
  auto looked = read_rows(vault_, table.chunks, [&](std::string_view row) {
    sum.add(row);
    return look_at_row(row, check);
  });
  auto where = "rows of " + table.table.name + " in " + manifest.summary.name;
  if (!looked) add_damage(where, looked.error().message);
  if (looked && (sum.rows() != table.rows || sum.text() != table.sum))
    add_damage(where, "are not those that were read");
  for (const auto& key : check.checked)
    if (key.dangling > 0)
      add_damage(where, std::to_string(key.dangling) + " refer to rows that are not there");
  report_.rows += sum.rows();
  return {};
}

Result<void> Verifying::look_at_row(std::string_view row, TableCheck& check) {
  if (check.kept.empty() && check.checked.empty()) return {};
  TRY(auto values, read_values(row));
  for (auto& key : check.kept)
    if (auto hash = hash_of(values, key.places)) key.keys->insert(*hash);
  for (auto& key : check.checked)
    if (auto hash = hash_of(values, key.places); hash && !key.keys->contains(*hash)) ++key.dangling;
  return {};
}

void Verifying::show() {
  if (on_progress_) on_progress_({.step = "chunks", .done = report_.chunks});
}

}  // namespace aiva::backup
