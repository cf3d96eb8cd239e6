#include "documents/pdf/running_lines.h"

#include <algorithm>
#include <cmath>
#include <string_view>

#include "documents/clean_text.h"

namespace aiva::documents {
namespace {

constexpr float edge_share = 0.12F;  // of the page's height, above and below
constexpr float drift_max = 4;       // points a running line may move between pages
constexpr std::size_t edge_lines_max = 12;
constexpr std::size_t key_bytes_max = 200;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Page numbers of front matter: "ii", "xiv".
bool is_roman_number(std::string_view word) {
  return !word.empty() && word.size() <= 7 &&
         word.find_first_not_of("ivxlc") == std::string_view::npos;
}

std::string key_of(std::string_view text) {
  auto lower = to_lower_ascii(text.substr(0, key_bytes_max));
  std::string key;
  for (std::string_view rest = lower; !rest.empty();) {
    auto word = rest.substr(0, rest.find(' '));
    rest.remove_prefix(std::min(word.size() + 1, rest.size()));
    bool is_outer = key.empty() || rest.empty();
    if (is_outer && is_roman_number(word)) {
      key += "# ";
      continue;
    }
    for (std::size_t i = 0; i < word.size(); ++i)
      if (!is_digit(word[i]))
        key += word[i];
      else if (i == 0 || !is_digit(word[i - 1]))
        key += '#';
    key += ' ';
  }
  return key;
}

// The number a text begins or ends with; 0 where it is none or too long for a page's.
int number_in(std::string_view digits) {
  if (digits.empty() || digits.size() > 5) return 0;
  int number = 0;
  for (char c : digits) number = number * 10 + (c - '0');
  return number;
}

int first_number(std::string_view text) {
  return number_in(text.substr(0, std::min(text.find_first_not_of("0123456789"), text.size())));
}

int last_number(std::string_view text) {
  auto before = text.find_last_not_of("0123456789");
  return number_in(before == std::string_view::npos ? text : text.substr(before + 1));
}

// Whether the numbers differ as the pages do.
bool counts_pages(const EdgeLine& a, const EdgeLine& b) {
  int pages = a.page - b.page;
  bool at_first = a.first_number > 0 && b.first_number > 0;
  bool at_last = a.last_number > 0 && b.last_number > 0;
  return (at_first && a.first_number - b.first_number == pages) ||
         (at_last && a.last_number - b.last_number == pages);
}

// What a neighbouring page has at the height of a line.
struct Repetition {
  bool has_key = false;
  bool has_page_number = false;
};

Repetition find_repetition(const EdgeLine& line, const std::vector<EdgeLine>& page) {
  Repetition found;
  for (const auto& other : page) {
    if (std::abs(other.middle - line.middle) > drift_max) continue;
    found.has_key |= other.key == line.key;
    found.has_page_number |= counts_pages(line, other);
  }
  return found;
}

// The text without the page number at its beginning or end.
std::string_view without_page_number(std::string_view text) {
  auto first = text.substr(0, text.find(' '));
  if (first.size() < text.size() && first.find_first_not_of("0123456789") == std::string_view::npos)
    return trim(text.substr(first.size()));
  auto last = text.substr(text.rfind(' ') + 1);
  bool is_number = last.find_first_not_of("0123456789") == std::string_view::npos ||
                   is_roman_number(to_lower_ascii(last));
  return last.size() < text.size() && is_number ? trim(text.substr(0, text.size() - last.size()))
                                                : text;
}

// Whether the line repeats the heading of a part of the document that began on an earlier page.
bool repeats_heading(const EdgeLine& line, const Outline& outline) {
  return line.is_upper && (outline.is_of_earlier_page(line.text, line.page) ||
                           outline.is_of_earlier_page(without_page_number(line.text), line.page));
}

bool is_running(const EdgeLine& line, const RunningSigns& signs) {
  if (signs.outline != nullptr && repeats_heading(line, *signs.outline)) return true;
  int keys = 0;
  int page_numbers = 0;
  bool has_both = false;
  for (const auto* page : signs.neighbours) {
    auto found = find_repetition(line, *page);
    keys += found.has_key ? 1 : 0;
    page_numbers += found.has_page_number ? 1 : 0;
    has_both |= found.has_key && found.has_page_number;
  }
  return keys >= signs.repeats_min || has_both || page_numbers >= 2;
}

// Whether no other line of the page stands higher.
bool is_uppermost(const PageLayout& page, const Line& line) {
  return std::ranges::all_of(page.regions, [&](const Region& region) {
    return std::ranges::all_of(region.lines,
                               [&](const Line& other) { return other.box.bottom > line.box.top; });
  });
}

}  // namespace

std::vector<EdgeLine> find_edge_lines(const PageLayout& page) {
  std::vector<EdgeLine> edges;
  float upper = page.height * edge_share;
  float lower = page.height * (1 - edge_share);
  for (std::size_t region = 0; region < page.regions.size(); ++region) {
    const auto& lines = page.regions[region].lines;
    for (std::size_t line = 0; line < lines.size(); ++line) {
      float middle = (lines[line].box.top + lines[line].box.bottom) / 2;
      if (lines[line].table || (middle > upper && middle < lower)) continue;
      if (edges.size() == edge_lines_max) return edges;
      auto text = lines[line].text();
      edges.push_back({.key = key_of(text),
                       .text = text,
                       .page = page.number,
                       .first_number = first_number(text),
                       .last_number = last_number(text),
                       .middle = middle,
                       .is_upper = is_uppermost(page, lines[line]),
                       .region = region,
                       .line = line});
    }
  }
  return edges;
}

void remove_running_lines(PageLayout& page, std::span<const EdgeLine> edges,
                          const RunningSigns& signs) {
  // From the back, so that the places of the lines before stay what they are.
  for (auto edge = edges.rbegin(); edge != edges.rend(); ++edge) {
    if (!is_running(*edge, signs)) continue;
    auto& lines = page.regions[edge->region].lines;
    lines.erase(lines.begin() + static_cast<std::ptrdiff_t>(edge->line));
  }
}

}  // namespace aiva::documents
