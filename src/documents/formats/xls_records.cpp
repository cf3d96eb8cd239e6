#include "documents/formats/xls_records.h"

#include <algorithm>
#include <bit>
#include <unordered_map>

#include "documents/clean_text.h"
#include "foundation/text/utf8.h"

namespace aiva::documents {
namespace {

constexpr std::size_t header_bytes = 4;
constexpr std::size_t sheets_max = 5000;
constexpr std::size_t strings_bytes_max = 64UL * 1024 * 1024;
constexpr std::uint32_t version_8 = 0x0600;

// Appends characters of one or two bytes each; surrogates come in pairs.
void append_characters(std::string_view bytes, bool is_wide, char32_t& high, std::string& out) {
  for (std::size_t i = 0; i + (is_wide ? 1 : 0) < bytes.size(); i += is_wide ? 2 : 1) {
    char32_t c = static_cast<unsigned char>(bytes[i]);
    if (is_wide) c |= static_cast<char32_t>(static_cast<unsigned char>(bytes[i + 1])) << 8U;
    if (c >= 0xD800 && c < 0xDC00) {
      high = c;
      continue;
    }
    if (c >= 0xDC00 && c < 0xE000 && high != 0)
      c = 0x10000 + ((high - 0xD800) << 10U) + (c - 0xDC00);
    high = 0;
    append_utf8(out, c);
  }
}

// Reads the shared texts, which go on over the ends of records: each continuation of characters
// begins with their flags again (MS-XLS 2.5.293).
class StringReader {
 public:
  explicit StringReader(XlsRecords& records) : records_(records), rest_(records.content()) {}

  std::vector<std::string> read() {
    std::vector<std::string> strings;
    std::size_t bytes = 0;
    skip(4);
    auto count = number(4);
    while (strings.size() < count && !is_done_ && bytes < strings_bytes_max) {
      strings.push_back(read_string());
      bytes += strings.back().size() + sizeof(std::string);
    }
    return strings;
  }

 private:
  // Makes sure that something is left of the records; false at their end.
  bool refill() {
    while (rest_.empty() && !is_done_) {
      is_done_ = !records_.is_continued() || !records_.next();
      if (!is_done_) rest_ = records_.content();
    }
    return !is_done_;
  }

  std::size_t number(std::size_t bytes) {
    std::size_t value = 0;
    for (std::size_t i = 0; i < bytes && refill(); ++i) {
      value |= std::size_t{static_cast<unsigned char>(rest_.front())} << (8 * i);
      rest_.remove_prefix(1);
    }
    return value;
  }

  void skip(std::size_t bytes) {
    while (bytes > 0 && refill()) {
      auto part = std::min(bytes, rest_.size());
      rest_.remove_prefix(part);
      bytes -= part;
    }
  }

  std::string read_string() {
    auto left = number(2);
    auto flags = number(1);
    bool is_wide = (flags & 1U) != 0;
    auto runs = (flags & 8U) != 0 ? number(2) : 0;
    auto extra = (flags & 4U) != 0 ? number(4) : 0;
    std::string text;
    char32_t high = 0;
    while (left > 0 && !is_done_) {
      if (rest_.empty()) {
        if (!refill()) break;
        is_wide = (number(1) & 1U) != 0;
        continue;
      }
      std::size_t width = is_wide ? 2 : 1;
      auto count = std::min(left, rest_.size() / width);
      if (count == 0) break;  // half a character
      append_characters(rest_.substr(0, count * width), is_wide, high, text);
      rest_.remove_prefix(count * width);
      left -= count;
    }
    skip(runs * 4 + extra);
    return text;
  }

