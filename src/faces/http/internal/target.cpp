#include "faces/http/internal/target.h"

#include <algorithm>

#include "foundation/text/utf8.h"

namespace aiva::http {
namespace {

constexpr std::size_t query_pairs_max = 100;
constexpr std::size_t scheme_length_max = 5;  // "https"

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

bool is_acceptable(std::string_view text) {
  bool is_ascii = true;
  for (char c : text) {
    auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 && byte != '\t' && byte != '\n' && byte != '\r') return false;
    if (byte >= 0x7F) is_ascii = false;
  }
  return is_ascii || is_valid_utf8(text);
}

bool decode_into(std::string_view text, bool is_form, std::string& out) {
  out.clear();
  if (text.find_first_of(is_form ? "%+" : "%") == std::string_view::npos) {
    out = text;
    return is_acceptable(out);
  }
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+' && is_form) {
      out += ' ';
    } else if (text[i] != '%') {
      out += text[i];
    } else {
      if (i + 2 >= text.size()) return false;
      int high = hex_digit(text[i + 1]);
      int low = hex_digit(text[i + 2]);
      if (high < 0 || low < 0) return false;
      out += static_cast<char>(high * 16 + low);
      i += 2;
    }
  }
  return is_acceptable(out);
}

}  // namespace

std::optional<std::string> percent_decode(std::string_view text, bool is_form) {
  std::string out;
  if (!decode_into(text, is_form, out)) return std::nullopt;
  return out;
}

std::optional<Target> split_target(std::string_view target) {
  if (!target.starts_with('/')) {
    auto scheme = target.find("://");  // npos, when there is none, is beyond any length
    if (scheme > scheme_length_max || !target.starts_with("http")) return std::nullopt;
    target.remove_prefix(scheme + 3);
    auto path = target.find_first_of("/?#");
    if (path == std::string_view::npos || target[path] != '/') return Target{.path = "/"};
    target.remove_prefix(path);
  }
  target = target.substr(0, target.find('#'));
  auto question = target.find('?');
  if (question == std::string_view::npos) return Target{.path = target};
  return Target{.path = target.substr(0, question), .query = target.substr(question + 1)};
}

bool decode_path(std::string_view encoded, std::string& path) {
  if (!decode_into(encoded, false, path)) return false;
  if (path.size() == encoded.size()) return true;
  if (path.find_first_of("\t\r\n") != std::string::npos) return false;
  return std::ranges::count(path, '/') == std::ranges::count(encoded, '/');
}

bool decode_query(std::string_view encoded,
                  std::vector<std::pair<std::string, std::string>>& query) {
  while (!encoded.empty()) {
    auto end = encoded.find('&');
    auto pair = encoded.substr(0, end);
    encoded = end == std::string_view::npos ? std::string_view() : encoded.substr(end + 1);
    if (pair.empty()) continue;
    if (query.size() >= query_pairs_max) return false;
    auto equals = pair.find('=');
    auto& [name, value] = query.emplace_back();
    if (!decode_into(pair.substr(0, equals), true, name)) return false;
    if (equals != std::string_view::npos && !decode_into(pair.substr(equals + 1), true, value))
      return false;
  }
  return true;
}

}  // namespace aiva::http
