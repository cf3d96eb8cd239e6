#include "foundation/text/language_tag.h"

#include <algorithm>
#include <array>
#include <cstddef>

namespace aiva {
namespace {

constexpr std::size_t tag_bytes_max = 35;
constexpr std::size_t subtag_bytes_max = 8;
constexpr std::size_t script_bytes = 4;
constexpr std::size_t region_bytes = 2;

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_letter_or_digit(char c) { return is_letter(c) || (c >= '0' && c <= '9'); }
char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }
char upper(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; }

}  // namespace

bool is_language_tag(std::string_view text) {
  if (text.size() > tag_bytes_max) return false;
  bool is_first = true;
  bool needs_more = false;  // a single character announces what follows it
  while (true) {
    auto dash = text.find('-');
    auto subtag = text.substr(0, dash);
    bool is_sound = subtag.size() <= subtag_bytes_max && !subtag.empty();
    if (is_first)
      is_sound = is_sound && subtag.size() >= 2 && std::ranges::all_of(subtag, is_letter);
    else
      is_sound = is_sound && std::ranges::all_of(subtag, is_letter_or_digit);
    if (!is_sound) return false;
    needs_more = !is_first && subtag.size() == 1;
    is_first = false;
    if (dash == std::string_view::npos) return !needs_more;
    text.remove_prefix(dash + 1);
  }
}

std::string normalise_language_tag(std::string_view tag) {
  std::string written;
  bool is_after_single = false;
  while (!tag.empty()) {
    auto subtag = tag.substr(0, tag.find('-'));
    bool is_upper = !written.empty() && !is_after_single && subtag.size() == region_bytes;
    bool is_title = !written.empty() && !is_after_single && subtag.size() == script_bytes;
    if (!written.empty()) written += '-';
    for (std::size_t at = 0; at < subtag.size(); ++at)
      written += is_upper || (is_title && at == 0) ? upper(subtag[at]) : lower(subtag[at]);
    is_after_single = subtag.size() == 1;
    tag.remove_prefix(std::min(tag.size(), subtag.size() + 1));
  }
  return written;
}

std::string_view shorter_language_tag(std::string_view tag) {
  auto dash = tag.rfind('-');
  if (dash == std::string_view::npos) return {};
  tag = tag.substr(0, dash);
  // Single characters at the end only announce what was cut off.
  while (tag.size() >= 2 && tag[tag.size() - 2] == '-') tag.remove_suffix(2);
  return tag;
}

bool is_right_to_left(std::string_view tag) {
  constexpr std::array<std::string_view, 9> languages{"ar", "he", "fa",  "ur", "ps",
                                                      "sd", "ug", "ckb", "yi"};
  constexpr std::array<std::string_view, 5> scripts{"Arab", "Hebr", "Thaa", "Syrc", "Nkoo"};
  auto normal = normalise_language_tag(tag);
  std::string_view rest(normal);
  auto language = rest.substr(0, rest.find('-'));
  if (language.size() < rest.size()) {
    rest.remove_prefix(language.size() + 1);
    auto script = rest.substr(0, rest.find('-'));
    if (script.size() == script_bytes && is_letter(script.front()))
      return std::ranges::find(scripts, script) != scripts.end();
  }
  return std::ranges::find(languages, language) != languages.end();
}

}  // namespace aiva
