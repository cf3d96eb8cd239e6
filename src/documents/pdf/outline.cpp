#include "documents/pdf/outline.h"

#include <algorithm>
#include <cstdlib>

#include "documents/clean_text.h"
#include "documents/formats/text_lines.h"

namespace aiva::documents {
namespace {

constexpr int level_max = 6;
constexpr std::size_t complete_entries_min = 5;
constexpr std::size_t key_bytes_max = 200;
constexpr std::size_t prefix_bytes_min = 14;  // so much of a long heading is enough to know it by

// Whether the word is a number or a letter with a stop, as in "Chapter 3" and "Appendix A:".
bool is_ordinal(std::string_view word, bool is_after_part_word) {
  bool has_stop = word.ends_with('.') || word.ends_with(':');
  if (has_stop) word.remove_suffix(1);
  bool is_number = !word.empty() && word.find_first_not_of("0123456789") == std::string_view::npos;
  bool is_letter = word.size() == 1 && word[0] >= 'a' && word[0] <= 'z';
  return is_number || (is_letter && (has_stop || is_after_part_word));
}

bool is_part_word(std::string_view word) {
  return word == "chapter" || word == "appendix" || word == "section" || word == "part" ||
         word == "annex" || word == "anhang" || word == "kapitel" || word == "annexe";
}

// "Chapter 3.", "2.1" and "Appendix A" before a title, which outlines and pages write differently.
std::string_view without_number(std::string_view text) {
  if (text.starts_with("\xE7\xAC\xAC")) {  // 第, as in 第 7 章
    auto end = text.find("\xE7\xAB\xA0");  // 章
    if (end < 16 && end + 3 < text.size()) return trim(text.substr(end + 3));
  }
  auto word_end = text.find(' ');
  if (word_end != std::string_view::npos) {
    auto rest = text.substr(word_end + 1);
    auto ordinal = rest.substr(0, rest.find(' '));
    if (ordinal.size() < rest.size() && is_ordinal(ordinal, is_part_word(text.substr(0, word_end))))
      return trim(rest.substr(ordinal.size()));
  }
  if (section_number_depth(text) == 0) return text;
  return trim(text.substr(text.find_first_of(" \t")));
}

std::string key_of(std::string_view text) {
  auto lower = to_lower_ascii(clean_flowing_text(unwrap_lines(text.substr(0, key_bytes_max))));
  std::string key;
  for (char c : without_number(lower)) {
    auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x80 || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) key += c;
  }
  return key;
}

}  // namespace

Outline::Outline(const std::vector<OutlineEntry>& entries) {
  for (const auto& entry : entries) {
    auto key = key_of(entry.title);
    if (key.empty() || entry.page == 0) continue;
    places_.emplace(std::move(key), Place{entry.page, std::clamp(entry.level, 1, level_max)});
  }
  is_complete_ = places_.size() >= complete_entries_min;
}

std::optional<int> Outline::level_of(std::string_view text, int page) const {
  if (places_.empty() || text.size() > key_bytes_max) return std::nullopt;
  auto [first, last] = places_.equal_range(key_of(text));
  for (auto place = first; place != last; ++place)
    if (std::abs(place->second.page - page) <= 1) return place->second.level;
  return std::nullopt;
}

bool Outline::knows(std::string_view text) const {
  return !places_.empty() && text.size() <= key_bytes_max && places_.contains(key_of(text));
}

bool Outline::is_of_earlier_page(std::string_view text, int page) const {
  if (places_.empty() || text.size() > key_bytes_max) return false;
  auto key = key_of(text);
  bool is_long = key.size() >= prefix_bytes_min;
  bool is_earlier = false;
  int looked_at = 0;
  for (auto place = places_.lower_bound(key);
       place != places_.end() && place->first.starts_with(key) && looked_at < 100;
       ++place, ++looked_at) {
    if (!is_long && place->first.size() != key.size()) continue;
    if (place->second.page >= page && place->second.page <= page + 1) return false;
    is_earlier |= place->second.page < page;
  }
  return is_earlier && !key.empty();
}

}  // namespace aiva::documents
