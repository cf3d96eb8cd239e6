#include "capabilities/backup/internal/row_format.h"

#include <bit>
#include <cstring>
#include <span>
#include <utility>
#include <variant>

#include "foundation/crypto.h"

namespace aiva::backup {
namespace {

constexpr char tag_null = 0;
constexpr char tag_integer = 1;
constexpr char tag_real = 2;
constexpr char tag_text = 3;
constexpr char tag_bytes = 4;
constexpr std::size_t frame_bytes = 4;
constexpr std::uint32_t row_bytes_max = 1U << 30;

void append_natural(std::string& out, std::uint64_t number) {
  for (; number >= 0x80; number >>= 7) out += static_cast<char>(number | 0x80);
  out += static_cast<char>(number);
}

void append_fixed(std::string& out, std::uint64_t number, int bytes) {
  for (int i = 0; i < bytes; ++i) out += static_cast<char>(number >> (8 * i));
}

std::uint64_t read_fixed(std::string_view bytes) {
  std::uint64_t number = 0;
  for (std::size_t i = bytes.size(); i-- > 0;)
    number = number << 8 | static_cast<std::uint8_t>(bytes[i]);
  return number;
}

void append_integer(std::string& out, std::int64_t number) {
  out += tag_integer;
  // Small numbers stay short whatever their sign.
  auto bits = static_cast<std::uint64_t>(number);
  append_natural(out, bits << 1 ^ (number < 0 ? ~std::uint64_t{0} : 0));
}

void append_real(std::string& out, double number) {
  out += tag_real;
  if (number == 0) number = 0;  // engines differ over the sign of nothing
  append_fixed(out, std::bit_cast<std::uint64_t>(number), 8);
}

void append_piece(std::string& out, char tag, std::string_view piece) {
  out += tag;
  append_natural(out, piece.size());
  out += piece;
}

std::string_view as_text(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

struct Appender {
  std::string& out;
  void operator()(std::monostate) const { out += tag_null; }
  void operator()(std::int64_t number) const { append_integer(out, number); }
  void operator()(double number) const { append_real(out, number); }
  void operator()(std::string_view text) const { append_piece(out, tag_text, text); }
  void operator()(SqlValue::Bytes bytes) const { append_piece(out, tag_bytes, as_text(bytes)); }
  void operator()(const SqlValue::IdText& id) const {
    append_piece(out, tag_text, {id.data(), id.size()});
  }
};

std::unexpected<Error> malformed() {
  return fail(ErrorCode::invalid, "A row of the backup is malformed");
}

class ValueReader {
 public:
  explicit ValueReader(std::string_view row) : rest_(row) {}
  [[nodiscard]] bool is_at_end() const { return rest_.empty(); }

  Result<SqlValue> next() {
    char tag = rest_.front();
    rest_.remove_prefix(1);
    if (tag == tag_null) return SqlValue(nullptr);
    if (tag == tag_integer) {
      TRY(auto bits, natural());
      return SqlValue(static_cast<std::int64_t>(bits >> 1 ^ (~(bits & 1) + 1)));
    }
    if (tag == tag_real) {
      TRY(auto bytes, take(8));
      return SqlValue(std::bit_cast<double>(read_fixed(bytes)));
    }
    if (tag != tag_text && tag != tag_bytes) return malformed();
    TRY(auto size, natural());
    TRY(auto piece, take(size));
    if (tag == tag_text) return SqlValue(piece);
    return SqlValue(std::as_bytes(std::span(piece.data(), piece.size())));
  }

 private:
  Result<std::uint64_t> natural() {
    std::uint64_t number = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      TRY(auto byte, take(1));
      auto bits = static_cast<std::uint8_t>(byte[0]);
      number |= std::uint64_t{bits & 0x7FU} << shift;
      if (bits < 0x80) return number;
    }
    return malformed();
  }
  Result<std::string_view> take(std::uint64_t size) {
    if (size > rest_.size()) return malformed();
    auto taken = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return taken;
  }

  std::string_view rest_;
};

}  // namespace

void append_value(RowBytes& out, const SqlValue& value) {
  std::visit(Appender{out}, value.content());
}

void append_value(RowBytes& out, const SqlRow& row, int column, ColumnType type) {
  if (row.is_null(column)) {
    out += tag_null;
    return;
  }
  switch (type) {
    case ColumnType::integer: return append_integer(out, row.integer(column));
    case ColumnType::real: return append_real(out, row.real(column));
    case ColumnType::text: return append_piece(out, tag_text, row.text(column));
    case ColumnType::bytes: return append_piece(out, tag_bytes, as_text(row.bytes(column)));
  }
}

Result<std::vector<SqlValue>> read_values(std::string_view row) {
  std::vector<SqlValue> values;
  for (ValueReader reader(row); !reader.is_at_end();) {
    TRY(auto value, reader.next());
    values.push_back(value);
  }
  return values;
}

void RowSum::add(std::string_view row) {
  ++rows_;
  auto digest = sha256(row);
  std::string_view bytes(reinterpret_cast<const char*>(digest.data()), digest.size());
  auto low = low_ + read_fixed(bytes.substr(0, 8));
  high_ += read_fixed(bytes.substr(8, 8)) + (low < low_ ? 1 : 0);
  low_ = low;
}

std::string RowSum::text() const {
  std::string bytes;
  append_fixed(bytes, low_, 8);
  append_fixed(bytes, high_, 8);
  return to_hex({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()});
}

void append_framed(std::string& out, std::string_view row) {
  AIVA_ASSERT(!row.empty() && row.size() <= row_bytes_max);
  append_fixed(out, row.size(), frame_bytes);
  out += row;
}

void RowStream::add(std::string_view piece) {
  buffer_.erase(0, std::exchange(at_, 0));
  buffer_ += piece;
}

Result<std::string_view> RowStream::next() {
  auto rest = std::string_view(buffer_).substr(at_);
  if (rest.size() < frame_bytes) return std::string_view();
  auto size = read_fixed(rest.substr(0, frame_bytes));
  if (size == 0 || size > row_bytes_max) return malformed();
  if (rest.size() - frame_bytes < size) return std::string_view();
  at_ += frame_bytes + size;
  return rest.substr(frame_bytes, size);
}

}  // namespace aiva::backup
