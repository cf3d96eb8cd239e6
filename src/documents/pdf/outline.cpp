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

// "Chapter 3.", "2.1" and "Appendix A" before a title, which outlines and pages write differently.
std::string_view without_number(std::string_view text) {
  for (std::string_view word : {"chapter ", "appendix ", "section ", "part "}) {
    if (!text.starts_with(word)) continue;
    auto rest = text.substr(word.size());
    auto end = rest.find(' ');
    return end == std::string_view::npos ? text : trim(rest.substr(end));
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

}  // namespace aiva::documents
