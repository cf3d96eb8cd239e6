#include "faces/http/header_text.h"

#include <algorithm>

namespace aiva::http {
namespace {

constexpr char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

// Cuts the text before the next `separator` outside quotes off `rest`.
std::string_view cut(std::string_view& rest, char separator) {
  bool is_quoted = false;
  std::size_t end = 0;
  for (; end < rest.size(); ++end) {
    if (is_quoted && rest[end] == '\\' && end + 1 < rest.size()) {
      ++end;
      continue;
    }
    if (rest[end] == '"') is_quoted = !is_quoted;
    if (rest[end] == separator && !is_quoted) break;
  }
  auto piece = rest.substr(0, end);
  rest.remove_prefix(std::min(end + 1, rest.size()));
  return piece;
}

bool has_zero_weight(std::string_view parameters) {
  auto weight = header_parameter(parameters, "q");
  return !weight.empty() && weight.find_first_not_of("0.") == std::string_view::npos;
}

}  // namespace

bool equals_ignoring_case(std::string_view a, std::string_view b) {
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(),
                                            [](char x, char y) { return lower(x) == lower(y); });
}

std::string_view trim_blanks(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

bool list_contains(std::string_view list, std::string_view token) {
  while (!list.empty())
    if (equals_ignoring_case(trim_blanks(cut(list, ',')), token)) return true;
  return false;
}

std::string_view media_type_of(std::string_view content_type) {
  return trim_blanks(content_type.substr(0, content_type.find(';')));
}

std::string_view header_parameter(std::string_view value, std::string_view name) {
  cut(value, ';');
  while (!value.empty()) {
    auto piece = cut(value, ';');
    auto equals = piece.find('=');
    if (equals == std::string_view::npos) continue;
    if (!equals_ignoring_case(trim_blanks(piece.substr(0, equals)), name)) continue;
    auto content = trim_blanks(piece.substr(equals + 1));
    if (content.size() >= 2 && content.front() == '"' && content.back() == '"')
      return content.substr(1, content.size() - 2);
    return content;
  }
  return {};
}

bool accepts_coding(std::string_view accept_encoding, std::string_view wanted) {
  bool takes_any = false;
  while (!accept_encoding.empty()) {
    auto comma = accept_encoding.find(',');
    auto element = accept_encoding.substr(0, comma);
    accept_encoding =
        comma == std::string_view::npos ? std::string_view() : accept_encoding.substr(comma + 1);
    auto coding = media_type_of(element);
    if (equals_ignoring_case(coding, wanted)) return !has_zero_weight(element);
    if (coding == "*") takes_any = !has_zero_weight(element);
  }
  return takes_any;
}

bool is_header_safe(std::string_view text) {
  return std::ranges::all_of(text, [](char c) {
    auto byte = static_cast<unsigned char>(c);
    return byte == '\t' || (byte >= 0x20 && byte != 0x7F);
  });
}

}  // namespace aiva::http
