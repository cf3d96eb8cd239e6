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

bool repeats(const EdgeLine& line, const std::vector<EdgeLine>& page) {
  return std::ranges::any_of(page, [&](const EdgeLine& other) {
    return std::abs(other.middle - line.middle) <= drift_max && other.key == line.key;
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
      if (middle > upper && middle < lower) continue;
      if (edges.size() == edge_lines_max) return edges;
      edges.push_back({key_of(lines[line].text()), middle, region, line});
    }
  }
  return edges;
}

void remove_running_lines(PageLayout& page, std::span<const EdgeLine> edges,
                          std::span<const std::vector<EdgeLine>* const> neighbours,
                          int repeats_min) {
  // From the back, so that the places of the lines before stay what they are.
  for (auto edge = edges.rbegin(); edge != edges.rend(); ++edge) {
    auto count = std::ranges::count_if(neighbours,
                                       [&](const auto* other) { return repeats(*edge, *other); });
    if (count < repeats_min) continue;
    auto& lines = page.regions[edge->region].lines;
    lines.erase(lines.begin() + static_cast<std::ptrdiff_t>(edge->line));
  }
}

}  // namespace aiva::documents
