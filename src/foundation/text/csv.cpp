#include "foundation/text/csv.h"

#include <algorithm>
#include <utility>

namespace aiva {
namespace {

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool may_be_formula(std::string_view text) {
  constexpr std::string_view first = "=+-@\t\r\n";
  if (text.empty() || !first.contains(text.front())) return false;
  bool is_number =
      text.front() == '+' && text.size() > 1 && std::ranges::all_of(text.substr(1), is_digit);
  return !is_number;
}

}  // namespace

std::unexpected<Error> CsvReader::broken(ErrorCode code, const char* what) const {
  return fail(code, "Line " + std::to_string(record_line_) + " " + what);
}

// The header tells: `a;b` has no comma, and `a,b;c` has one first.
bool CsvReader::separates(char c) {
  if (c != ',' && c != ';') return false;
  if (separator_ == '\0') separator_ = c;
  return c == separator_;
}

Result<void> CsvReader::feed(std::string_view bytes, const EachRecord& each) {
  for (char c : bytes) {
    if (mark_ < byte_order_mark.size()) {
      if (c == byte_order_mark[mark_]) {
        ++mark_;
        continue;
      }
      // A cut mark is text after all, which no name of a column begins with.
      for (std::size_t at = 0; at < mark_; ++at) TRY_VOID(take(byte_order_mark[at], each));
      mark_ = byte_order_mark.size();
    }
    TRY_VOID(take(c, each));
  }
  return {};
}

Result<void> CsvReader::add(char c) {
  if (++bytes_ > limits_.record_bytes_max) return broken(ErrorCode::too_large, "is too long");
  field_ += c;
  return {};
}

Result<void> CsvReader::take(char c, const EachRecord& each) {
  auto line = line_;
  if (c == '\n') ++line_;
  if (fields_.empty() && field_.empty() && state_ == State::field_begins) record_line_ = line;
  switch (state_) {
    case State::quoted:
      if (c != '"') return add(c);
      state_ = State::quote_ended;
      return {};
    case State::quote_ended:
      if (c == '"') {
        state_ = State::quoted;
        return add(c);
      }
      if (c == '\n' || c == '\r' || separates(c)) return take_plain(c, each);
      return broken(ErrorCode::invalid, "has text behind a closing quotation mark");
    case State::field_begins:
      if (c == '"') {
        state_ = State::quoted;
        has_quoted_ = true;
        return {};
      }
      state_ = State::plain;
      return take_plain(c, each);
    case State::plain: return take_plain(c, each);
  }
  return {};
}

Result<void> CsvReader::take_plain(char c, const EachRecord& each) {
  if (c == '\n') return end_record(each);
  if (c == '\r') return {};
  if (!separates(c)) return add(c);
  if (fields_.size() + 1 >= limits_.fields_max)
    return broken(ErrorCode::too_large, "has too many columns");
  end_field();
  return {};
}

void CsvReader::end_field() {
  fields_.push_back(std::exchange(field_, {}));
  state_ = State::field_begins;
}

Result<void> CsvReader::end_record(const EachRecord& each) {
  bool is_empty = fields_.empty() && field_.empty() && !has_quoted_;
  end_field();
  auto fields = std::exchange(fields_, {});
  bytes_ = 0;
  has_quoted_ = false;
  if (is_empty) return {};
  if (separator_ == '\0') separator_ = ',';
  return each(record_line_, fields);
}

Result<void> CsvReader::finish(const EachRecord& each) {
  if (state_ == State::quoted)
    return broken(ErrorCode::invalid, "has a quotation mark that is not closed");
  return end_record(each);
}

void append_csv_cell(std::string& out, std::string_view text) {
  bool is_formula = may_be_formula(text);
  bool needs_quotes = is_formula || text.find_first_of(",;\"\r\n\t ") != std::string_view::npos;
  if (!needs_quotes) {
    out += text;
    return;
  }
  out += '"';
  if (is_formula) out += '\'';
  for (char c : text) {
    if (c == '"') out += '"';
    out += c;
  }
  out += '"';
}

}  // namespace aiva
