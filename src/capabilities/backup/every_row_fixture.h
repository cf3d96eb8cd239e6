#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>
#include <map>
#include <ranges>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "capabilities/backup/internal/table_rows.h"
#include "foundation/result.h"
#include "ports/database.h"

namespace aiva::backup {

inline constexpr int rows_each = 40;
inline constexpr int rows_many = 600;  // more than a page

// What MariaDB's column takes.
struct Room {
  std::string type;
  std::int64_t length = 0;  // of text, in characters
  bool is_ascii = false;
  bool may_be_null = false;
  bool is_numbered = false;  // by MariaDB
};
using Rooms = std::map<std::string, Room>;  // by "table.column"

inline Result<Rooms> read_rooms(SqlSession& session) {
  Rooms rooms;
  TRY_VOID(
      session.query("SELECT table_name, column_name, data_type, "
                    "COALESCE(character_maximum_length, 0), COALESCE(character_set_name, ''), "
                    "is_nullable, extra = 'auto_increment' FROM information_schema.columns "
                    "WHERE table_schema = DATABASE()",
                    {}, [&rooms](const SqlRow& row) -> Result<void> {
                      auto name = std::string(row.text(0)) + "." + std::string(row.text(1));
                      rooms[name] = {.type = std::string(row.text(2)),
                                     .length = row.integer(3),
                                     .is_ascii = row.text(4) == "ascii",
                                     .may_be_null = row.text(5) == "YES",
                                     .is_numbered = row.integer(6) != 0};
                      return {};
                    }));
  return rooms;
}

inline std::int64_t some_integer(const Room& room, int row) {
  if (room.type != "bigint") return row % 100;
  if (row == 0) return std::numeric_limits<std::int64_t>::max();
  if (row == 1) return std::numeric_limits<std::int64_t>::min();
  return (row % 2 == 0 ? 1 : -1) * row * std::int64_t{1'000'000'007};
}

inline double some_real(int row) {
  constexpr std::array numbers{0.1, -0.0, 1e300, -2.5e-300, 1.0 / 3, 123456789.123456789};
  return numbers[static_cast<std::size_t>(row) % numbers.size()] * (1 + row / 6);
}

inline std::string some_text(const std::string& column, const Room& room, int row) {
  if (room.length <= 64) {
    // Ids have 36 characters.
    auto number = std::to_string(100'000 + row);
    return "018f0000-0000-7000-8000-000000" + number;
  }
  // What objects are named.
  if (column.ends_with("_key")) return "files/" + std::to_string(row);
  auto text = column + " " + std::to_string(row);
  if (room.is_ascii) return text;
  text += " \xF0\x9F\x98\x80 \xC3\xA9 'it''s' \\n \"x\"; -- ";
  if (room.length > 10'000 && row == 3) text += std::string(70'000, 'w') + "\xF0\x9F\x8F\xA0";
  return text + " \n ";
}

inline std::string some_bytes(int row) {
  std::string bytes(static_cast<std::size_t>(row == 7 ? 100'000 : 300), '\0');
  for (std::size_t i = 0; i < bytes.size(); ++i)
    bytes[i] = static_cast<char>(i * 31 + static_cast<std::size_t>(row));
  return bytes;
}

// Rows for every table, each with all that its columns take: the row of a number refers to the rows
// of that number.
class EveryRow {
 public:
  explicit EveryRow(Rooms rooms) : rooms_(std::move(rooms)) {}

  Result<void> fill(SqlSession& session) {
    TRY(auto tables, read_tables(session));
    for (const auto& table : tables | std::views::reverse)
      TRY_VOID(session.execute("DELETE FROM " + quote_name(table.name)));
    for (const auto& table : tables) {
      auto& rows = rows_[table.name];
      auto count = rows_of(table);
      for (int row = 0; row < count; ++row) {
        TRY(auto bytes, make(table, row, tables));
        rows.push_back(std::move(bytes));
      }
      auto inserted = insert_rows(session, table, rows);
      if (!inserted)
        return fail(internal_error(table.name + ": " + inserted.error().message + " " +
                                   inserted.error().cause));
    }
    return {};
  }

 private:
  static bool refers(const Table& table, const std::string& column) {
    return std::ranges::any_of(table.foreign_keys, [&](const ForeignKey& key) {
      return std::ranges::find(key.columns, column) != key.columns.end();
    });
  }

  [[nodiscard]] int rows_of(const Table& table) const {
    bool has_own = !std::ranges::all_of(
        table.key, [&](const std::string& column) { return refers(table, column); });
    if (table.key.size() > 1) return has_own ? rows_many : rows_each;
    const auto& key = table.columns[static_cast<std::size_t>(table.place_of(table.key[0]))];
    if (key.type != ColumnType::integer || !has_own) return rows_each;
    // A number that nothing gives and that refers to nothing is the one of the only row.
    return rooms_.at(table.name + "." + key.name).is_numbered ? rows_many : 1;
  }

  Result<RowBytes> make(const Table& table, int row, const std::vector<Table>& tables) {
    std::map<std::string, RowBytes> referring;
    for (const auto& key : table.foreign_keys) {
      auto parent = std::ranges::find(tables, key.parent, &Table::name);
      const auto& rows = rows_.at(key.parent);
      TRY(auto values, read_values(rows[static_cast<std::size_t>(row) % rows.size()]));
      for (std::size_t i = 0; i < key.columns.size(); ++i) {
        auto place = static_cast<std::size_t>(parent->place_of(key.parent_columns[i]));
        RowBytes value;
        append_value(value, values[place]);
        referring[key.columns[i]] = std::move(value);
      }
    }
    RowBytes bytes;
    for (const auto& column : table.columns) {
      auto found = referring.find(column.name);
      if (found != referring.end())
        bytes += found->second;
      else
        append(bytes, table, column, row);
    }
    return bytes;
  }

  void append(RowBytes& bytes, const Table& table, const Column& column, int row) {
    const auto& room = rooms_.at(table.name + "." + column.name);
    bool is_key = std::ranges::find(table.key, column.name) != table.key.end();
    if (room.may_be_null && !is_key && row % 3 == 1) return append_value(bytes, nullptr);
    switch (column.type) {
      case ColumnType::integer:
        return append_value(bytes, is_key ? row + 1 : some_integer(room, row));
      case ColumnType::real: return append_value(bytes, some_real(row));
      case ColumnType::text: return append_value(bytes, some_text(column.name, room, row));
      case ColumnType::bytes: break;
    }
    auto some = some_bytes(row);
    append_value(bytes, std::as_bytes(std::span(some.data(), some.size())));
  }

  Rooms rooms_;
  std::map<std::string, std::vector<RowBytes>> rows_;
};

}  // namespace aiva::backup
