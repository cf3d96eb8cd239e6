#include "capabilities/crawl/internal/web_url.h"

#include <algorithm>
#include <charconv>
#include <vector>

namespace aiva::crawl {
namespace {

constexpr std::size_t host_bytes_max = 253;

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

std::string to_lower(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), lower);
  return out;
}

std::string_view trim(std::string_view text) {
  auto is_blank = [](char c) { return static_cast<unsigned char>(c) <= ' '; };
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

bool is_scheme_byte(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '+' ||
         c == '-' || c == '.';
}

// "http" of "http://…", empty when the text begins with none.
std::string_view scheme_of(std::string_view text) {
  auto colon = text.find_first_of(":/?#");
  if (colon == std::string_view::npos || text[colon] != ':') return {};
  auto scheme = text.substr(0, colon);
  return std::ranges::all_of(scheme, is_scheme_byte) ? scheme : std::string_view();
}

// What may not stand in an address is written as its code, line breaks are left out.
std::string encode(std::string_view text) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  constexpr std::string_view unfit = "\"<>\\^`{|}";
  std::string out;
  for (char c : text) {
    auto byte = static_cast<unsigned char>(c);
    if (c == '\n' || c == '\r' || c == '\t') continue;
    if (byte > ' ' && byte < 0x7F && unfit.find(c) == std::string_view::npos) {
      out += c;
      continue;
    }
    out += '%';
    out += digits[byte >> 4U];
    out += digits[byte & 15U];
  }
  return out;
}

std::string without_dots(std::string_view path) {
  std::vector<std::string_view> kept;
  bool ends_with_slash = true;
  for (std::size_t at = 1; at <= path.size();) {
    auto end = std::min(path.find('/', at), path.size());
    auto part = path.substr(at, end - at);
    at = end + 1;
    ends_with_slash = end < path.size() || part.empty() || part == "." || part == "..";
    if (part == ".." && !kept.empty()) kept.pop_back();
    if (part.empty() && end < path.size()) kept.push_back(part);
    if (!part.empty() && part != "." && part != "..") kept.push_back(part);
  }
  std::string out;
  for (auto part : kept) out.append("/").append(part);
  if (ends_with_slash) out += '/';
  return out;
}

// Path and query without the fragment, in normal form.
std::string normal_target(std::string_view text) {
  text = text.substr(0, text.find('#'));
  auto query = text.find('?');
  auto path = text.substr(0, query);
  auto target = without_dots(path.empty() ? "/" : encode(path));
  if (query != std::string_view::npos && query + 1 < text.size())
    target += encode(text.substr(query));
  return target;
}

bool is_host(std::string_view host) {
  if (host.empty() || host.size() > host_bytes_max) return false;
  if (host.front() == '[') return host.back() == ']' && host.size() > 4;
  return std::ranges::all_of(host, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_';
  });
}

std::optional<std::string> normal_authority(std::string_view text, std::string_view scheme) {
  if (text.find('@') != std::string_view::npos) return std::nullopt;
  auto lowered = to_lower(text);
  std::string_view host = lowered;
  auto colon = host.rfind(':');
  std::string_view port;
  if (colon != std::string_view::npos && host.find(']', colon) == std::string_view::npos) {
    port = host.substr(colon + 1);
    host = host.substr(0, colon);
  }
  if (!is_host(host)) return std::nullopt;
  if (port.empty()) return std::string(host);
  std::uint16_t number = 0;
  auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), number);
  if (error != std::errc() || end != port.data() + port.size() || number == 0) return std::nullopt;
  if (number == (scheme == "https" ? 443 : 80)) return std::string(host);
  return std::string(host) + ":" + std::to_string(number);
}

}  // namespace

std::string_view WebUrl::host() const {
  std::string_view text = authority;
  if (text.starts_with('[')) return text.substr(0, text.find(']') + 1);
  return text.substr(0, text.find(':'));
}

std::optional<WebUrl> parse_web_url(std::string_view text) {
  text = trim(text);
  if (text.size() > url_bytes_max) return std::nullopt;
  auto scheme = to_lower(scheme_of(text));
  if (scheme != "http" && scheme != "https") return std::nullopt;
  text.remove_prefix(scheme.size() + 1);
  if (!text.starts_with("//")) return std::nullopt;
  text.remove_prefix(2);
  auto end = std::min(text.find_first_of("/?#"), text.size());
  auto authority = normal_authority(text.substr(0, end), scheme);
  if (!authority) return std::nullopt;
  return WebUrl{.scheme = std::move(scheme),
                .authority = std::move(*authority),
                .target = normal_target(text.substr(end))};
}

std::optional<WebUrl> resolve(const WebUrl& base, std::string_view reference) {
  reference = trim(reference);
  if (reference.size() > url_bytes_max) return std::nullopt;
  if (!scheme_of(reference).empty()) return parse_web_url(reference);
  if (reference.starts_with("//")) return parse_web_url(base.scheme + ":" + std::string(reference));
  auto url = base;
  if (reference.empty() || reference.front() == '#') return url;
  if (reference.front() == '/') {
    url.target = normal_target(reference);
  } else if (reference.front() == '?') {
    url.target = normal_target(std::string(base.path()) + std::string(reference));
  } else {
    auto folder = base.path().substr(0, base.path().rfind('/') + 1);
    url.target = normal_target(std::string(folder) + std::string(reference));
  }
  if (url.text().size() > url_bytes_max) return std::nullopt;
  return url;
}

}  // namespace aiva::crawl
