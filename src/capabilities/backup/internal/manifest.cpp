#include "capabilities/backup/internal/manifest.h"

#include <array>
#include <cstring>
#include <span>
#include <utility>
#include <variant>

#include "foundation/json.h"
#include "foundation/json_writer.h"

namespace aiva::backup {
namespace {

constexpr int format_version = 1;
constexpr auto type_words = std::to_array<std::string_view>({"integer", "real", "text", "bytes"});
constexpr std::size_t names_max = 10'000;
constexpr std::size_t chunks_max = 20'000'000;
constexpr std::int64_t number_max = std::int64_t{1} << 62;

void write_names(JsonWriter& writer, std::string_view key, const std::vector<std::string>& names) {
  writer.key(key).begin_array();
  for (const auto& name : names) writer.value(name);
  writer.end_array();
}

void write_chunks(JsonWriter& writer, std::string_view key, const std::vector<ChunkId>& chunks) {
  writer.key(key).begin_array();
  for (const auto& chunk : chunks) writer.value(to_text(chunk));
  writer.end_array();
}

void write_table(JsonWriter& writer, const TableRows& rows) {
  writer.begin_object().field("name", rows.table.name).key("columns").begin_array();
  for (const auto& column : rows.table.columns)
    writer.begin_object()
        .field("name", column.name)
        .field("type", type_words[static_cast<std::size_t>(column.type)])
        .end_object();
  writer.end_array();
  write_names(writer, "key", rows.table.key);
  writer.key("foreign_keys").begin_array();
  for (const auto& key : rows.table.foreign_keys) {
    writer.begin_object().field("parent", key.parent);
    write_names(writer, "columns", key.columns);
    write_names(writer, "parent_columns", key.parent_columns);
    writer.end_object();
  }
  writer.end_array();
  writer.field("rows", rows.rows).field("bytes", rows.bytes).field("sum", rows.sum);
  if (rows.counter) writer.field("counter", *rows.counter);
  write_chunks(writer, "chunks", rows.chunks);
  writer.end_object();
}

void write_summary(JsonWriter& writer, const BackupSummary& summary) {
  writer.field("name", summary.name)
      .field("program", summary.program)
      .field("began_at", summary.began_at)
      .field("snapshot_at", summary.snapshot_at)
      .field("ended_at", summary.ended_at)
      .field("is_incremental", summary.is_incremental)
      .field("objects", summary.objects)
      .field("object_bytes", summary.object_bytes)
      .field("new_bytes", summary.new_bytes);
  write_names(writer, "missing", summary.missing);
  writer.key("schema").begin_array();
  for (const auto& step : summary.schema)
    writer.begin_object().field("version", step.version).field("name", step.name).end_object();
  writer.end_array();
}

// Reads what was written by us; anything else makes the whole reading fail.
class Reader {
 public:
  bool is_good = true;

  const json::Value* find(const json::Object& object, std::string_view name) {
    const auto* value = object.if_contains(name);
    if (value == nullptr) is_good = false;
    return value;
  }
  std::string text(const json::Object& object, std::string_view name) {
    const auto* value = find(object, name);
    const auto* found = value != nullptr ? value->if_string() : nullptr;
    if (found == nullptr) return give_up<std::string>();
    return {found->data(), found->size()};
  }
  std::int64_t number(const json::Object& object, std::string_view name) {
    const auto* value = find(object, name);
    const auto* found = value != nullptr ? value->if_int64() : nullptr;
    if (found == nullptr || *found < 0 || *found > number_max) return give_up<std::int64_t>();
    return *found;
  }
  bool flag(const json::Object& object, std::string_view name) {
    const auto* value = find(object, name);
    const auto* found = value != nullptr ? value->if_bool() : nullptr;
    return found != nullptr ? *found : give_up<bool>();
  }
  const json::Array& list(const json::Object& object, std::string_view name, std::size_t max) {
    const auto* value = find(object, name);
    const auto* found = value != nullptr ? value->if_array() : nullptr;
    if (found != nullptr && found->size() <= max) return *found;
    is_good = false;
    return empty_;
  }
  std::vector<std::string> names(const json::Object& object, std::string_view key) {
    std::vector<std::string> names;
    for (const auto& value : list(object, key, names_max)) {
      const auto* text = value.if_string();
      is_good = is_good && text != nullptr;
      if (text != nullptr) names.emplace_back(text->data(), text->size());
    }
    return names;
  }
  std::vector<ChunkId> chunks(const json::Object& object, std::string_view key) {
    std::vector<ChunkId> chunks;
    for (const auto& value : list(object, key, chunks_max)) {
      const auto* text = value.if_string();
      auto id = text != nullptr ? parse_chunk_id({text->data(), text->size()}) : std::nullopt;
      is_good = is_good && id.has_value();
      if (id) chunks.push_back(*id);
    }
    return chunks;
  }
  // Calls `each` for the objects of a list.
  template <class Each>
  void objects(const json::Object& object, std::string_view key, Each each) {
    for (const auto& value : list(object, key, names_max)) {
      const auto* found = value.if_object();
      is_good = is_good && found != nullptr;
      if (found != nullptr) each(*found);
    }
  }

