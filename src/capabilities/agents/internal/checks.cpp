#include "capabilities/agents/internal/checks.h"

#include <algorithm>
#include <charconv>
#include <cstdint>

#include "foundation/ids.h"

namespace aiva::agents {
namespace {

constexpr std::size_t slug_bytes_min = 3;
constexpr std::size_t slug_bytes_max = 64;
constexpr std::size_t made_slug_bytes_max = 48;  // leaves room for what makes it unique
constexpr std::size_t origin_bytes_max = 255;

bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
bool is_letter(char c) { return is_lower(c) || (c >= 'A' && c <= 'Z'); }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter_or_digit(char c) { return is_letter(c) || is_digit(c); }

bool is_port(std::string_view text) {
  std::uint32_t port = 0;
  auto end = std::from_chars(text.data(), text.data() + text.size(), port);
  return end.ec == std::errc() && end.ptr == text.data() + text.size() && port >= 1 &&
         port <= 65535;
}

bool is_host(std::string_view text) {
  bool has_good_ends = !text.empty() && text.front() != '.' && text.back() != '.' &&
                       text.find("..") == std::string_view::npos;
  return has_good_ends && std::ranges::all_of(text, [](char c) {
           return is_lower(c) || is_digit(c) || c == '-' || c == '.';
         });
}

}  // namespace

bool has_control_characters(std::string_view text, std::string_view allowed) {
  return std::ranges::any_of(text, [allowed](char byte) {
    auto value = static_cast<unsigned char>(byte);
    return (value < 0x20 || value == 0x7F) && allowed.find(byte) == std::string_view::npos;
  });
}

bool is_provider_word(std::string_view text) {
  return std::ranges::all_of(text, [](char c) {
    return is_letter_or_digit(c) || std::string_view(".:/@_+-").contains(c);
  });
}

bool is_web_origin(std::string_view text) {
  if (text == "*") return true;
  if (text.size() > origin_bytes_max) return false;
  for (std::string_view scheme : {"https://", "http://"}) {
    if (!text.starts_with(scheme)) continue;
    auto rest = text.substr(scheme.size());
    auto colon = rest.find(':');
    if (!is_host(rest.substr(0, colon))) return false;
    return colon == std::string_view::npos || is_port(rest.substr(colon + 1));
  }
  return false;
}

bool is_color(std::string_view text) {
  return text.size() == 7 && text.front() == '#' && std::ranges::all_of(text.substr(1), [](char c) {
           return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
         });
}

bool is_slug(std::string_view text) {
  if (text.size() < slug_bytes_min || text.size() > slug_bytes_max) return false;
  if (text.front() == '-' || text.back() == '-') return false;
  if (text.find("--") != std::string_view::npos || Uuid::parse(text)) return false;
  return std::ranges::all_of(text, [](char c) { return is_lower(c) || is_digit(c) || c == '-'; });
}

std::string make_slug(std::string_view name) {
  std::string slug;
  for (char c : name) {
    if (slug.size() >= made_slug_bytes_max) break;
    if (static_cast<unsigned char>(c) >= 0x80) continue;
    if (is_letter_or_digit(c))
      slug += static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
    else if (!slug.empty() && slug.back() != '-')
      slug += '-';
  }
  while (!slug.empty() && slug.back() == '-') slug.pop_back();
  return is_slug(slug) ? slug : std::string();
}

}  // namespace aiva::agents
