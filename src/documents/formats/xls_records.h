#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "documents/formats/xlsx_number_format.h"
#include "foundation/result.h"

namespace aiva::documents {

// The kinds of records of a BIFF8 stream (MS-XLS 2.3) that are read.
enum class XlsRecord : std::uint16_t {
  formula = 0x06,
  end_of_part = 0x0A,
  date_mode = 0x22,
  file_pass = 0x2F,
  continuation = 0x3C,
  column_info = 0x7D,
  sheet = 0x85,
  numbers = 0xBD,  // several small numbers of one row
  style = 0xE0,
  merged = 0xE5,
  strings = 0xFC,
  shared_text = 0xFD,
  number = 0x203,
  text = 0x204,
  bool_or_error = 0x205,
  formula_text = 0x207,
  row = 0x208,
  small_number = 0x27E,
  format = 0x41E,
  begin_of_part = 0x809,
};

// Takes the records off a stream.
class XlsRecords {
 public:
  XlsRecords(std::string_view stream, std::size_t at) : stream_(stream), at_(at) {}

  // Moves to the next record; false at the end of the stream or where it is cut.
  bool next();
  [[nodiscard]] XlsRecord kind() const { return kind_; }
  [[nodiscard]] std::string_view content() const { return content_; }
  // Whether the record after this one continues it.
  [[nodiscard]] bool is_continued() const;

  // Little-endian numbers of the content; zero outside of it.
  [[nodiscard]] std::uint32_t byte(std::size_t at) const;
  [[nodiscard]] std::uint32_t number16(std::size_t at) const;
  [[nodiscard]] std::uint32_t number32(std::size_t at) const;
  [[nodiscard]] double real(std::size_t at) const;
  // A number packed into 30 bits (RkNumber).
  [[nodiscard]] double small_real(std::size_t at) const;
  // A text of `count` characters, whose flags stand at `at`.
  [[nodiscard]] std::string text(std::size_t at, std::size_t count) const;

 private:
  std::string_view stream_;
  std::size_t at_ = 0;
  XlsRecord kind_ = XlsRecord::end_of_part;
  std::string_view content_;
};

struct XlsSheet {
  std::string name;
  std::size_t offset = 0;  // of its part in the stream
  bool is_hidden = false;
  bool has_cells = false;  // is no chart and no macro
};

// What stands before the sheets.
struct XlsBook {
  std::vector<XlsSheet> sheets{};
  std::vector<std::string> strings{};
  std::vector<NumberFormat> formats{};         // each once; the first is General
  std::vector<std::uint32_t> style_formats{};  // an index into them for each style
  bool is_1904 = false;

  [[nodiscard]] const NumberFormat& format_of(std::size_t style) const;
};
// Fails with `invalid` where the stream is no BIFF8 or encrypted.
Result<XlsBook> read_xls_book(std::string_view stream);

}  // namespace aiva::documents