  XlsRecords& records_;
  std::string_view rest_;
  bool is_done_ = false;
};

}  // namespace

bool XlsRecords::next() {
  if (at_ + header_bytes > stream_.size()) return false;
  content_ = stream_.substr(at_);
  auto kind = number16(0);
  auto length = number16(2);
  if (at_ + header_bytes + length > stream_.size()) return false;
  kind_ = static_cast<XlsRecord>(kind);
  content_ = stream_.substr(at_ + header_bytes, length);
  at_ += header_bytes + length;
  return true;
}

bool XlsRecords::is_continued() const {
  auto after = *this;
  return after.next() && after.kind() == XlsRecord::continuation;
}

std::uint32_t XlsRecords::byte(std::size_t at) const {
  return at < content_.size() ? static_cast<unsigned char>(content_[at]) : 0U;
}
std::uint32_t XlsRecords::number16(std::size_t at) const { return byte(at) | byte(at + 1) << 8U; }
std::uint32_t XlsRecords::number32(std::size_t at) const {
  return number16(at) | number16(at + 2) << 16U;
}

double XlsRecords::real(std::size_t at) const {
  auto bits = static_cast<std::uint64_t>(number32(at)) |
              static_cast<std::uint64_t>(number32(at + 4)) << 32U;
  return std::bit_cast<double>(bits);
}

double XlsRecords::small_real(std::size_t at) const {
  auto packed = number32(at);
  bool is_hundredth = (packed & 1U) != 0;
  bool is_integer = (packed & 2U) != 0;
  double value = is_integer
                     ? static_cast<double>(static_cast<std::int32_t>(packed) >> 2)
                     : std::bit_cast<double>(static_cast<std::uint64_t>(packed & ~3U) << 32U);
  return is_hundredth ? value / 100 : value;
}

std::string XlsRecords::text(std::size_t at, std::size_t count) const {
  bool is_wide = (byte(at) & 1U) != 0;
  std::string out;
  char32_t high = 0;
  if (at < content_.size())
    append_characters(content_.substr(at + 1, count * (is_wide ? 2 : 1)), is_wide, high, out);
  return out;
}

const NumberFormat& XlsBook::format_of(std::size_t style) const {
  return formats[style < style_formats.size() ? style_formats[style] : 0];
}

Result<XlsBook> read_xls_book(std::string_view stream) {
  XlsRecords records(stream, 0);
  if (!records.next() || records.kind() != XlsRecord::begin_of_part ||
      records.number16(0) != version_8)
    return fail(ErrorCode::invalid,
                "The workbook was written before Excel 97 and cannot be read; save it as XLSX");
  XlsBook book;
  book.formats.emplace_back();
  std::unordered_map<std::uint32_t, std::string> codes;
  std::unordered_map<std::uint32_t, std::uint32_t> known;
  std::vector<std::uint32_t> ids;
  while (records.next() && records.kind() != XlsRecord::end_of_part) {
    switch (records.kind()) {
      case XlsRecord::file_pass:
        return fail(ErrorCode::invalid, "The document is protected with a password");
      case XlsRecord::date_mode: book.is_1904 = records.number16(0) == 1; break;
      case XlsRecord::format:
        codes.insert_or_assign(records.number16(0), records.text(4, records.number16(2)));
        break;
      case XlsRecord::style: ids.push_back(records.number16(2)); break;
      case XlsRecord::strings: book.strings = StringReader(records).read(); break;
      case XlsRecord::sheet:
        if (book.sheets.size() < sheets_max)
          book.sheets.push_back(
              {.name = clean_flowing_text(unwrap_lines(records.text(7, records.byte(6)))),
               .offset = records.number32(0),
               .is_hidden = (records.byte(4) & 3U) != 0,
               .has_cells = records.byte(5) == 0});
        break;
      default: break;
    }
  }
  for (auto id : ids) {
    auto [found, is_new] = known.try_emplace(id, static_cast<std::uint32_t>(book.formats.size()));
    if (is_new) {
      auto code = codes.find(id);
      book.formats.push_back(code == codes.end() ? NumberFormat::built_in(static_cast<int>(id))
                                                 : NumberFormat(code->second));
    }
    book.style_formats.push_back(found->second);
  }
  return book;
}

}  // namespace aiva::documents
