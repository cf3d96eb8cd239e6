#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/schema/internal/script.h"
#include "foundation/result.h"

namespace aiva::schema {

// Says SQLite's statements of the schema in the words of MySQL and MariaDB. Given every migration
// in order, it knows the tables as they are when the next one comes. Understood are the statements
// our migrations use; another is an `internal` failure, which a test finds.
//
//   TEXT      LONGTEXT; VARCHAR where a key or an index has it
//   INTEGER   BIGINT, AUTO_INCREMENT as the key of a table with a rowid
//   REAL      DOUBLE
//   BLOB      LONGBLOB
//
// Columns that are generated are virtual, and their text is short enough for an index.
//
// Text is compared byte by byte. Partial indexes have all rows. Triggers and virtual tables are
// left out: what they were for is done without them now.
class MysqlSchema {
 public:
  // `collation` compares text byte by byte, with its trailing blanks.
  explicit MysqlSchema(std::string collation) : collation_(std::move(collation)) {}

  // What to run instead of one statement, in order; nothing where it has no meaning.
  Result<std::vector<std::string>> translate(const std::string& statement);

 private:
  struct Column {
    std::string name;
    std::string type;  // TEXT, INTEGER, REAL or BLOB
    bool is_required = false;
    bool is_primary = false;
    bool is_numbered = false;  // by the database
    bool is_unique = false;
    bool is_short = false;  // a VARCHAR
    std::string default_value{};
    std::string check{};
    std::string reference{};  // "`table` (`column`) ON DELETE CASCADE"
    std::string generated{};  // the expression in brackets; empty: it is written
  };
  struct Table {
    std::string name;
    std::vector<Column> columns{};
    std::vector<std::string> constraints{};

    Column* find(std::string_view column);
  };

  Result<std::vector<std::string>> create_table(const Words& words);
  Result<std::vector<std::string>> create_index(const Words& words);
  Result<std::vector<std::string>> alter_table(const Words& words);
  Result<std::vector<std::string>> drop(const Words& words);
  static Result<Column> read_column(const Words& words);
  static Result<std::string> read_constraint(Table& table, const Words& words);
  [[nodiscard]] std::string definition(const Table& table, const Column& column) const;
  [[nodiscard]] std::string type_of(const Table& table, const Column& column) const;

  std::string collation_;
  std::map<std::string, Table> tables_;
  std::map<std::string, std::string> index_tables_;  // by the index's name
  std::set<std::string> left_out_;                   // virtual tables
};

}  // namespace aiva::schema