 private:
  template <class T>
  T give_up() {
    is_good = false;
    return T();
  }
  json::Array empty_;
};

ColumnType type_of(Reader& reader, const std::string& word) {
  for (std::size_t i = 0; i < type_words.size(); ++i)
    if (type_words[i] == word) return static_cast<ColumnType>(i);
  reader.is_good = false;
  return ColumnType::text;
}

TableRows read_table(Reader& reader, const json::Object& object) {
  TableRows rows;
  rows.table.name = reader.text(object, "name");
  reader.objects(object, "columns", [&](const json::Object& column) {
    rows.table.columns.push_back(
        {reader.text(column, "name"), type_of(reader, reader.text(column, "type"))});
  });
  rows.table.key = reader.names(object, "key");
  reader.objects(object, "foreign_keys", [&](const json::Object& key) {
    rows.table.foreign_keys.push_back({.columns = reader.names(key, "columns"),
                                       .parent = reader.text(key, "parent"),
                                       .parent_columns = reader.names(key, "parent_columns")});
  });
  rows.rows = reader.number(object, "rows");
  rows.bytes = reader.number(object, "bytes");
  rows.sum = reader.text(object, "sum");
  if (object.contains("counter")) rows.counter = reader.number(object, "counter");
  rows.table.has_counter = rows.counter.has_value();
  rows.chunks = reader.chunks(object, "chunks");
  return rows;
}

void read_summary(Reader& reader, const json::Object& object, BackupSummary& summary) {
  summary.name = reader.text(object, "name");
  summary.program = reader.text(object, "program");
  summary.began_at = reader.number(object, "began_at");
  summary.snapshot_at = reader.number(object, "snapshot_at");
  summary.ended_at = reader.number(object, "ended_at");
  summary.is_incremental = reader.flag(object, "is_incremental");
  summary.objects = reader.number(object, "objects");
  summary.object_bytes = reader.number(object, "object_bytes");
  summary.new_bytes = reader.number(object, "new_bytes");
  summary.missing = reader.names(object, "missing");
  reader.objects(object, "schema", [&](const json::Object& step) {
    summary.schema.push_back(
        {static_cast<int>(reader.number(step, "version")), reader.text(step, "name")});
  });
}

void add_up(Manifest& manifest) {
  auto& summary = manifest.summary;
  summary.tables = static_cast<std::int64_t>(manifest.tables.size());
  for (const auto& table : manifest.tables) {
    summary.rows += table.rows;
    summary.row_bytes += table.bytes;
  }
  summary.master_key =
      manifest.master_key.empty() ? MasterKeyPlace::outside : MasterKeyPlace::inside;
}

std::unexpected<Error> malformed() {
  return fail(ErrorCode::internal, "A manifest of a backup is malformed");
}

}  // namespace

std::string write_manifest(const Manifest& manifest) {
  std::string text;
  JsonWriter writer(text);
  writer.begin_object().field("format", format_version);
  write_summary(writer, manifest.summary);
  writer.key("tables").begin_array();
  for (const auto& table : manifest.tables) write_table(writer, table);
  writer.end_array();
  write_chunks(writer, "object_list", manifest.object_list);
  writer.field("key_proof", manifest.key_proof)
      .field("master_key", to_base64(manifest.master_key))
      .end_object();
  return text;
}

Result<Manifest> read_manifest(std::string_view text) {
  auto value = json::parse(text, {.bytes_max = std::size_t{1} << 30, .depth_max = 16});
  const auto* object = value ? value->if_object() : nullptr;
  if (object == nullptr) return malformed();
  Reader reader;
  if (reader.number(*object, "format") > format_version)
    return fail(ErrorCode::conflict, "The backup was made by a newer program");
  Manifest manifest;
  read_summary(reader, *object, manifest.summary);
  reader.objects(*object, "tables", [&](const json::Object& table) {
    manifest.tables.push_back(read_table(reader, table));
  });
  manifest.object_list = reader.chunks(*object, "object_list");
  manifest.key_proof = reader.text(*object, "key_proof");
  auto key = from_base64(reader.text(*object, "master_key"));
  if (!reader.is_good || !key) return malformed();
  manifest.master_key = std::move(*key);
  add_up(manifest);
  return manifest;
}

RowBytes write_object_record(const ObjectRecord& record) {
  RowBytes row;
  append_value(row, SqlValue(record.key));
  append_value(row, SqlValue(record.modified_at));
  append_value(row, SqlValue(record.bytes));
  std::string names;
  for (const auto& chunk : record.chunks)
    names.append(reinterpret_cast<const char*>(chunk.data()), chunk.size());
  append_value(row, SqlValue(std::as_bytes(std::span(names.data(), names.size()))));
  return row;
}

Result<ObjectRecord> read_object_record(std::string_view row) {
  TRY(auto values, read_values(row));
  if (values.size() != 4) return malformed();
  const auto* key = std::get_if<std::string_view>(&values[0].content());
  const auto* modified_at = std::get_if<std::int64_t>(&values[1].content());
  const auto* bytes = std::get_if<std::int64_t>(&values[2].content());
  const auto* names = std::get_if<SqlValue::Bytes>(&values[3].content());
  if (key == nullptr || modified_at == nullptr || bytes == nullptr || names == nullptr ||
      names->size() % sizeof(ChunkId) != 0)
    return malformed();
  ObjectRecord record{.key = std::string(*key), .modified_at = *modified_at, .bytes = *bytes};
  for (std::size_t at = 0; at < names->size(); at += sizeof(ChunkId)) {
    ChunkId id{};
    std::memcpy(id.data(), names->data() + at, id.size());
    record.chunks.push_back(id);
  }
  return record;
}

}  // namespace aiva::backup
