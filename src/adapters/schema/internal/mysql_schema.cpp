#include "adapters/schema/internal/mysql_schema.h"

#include <algorithm>
#include <array>
#include <span>
#include <utility>

namespace aiva::schema {
namespace {

using Statements = std::vector<std::string>;

constexpr int id_length = 36;
constexpr int reference_length = 64;  // of columns *_id
constexpr int indexed_length = 191;   // four of them fit into a key of 3072 bytes
constexpr int prefix_length = 191;    // of text that may be longer than an index takes

// Indexed text that has another length than the rest; empty table: wherever the column is.
struct Length {
  std::string_view table;
  std::string_view column;
  int length;  // 0: any; its first characters are indexed
};
constexpr std::array lengths{
    Length{"", "email", 255},
    Length{"", "name", 255},
    Length{"", "user_name", 255},
    Length{"", "model", 255},
    Length{"", "event", 255},
    Length{"", "object_key", 512},
    Length{"", "next_object_key", 512},
    Length{"", "session_id", 191},
    Length{"", "client_message_id", 191},
    Length{"", "shopify_id", 191},
    Length{"", "image_shopify_id", 191},
    Length{"", "inventory_item_id", 191},
    Length{"chat_words", "word", 64},
    Length{"crawl_pages", "url", 2000},
    Length{"documents", "source", 0},
    Length{"product_variants", "sku", 0},
    Length{"stores", "address", 0},
};
// Longer than this, in ASCII, which has a byte a character in a key.
constexpr int wide_length_max = 512;

int length_of(std::string_view table, std::string_view column) {
  for (const auto& known : lengths)
    if (known.column == column && (known.table.empty() || known.table == table))
      return known.length;
  if (column == "id") return id_length;
  return column.ends_with("_id") ? reference_length : indexed_length;
}

std::string in_backticks(std::string_view name) { return "`" + std::string(name) + "`"; }

std::unexpected<Error> not_understood(const Words& words) {
  std::string text;
  for (std::size_t i = 0; i < std::min<std::size_t>(words.size(), 8); ++i)
    text.append(i > 0 ? " " : "").append(words[i]);
  return fail(internal_error("the schema says what is not understood for MySQL: " + text));
}

bool starts_with(const Words& words, std::initializer_list<std::string_view> expected) {
  return words.size() >= expected.size() &&
         std::ranges::equal(
             expected, std::span(words).first(expected.size()),
             [](std::string_view upper, const std::string& word) { return is_word(word, upper); });
}

std::string joined(std::span<const std::string> words, std::string_view between) {
  std::string text;
  for (const auto& word : words) text.append(text.empty() ? "" : between).append(word);
  return text;
}

// The words of an expression; MySQL takes some names for functions only with their bracket behind.
std::string expression_of(std::span<const std::string> words) {
  std::string text;
  for (const auto& word : words) {
    if (!text.empty() && word != "(") text += ' ';
    text += word;
  }
  return text;
}

// The index behind the bracket that closes the one at `open`; the words' size without one.
std::size_t behind_bracket(const Words& words, std::size_t open) {
  int depth = 0;
  for (auto i = open; i < words.size(); ++i) {
    if (words[i] == "(") ++depth;
    if (words[i] == ")" && --depth == 0) return i + 1;
  }
  return words.size();
}

// What stands between two brackets, cut at the commas that no inner brackets hold.
std::vector<Words> split_list(std::span<const std::string> words) {
  std::vector<Words> items(1);
  int depth = 0;
  for (const auto& word : words) {
    if (word == "(") ++depth;
    if (word == ")") --depth;
    if (word == "," && depth == 0)
      items.emplace_back();
    else
      items.back().push_back(word);
  }
  return items;
}

// The words in brackets at `open`, without them.
std::span<const std::string> inside(const Words& words, std::size_t open) {
  auto behind = behind_bracket(words, open);
  return std::span(words).subspan(open + 1, behind - open - 2);
}

}  // namespace

MysqlSchema::Column* MysqlSchema::Table::find(std::string_view column) {
  auto found = std::ranges::find(columns, column, &Column::name);
  return found == columns.end() ? nullptr : &*found;
}

Result<Statements> MysqlSchema::translate(const std::string& statement) {
  auto words = split_words(statement);
  if (starts_with(words, {"CREATE", "VIRTUAL", "TABLE"}) && words.size() > 3) {
    left_out_.insert(words[3]);
    return Statements{};
  }
  if (starts_with(words, {"CREATE", "TRIGGER"}) || starts_with(words, {"DROP", "TRIGGER"}))
    return Statements{};
  if (starts_with(words, {"CREATE", "TABLE"})) return create_table(words);
  if (starts_with(words, {"CREATE", "INDEX"}) || starts_with(words, {"CREATE", "UNIQUE", "INDEX"}))
    return create_index(words);
  if (starts_with(words, {"ALTER", "TABLE"})) return alter_table(words);
  if (starts_with(words, {"DROP"})) return drop(words);
  if (starts_with(words, {"INSERT", "INTO"}) || starts_with(words, {"UPDATE"}) ||
      starts_with(words, {"DELETE", "FROM"}))
    return Statements{statement};
  return not_understood(words);
}

Result<Statements> MysqlSchema::create_table(const Words& words) {
  if (words.size() < 5 || words[3] != "(") return not_understood(words);
  Table table{.name = words[2]};
  auto items = split_list(inside(words, 3));
  for (const auto& item : items) {
    if (item.size() < 2) return not_understood(words);
    bool is_constraint = starts_with(item, {"PRIMARY", "KEY"}) || starts_with(item, {"UNIQUE"});
    if (is_constraint) {
      TRY(auto constraint, read_constraint(table, item));
      table.constraints.push_back(std::move(constraint));
    } else {
      TRY(auto column, read_column(item));
      table.columns.push_back(std::move(column));
    }
  }
  auto options = std::span(words).subspan(behind_bracket(words, 3));
  bool has_rowid = std::ranges::none_of(options, [](const auto& w) { return is_word(w, "ROWID"); });
  std::vector<std::string> lines;
  for (auto& column : table.columns) {
    column.is_numbered = column.is_primary && column.type == "INTEGER" && has_rowid &&
                         column.check.empty() && column.reference.empty();
    lines.push_back(definition(table, column));
  }
  for (const auto& constraint : table.constraints) lines.push_back(constraint);
  for (const auto& column : table.columns) {
    if (column.is_unique) lines.push_back("UNIQUE (" + in_backticks(column.name) + ")");
    if (!column.reference.empty())
      lines.push_back("FOREIGN KEY (" + in_backticks(column.name) + ") REFERENCES " +
                      column.reference);
  }
  auto sql = "CREATE TABLE " + in_backticks(table.name) + " (" + joined(lines, ", ") +
             ") ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARACTER SET utf8mb4 COLLATE " +
             collation_;
  auto name = table.name;
  tables_.insert_or_assign(std::move(name), std::move(table));
  return Statements{std::move(sql)};
}

Result<MysqlSchema::Column> MysqlSchema::read_column(const Words& words) {
  static constexpr std::array types{"TEXT", "INTEGER", "REAL", "BLOB"};
  Column column{.name = words[0], .type = words[1]};
  if (std::ranges::find(types, column.type) == types.end()) return not_understood(words);
  for (std::size_t i = 2; i < words.size();) {
    Words rest(words.begin() + static_cast<std::ptrdiff_t>(i), words.end());
    if (starts_with(rest, {"PRIMARY", "KEY"})) {
      column.is_primary = column.is_required = true;
      i += 2;
    } else if (starts_with(rest, {"AUTOINCREMENT"})) {
      i += 1;
    } else if (starts_with(rest, {"NOT", "NULL"})) {
      column.is_required = true;
      i += 2;
    } else if (starts_with(rest, {"UNIQUE"})) {
      column.is_unique = true;
      i += 1;
    } else if (starts_with(rest, {"DEFAULT"}) && rest.size() > 1) {
      bool is_negative = rest[1] == "-" && rest.size() > 2;
      column.default_value = is_negative ? "-" + rest[2] : rest[1];
      i += is_negative ? 3 : 2;
    } else if (starts_with(rest, {"CHECK", "("})) {
      auto behind = behind_bracket(rest, 1);
      column.check = joined(std::span(rest).subspan(1, behind - 1), " ");
      i += behind;
    } else if (starts_with(rest, {"GENERATED", "ALWAYS", "AS", "("})) {
      auto behind = behind_bracket(rest, 3);
      if (behind >= rest.size() || !is_word(rest[behind], "VIRTUAL")) return not_understood(words);
      column.generated = expression_of(std::span(rest).subspan(3, behind - 3));
      i += behind + 1;
    } else if (starts_with(rest, {"REFERENCES"}) && rest.size() >= 5) {
      column.reference = in_backticks(rest[1]) + " (" + in_backticks(rest[3]) + ")";
      bool cascades = rest.size() >= 8 && is_word(rest[5], "ON") && is_word(rest[7], "CASCADE");
      if (cascades) column.reference += " ON DELETE CASCADE";
      i += cascades ? 8 : 5;
    } else {
      return not_understood(words);
    }
  }
  column.is_short = column.type == "TEXT" &&
                    (column.is_primary || column.is_unique || !column.reference.empty() ||
                     !column.generated.empty() || column.check.find("= 36") != std::string::npos);
  return column;
}

// "PRIMARY KEY (a, b)" or "UNIQUE (a, b)" of a table whose columns are read.
Result<std::string> MysqlSchema::read_constraint(Table& table, const Words& words) {
  auto open = static_cast<std::size_t>(std::ranges::find(words, "(") - words.begin());
  if (open >= words.size()) return not_understood(words);
  std::vector<std::string> names;
  for (const auto& item : split_list(inside(words, open))) {
    auto* column = table.find(item.front());
    if (column == nullptr || length_of(table.name, column->name) == 0) return not_understood(words);
    column->is_short = column->type == "TEXT";
    if (is_word(words.front(), "PRIMARY")) column->is_required = true;
    names.push_back(in_backticks(column->name));
  }
  return joined(std::span(words).first(open), " ") + " (" + joined(names, ", ") + ")";
}

std::string MysqlSchema::type_of(const Table& table, const Column& column) const {
  if (column.type == "INTEGER") return "BIGINT";
  if (column.type == "REAL") return "DOUBLE";
  if (column.type == "BLOB") return "LONGBLOB";
  if (!column.is_short) return "LONGTEXT";
  bool is_id = column.check.find("= 36") != std::string::npos;
  int length = is_id ? id_length : length_of(table.name, column.name);
  auto type = "VARCHAR(" + std::to_string(length) + ")";
  if (length > wide_length_max) type += " CHARACTER SET ascii COLLATE ascii_bin";
  return type;
}

std::string MysqlSchema::definition(const Table& table, const Column& column) const {
  auto sql = in_backticks(column.name) + " " + type_of(table, column);
  if (!column.generated.empty()) sql += " GENERATED ALWAYS AS " + column.generated + " VIRTUAL";
  if (column.is_required) sql += " NOT NULL";
  if (!column.default_value.empty()) {
    // Long values may only be given by an expression.
    bool is_long = !column.is_short && (column.type == "TEXT" || column.type == "BLOB");
    sql += " DEFAULT " + (is_long ? "(" + column.default_value + ")" : column.default_value);
  }
  if (column.is_numbered) sql += " AUTO_INCREMENT";
  if (column.is_primary) sql += " PRIMARY KEY";
  if (!column.check.empty()) sql += " CHECK " + column.check;
  return sql;
}

// Columns that were long become short before they are indexed, or the index has their beginning.
Result<Statements> MysqlSchema::create_index(const Words& words) {
  bool is_unique = is_word(words[1], "UNIQUE");
  std::size_t at = is_unique ? 3 : 2;
  if (words.size() < at + 5 || !is_word(words[at + 1], "ON") || words[at + 3] != "(")
    return not_understood(words);
  auto table = tables_.find(words[at + 2]);
  bool is_partial = behind_bracket(words, at + 3) < words.size();
  if (table == tables_.end() || (is_unique && is_partial)) return not_understood(words);
  Statements statements;
  std::vector<std::string> parts;
  for (const auto& item : split_list(inside(words, at + 3))) {
    auto* column = table->second.find(item.front());
    if (column == nullptr || item.size() != 1) return not_understood(words);
    bool has_prefix = column->type == "TEXT" && length_of(table->first, column->name) == 0;
    if (has_prefix && is_unique) return not_understood(words);
    if (column->type == "TEXT" && !column->is_short && !has_prefix) {
      column->is_short = true;
      statements.push_back("ALTER TABLE " + in_backticks(table->first) + " MODIFY " +
                           definition(table->second, *column));
    }
    parts.push_back(in_backticks(column->name) +
                    (has_prefix ? "(" + std::to_string(prefix_length) + ")" : ""));
  }
  index_tables_[words[at]] = table->first;
  statements.push_back(std::string("CREATE ") + (is_unique ? "UNIQUE " : "") + "INDEX " +
                       in_backticks(words[at]) + " ON " + in_backticks(table->first) + " (" +
                       joined(parts, ", ") + ")");
  return statements;
}

Result<Statements> MysqlSchema::alter_table(const Words& words) {
  auto table = words.size() > 5 ? tables_.find(words[2]) : tables_.end();
  if (table == tables_.end() || !is_word(words[4], "COLUMN")) return not_understood(words);
  auto& columns = table->second.columns;
  auto begin = "ALTER TABLE " + in_backticks(table->first);
  if (is_word(words[3], "DROP")) {
    std::erase_if(columns, [&](const Column& column) { return column.name == words[5]; });
    return Statements{begin + " DROP COLUMN " + in_backticks(words[5])};
  }
  if (!is_word(words[3], "ADD")) return not_understood(words);
  TRY(auto column, read_column(Words(words.begin() + 5, words.end())));
  if (column.is_primary || column.is_unique || !column.reference.empty())
    return not_understood(words);
  auto sql = begin + " ADD COLUMN " + definition(table->second, column);
  columns.push_back(std::move(column));
  return Statements{std::move(sql)};
}

Result<Statements> MysqlSchema::drop(const Words& words) {
  if (words.size() != 3) return not_understood(words);
  if (is_word(words[1], "TABLE")) {
    if (left_out_.erase(words[2]) > 0) return Statements{};
    if (tables_.erase(words[2]) == 0) return not_understood(words);
    return Statements{"DROP TABLE " + in_backticks(words[2])};
  }
  auto index = index_tables_.find(words[2]);
  if (!is_word(words[1], "INDEX") || index == index_tables_.end()) return not_understood(words);
  auto sql = "DROP INDEX " + in_backticks(words[2]) + " ON " + in_backticks(index->second);
  index_tables_.erase(index);
  return Statements{std::move(sql)};
}

}  // namespace aiva::schema
