#include "foundation/json_writer.h"

#include <boost/json/serialize.hpp>
#include <charconv>
#include <cmath>
#include <cstring>

namespace aiva {
namespace {

constexpr std::uint64_t in_each_byte(std::uint64_t byte) { return byte * 0x0101010101010101; }

// The high bits of bytes that are less than `limit` (at most 0x80): right for the lowest of them,
// so right in whether there are any.
constexpr std::uint64_t bytes_below(std::uint64_t bytes, std::uint64_t limit) {
  return (bytes - in_each_byte(limit)) & ~bytes & in_each_byte(0x80);
}

// Whether none of eight bytes needs an escape.
bool is_clean(const char* at) {
  std::uint64_t bytes = 0;
  std::memcpy(&bytes, at, sizeof bytes);
  auto marks =
      bytes_below(bytes ^ in_each_byte('"'), 1) | bytes_below(bytes ^ in_each_byte('\\'), 1);
  return (bytes_below(bytes, 0x20) | marks) == 0;
}

void append_escaped(std::string& out, std::string_view text) {
  constexpr char digits[] = "0123456789abcdef";
  std::size_t clean_from = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    while (i + 8 <= text.size() && is_clean(text.data() + i)) i += 8;
    if (i == text.size()) break;
    auto c = static_cast<unsigned char>(text[i]);
    if (c >= 0x20 && c != '"' && c != '\\') continue;
    out.append(text, clean_from, i - clean_from);
    clean_from = i + 1;
    switch (c) {
      case '"': out += "\\\""; break;
      case '\\': out += "\\\\"; break;
      case '\n': out += "\\n"; break;
      case '\r': out += "\\r"; break;
      case '\t': out += "\\t"; break;
      default:
        out += "\\u00";
        out += digits[c >> 4];
        out += digits[c & 15];
    }
  }
  out.append(text, clean_from);
}

}  // namespace

void JsonWriter::separate() {
  if (needs_comma_) out_ += ',';
  needs_comma_ = true;
}

JsonWriter& JsonWriter::begin_object() {
  separate();
  out_ += '{';
  needs_comma_ = false;
  return *this;
}
JsonWriter& JsonWriter::end_object() {
  out_ += '}';
  needs_comma_ = true;
  return *this;
}
JsonWriter& JsonWriter::begin_array() {
  separate();
  out_ += '[';
  needs_comma_ = false;
  return *this;
}
JsonWriter& JsonWriter::end_array() {
  out_ += ']';
  needs_comma_ = true;
  return *this;
}

JsonWriter& JsonWriter::key(std::string_view name) {
  separate();
  out_ += '"';
  append_escaped(out_, name);
  out_ += "\":";
  needs_comma_ = false;
  return *this;
}

JsonWriter& JsonWriter::value(std::string_view text) {
  separate();
  out_ += '"';
  append_escaped(out_, text);
  out_ += '"';
  return *this;
}
JsonWriter& JsonWriter::value(bool flag) { return raw(flag ? "true" : "false"); }
JsonWriter& JsonWriter::null() { return raw("null"); }

JsonWriter& JsonWriter::value(double number) {
  if (!std::isfinite(number)) return null();
  char text[32];
  auto end = std::to_chars(text, text + sizeof text, number);
  return raw(std::string_view(text, static_cast<std::size_t>(end.ptr - text)));
}

JsonWriter& JsonWriter::integer(std::int64_t number) {
  char text[24];
  auto end = std::to_chars(text, text + sizeof text, number);
  return raw(std::string_view(text, static_cast<std::size_t>(end.ptr - text)));
}
JsonWriter& JsonWriter::natural(std::uint64_t number) {
  char text[24];
  auto end = std::to_chars(text, text + sizeof text, number);
  return raw(std::string_view(text, static_cast<std::size_t>(end.ptr - text)));
}

JsonWriter& JsonWriter::value(const json::Value& document) {
  return raw(boost::json::serialize(document));
}

JsonWriter& JsonWriter::raw(std::string_view json_text) {
  separate();
  out_ += json_text;
  return *this;
}

}  // namespace aiva
