#include "adapters/mysql/internal/statement.h"

#include <charconv>
#include <cstdlib>
#include <cstring>
#include <utility>
#include <variant>

namespace aiva::mysql {
namespace {

void bind_text(MYSQL_BIND& bind, std::string_view text, unsigned long& length,
               enum_field_types type) {
  length = text.size();
  bind.buffer_type = type;
  bind.buffer = const_cast<char*>(text.data() != nullptr ? text.data() : "");
  bind.buffer_length = length;
  bind.length = &length;
}

// While rows are sent, the library tells of a failure at the connection alone.
unsigned error_of(MYSQL_STMT* statement) {
  auto code = mysql_stmt_errno(statement);
  return code != 0 ? code : mysql_errno(statement->mysql);
}

void show_column(const RowBuffers::Column& column, Row::Cell& cell) {
  cell.kind = column.kind;
  cell.is_null = column.is_null != 0;
  if (cell.is_null) return;
  switch (column.kind) {
    case ColumnKind::integer: cell.integer = column.integer; return;
    case ColumnKind::real: cell.real = column.real; return;
    case ColumnKind::text: break;
  }
  cell.text = column.length <= RowBuffers::room
                  ? std::string_view(column.text.data(), column.length)
                  : std::string_view(column.long_text);
}

}  // namespace

BoundValues::BoundValues(std::span<const SqlValue> values)
    : binds_(values.size()),
      integers_(values.size()),
      reals_(values.size()),
      lengths_(values.size()) {
  for (std::size_t i = 0; i < values.size(); ++i) {
    auto& bind = binds_[i];
    const auto& content = values[i].content();
    if (const auto* integer = std::get_if<std::int64_t>(&content)) {
      integers_[i] = *integer;
      bind.buffer_type = MYSQL_TYPE_LONGLONG;
      bind.buffer = &integers_[i];
    } else if (const auto* real = std::get_if<double>(&content)) {
      reals_[i] = *real;
      bind.buffer_type = MYSQL_TYPE_DOUBLE;
      bind.buffer = &reals_[i];
    } else if (const auto* text = std::get_if<std::string_view>(&content)) {
      bind_text(bind, *text, lengths_[i], MYSQL_TYPE_STRING);
    } else if (const auto* id = std::get_if<SqlValue::IdText>(&content)) {
      bind_text(bind, {id->data(), id->size()}, lengths_[i], MYSQL_TYPE_STRING);
    } else if (const auto* bytes = std::get_if<SqlValue::Bytes>(&content)) {
      bind_text(bind, {reinterpret_cast<const char*>(bytes->data()), bytes->size()}, lengths_[i],
                MYSQL_TYPE_BLOB);
    } else {
      bind.buffer_type = MYSQL_TYPE_NULL;
    }
  }
}

RowBuffers::RowBuffers(std::span<const ColumnKind> kinds)
    : columns(kinds.size()), binds(kinds.size()) {
  for (std::size_t i = 0; i < kinds.size(); ++i) {
    auto& column = columns[i];
    auto& bind = binds[i];
    column.kind = kinds[i];
    bind.length = &column.length;
    bind.is_null = &column.is_null;
    bind.error = &column.is_cut;
    switch (kinds[i]) {
      case ColumnKind::integer:
        bind.buffer_type = MYSQL_TYPE_LONGLONG;
        bind.buffer = &column.integer;
        break;
      case ColumnKind::real:
        bind.buffer_type = MYSQL_TYPE_DOUBLE;
        bind.buffer = &column.real;
        break;
      case ColumnKind::text:
        bind.buffer_type = MYSQL_TYPE_STRING;
        bind.buffer = column.text.data();
        bind.buffer_length = room;
        break;
    }
  }
}

const Row::Cell* Row::at(int column) const {
  auto index = static_cast<std::size_t>(column);
  return column >= 0 && index < cells.size() && !cells[index].is_null ? &cells[index] : nullptr;
}

bool Row::is_null(int column) const { return at(column) == nullptr; }

std::int64_t Row::integer(int column) const {
  const auto* cell = at(column);
  if (cell == nullptr) return 0;
  switch (cell->kind) {
    case ColumnKind::integer: return cell->integer;
    case ColumnKind::real: return static_cast<std::int64_t>(cell->real);
    case ColumnKind::text: break;
  }
  std::int64_t value = 0;
  std::from_chars(cell->text.data(), cell->text.data() + cell->text.size(), value);
  return value;
}

double Row::real(int column) const {
  const auto* cell = at(column);
  if (cell == nullptr) return 0;
  switch (cell->kind) {
    case ColumnKind::integer: return static_cast<double>(cell->integer);
    case ColumnKind::real: return cell->real;
    case ColumnKind::text: break;
  }
  double value = 0;
  std::from_chars(cell->text.data(), cell->text.data() + cell->text.size(), value);
  return value;
}

std::string_view Row::text(int column) const {
  const auto* cell = at(column);
  if (cell == nullptr) return {};
  switch (cell->kind) {
    case ColumnKind::integer: return written_.emplace_back(std::to_string(cell->integer));
    case ColumnKind::real: return written_.emplace_back(std::to_string(cell->real));
    case ColumnKind::text: break;
  }
  return cell->text;
}

std::span<const std::byte> Row::bytes(int column) const {
  auto content = text(column);
  return std::as_bytes(std::span(content.data(), content.size()));
}

Rows::Rows(MYSQL_STMT* statement, std::span<const ColumnKind> kinds)
    : statement_(statement),
      kinds_(kinds.begin(), kinds.end()),
      buffers_(std::make_unique<RowBuffers>(kinds)) {}

Rows::~Rows() { finish(); }

void Rows::finish() {
  if (!is_finished_) mysql_stmt_free_result(statement_);
  is_finished_ = true;
}

std::expected<bool, unsigned> Rows::fetch() {
  if (is_at_end_) return false;
  if (!is_bound_ && mysql_stmt_bind_result(statement_, buffers_->binds.data()) != 0)
    return std::unexpected(error_of(statement_));
  is_bound_ = true;
  int code = mysql_stmt_fetch(statement_);
  is_at_end_ = code == MYSQL_NO_DATA;
  if (is_at_end_) return false;
  if (code != 0 && code != MYSQL_DATA_TRUNCATED) return std::unexpected(error_of(statement_));
  for (std::size_t i = 0; i < kinds_.size(); ++i)
    if (auto done = fetch_long(i); !done) return std::unexpected(done.error());
  return true;
}

std::expected<void, unsigned> Rows::fetch_long(std::size_t index) {
  auto& column = buffers_->columns[index];
  if (column.kind != ColumnKind::text || column.is_null || column.length <= RowBuffers::room)
    return {};
  column.long_text.resize(column.length);
  MYSQL_BIND bind{};
  unsigned long length = 0;
  bind.buffer_type = MYSQL_TYPE_STRING;
  bind.buffer = column.long_text.data();
  bind.buffer_length = column.length;
  bind.length = &length;
  if (mysql_stmt_fetch_column(statement_, &bind, static_cast<unsigned>(index), 0) == 0) return {};
  return std::unexpected(error_of(statement_));
}

std::expected<const Row*, unsigned> Rows::next() {
  if (is_kept_) {
    if (kept_.empty()) return nullptr;
    kept_row_ = std::move(kept_.front());
    kept_.pop_front();
    return &kept_row_.row;
  }
  auto is_there = fetch();
  if (!is_there) return std::unexpected(is_there.error());
  if (!*is_there) return nullptr;
  row_ = Row();
  row_.cells.resize(kinds_.size());
  for (std::size_t i = 0; i < kinds_.size(); ++i) show_column(buffers_->columns[i], row_.cells[i]);
  return &row_;
}

std::expected<void, unsigned> Rows::keep_rest() {
  if (is_kept_) return {};
  is_kept_ = true;
  if (is_at_end_) return {};
  shown_ = std::exchange(buffers_, std::make_unique<RowBuffers>(kinds_));
  is_bound_ = false;
  for (;;) {
    auto is_there = fetch();
    if (!is_there) return std::unexpected(is_there.error());
    if (!*is_there) return {};
    kept_.push_back(keep_fetched());
  }
}

Rows::KeptRow Rows::keep_fetched() const {
  KeptRow kept;
  kept.row.cells.resize(kinds_.size());
  for (std::size_t i = 0; i < kinds_.size(); ++i) {
    auto& cell = kept.row.cells[i];
    show_column(buffers_->columns[i], cell);
    if (cell.kind == ColumnKind::text && !cell.is_null)
      cell.text = kept.texts.emplace_back(cell.text);
  }
  return kept;
}

std::vector<ColumnKind> column_kinds(MYSQL_STMT* statement) {
  std::vector<ColumnKind> kinds;
  MYSQL_RES* answer = mysql_stmt_result_metadata(statement);
  if (answer == nullptr) return kinds;
  const MYSQL_FIELD* fields = mysql_fetch_fields(answer);
  for (unsigned i = 0; i < mysql_num_fields(answer); ++i) {
    switch (fields[i].type) {
      case MYSQL_TYPE_TINY:
      case MYSQL_TYPE_SHORT:
      case MYSQL_TYPE_INT24:
      case MYSQL_TYPE_LONG:
      case MYSQL_TYPE_LONGLONG:
      case MYSQL_TYPE_YEAR: kinds.push_back(ColumnKind::integer); break;
      case MYSQL_TYPE_FLOAT:
      case MYSQL_TYPE_DOUBLE: kinds.push_back(ColumnKind::real); break;
      default: kinds.push_back(ColumnKind::text); break;
    }
  }
  mysql_free_result(answer);
  return kinds;
}

}  // namespace aiva::mysql
