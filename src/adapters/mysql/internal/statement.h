#pragma once

#include <mariadb/mysql.h>

#include <array>
#include <cstdint>
#include <deque>
#include <expected>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "foundation/result.h"
#include "ports/database.h"

namespace aiva::mysql {

struct CloseStatement {
  void operator()(MYSQL_STMT* statement) const { mysql_stmt_close(statement); }
};
using StatementPointer = std::unique_ptr<MYSQL_STMT, CloseStatement>;

// Binds without copying: the parameters outlive the statement's run.
class BoundValues {
 public:
  explicit BoundValues(std::span<const SqlValue> values);
  [[nodiscard]] MYSQL_BIND* binds() { return binds_.data(); }

 private:
  std::vector<MYSQL_BIND> binds_;
  std::vector<std::int64_t> integers_;
  std::vector<double> reals_;
  std::vector<unsigned long> lengths_;
};

enum class ColumnKind { integer, real, text };

// Where a statement puts the columns of a row; text that is longer than the room is fetched again.
struct RowBuffers {
  static constexpr std::size_t room = 256;
  struct Column {
    ColumnKind kind = ColumnKind::text;
    std::int64_t integer = 0;
    double real = 0;
    std::array<char, room> text{};
    std::string long_text{};
    unsigned long length = 0;
    my_bool is_null = 0;
    my_bool is_cut = 0;
  };
  std::vector<Column> columns;
  std::vector<MYSQL_BIND> binds;

  explicit RowBuffers(std::span<const ColumnKind> kinds);
};

// A row as SqlRow shows it: of the statement's buffers, or of what was kept of them.
class Row final : public SqlRow {
 public:
  struct Cell {
    ColumnKind kind = ColumnKind::text;
    bool is_null = false;
    std::int64_t integer = 0;
    double real = 0;
    std::string_view text{};
  };

  std::vector<Cell> cells;

  [[nodiscard]] bool is_null(int column) const override;
  // Numbers in text are read, as of sums, which are decimals.
  [[nodiscard]] std::int64_t integer(int column) const override;
  [[nodiscard]] double real(int column) const override;
  [[nodiscard]] std::string_view text(int column) const override;
  [[nodiscard]] std::span<const std::byte> bytes(int column) const override;

 private:
  [[nodiscard]] const Cell* at(int column) const;
  mutable std::deque<std::string> written_;  // numbers that were asked for as text
};

// The rows of a statement that was executed, one after the other as the server sends them.
class Rows {
 public:
  // `statement` is borrowed, its columns are those of the answer.
  Rows(MYSQL_STMT* statement, std::span<const ColumnKind> kinds);
  ~Rows();
  Rows(const Rows&) = delete;
  Rows& operator=(const Rows&) = delete;

  // The next row, which is valid until the next call; null behind the last.
  // Fails with the statement's error number.
  std::expected<const Row*, unsigned> next();
  // Takes what is still to come into memory, so that the connection is free for another statement;
  // the row last given stays as it is.
  std::expected<void, unsigned> keep_rest();
  // Whether the server still has rows to send.
  [[nodiscard]] bool is_streaming() const { return !is_kept_ && !is_at_end_; }
  // Reads what is left, after which the connection is free.
  void finish();

 private:
  struct KeptRow {
    Row row;
    std::deque<std::string> texts;  // of its cells
  };
  std::expected<bool, unsigned> fetch();
  std::expected<void, unsigned> fetch_long(std::size_t column);
  [[nodiscard]] KeptRow keep_fetched() const;

  MYSQL_STMT* statement_;
  std::vector<ColumnKind> kinds_;
  std::unique_ptr<RowBuffers> buffers_;
  std::unique_ptr<RowBuffers> shown_;  // under the row last given, once others are in use
  Row row_;
  KeptRow kept_row_;
  std::deque<KeptRow> kept_;
  bool is_bound_ = false;
  bool is_kept_ = false;
  bool is_at_end_ = false;
  bool is_finished_ = false;
};

// What the columns of a prepared statement are read as; empty: it answers no rows.
std::vector<ColumnKind> column_kinds(MYSQL_STMT* statement);

}  // namespace aiva::mysql
