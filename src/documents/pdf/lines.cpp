#include "documents/pdf/lines.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <span>
#include <string_view>
#include <utility>

#include "documents/clean_text.h"
#include "foundation/text/utf8.h"

namespace aiva::documents {
namespace {

constexpr float nearly_all = 0.85F;
constexpr float spaceless_word_gap = 0.7F;
constexpr int blanks_max = 80;
constexpr int leader_dots_min = 4;

bool is_right_to_left(char32_t c) {
  return (c >= 0x0590 && c <= 0x08FF) || (c >= 0xFB1D && c <= 0xFDFF) ||
         (c >= 0xFE70 && c <= 0xFEFE);
}

// Dots that lead the eye from an entry to its page number say nothing; the text without them.
std::string without_leaders(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    auto run = text.substr(at, text.find_first_not_of(". ", at) - at);
    if (std::ranges::count(run, '.') >= leader_dots_min)
      out += ' ';
    else
      out += run;
    at += run.size();
    auto words = text.substr(at, text.find_first_of(". ", at) - at);
    out += words;
    at += words.size();
  }
  return out;
}

// Builds one line from the fragments that stand on it.
class LineBuilder {
 public:
  LineBuilder(const PageGlyphs& page, std::vector<Fragment>& fragments)
      : page_(page), fragments_(fragments) {}

  Line build() {
    std::ranges::stable_sort(fragments_, {}, [](const Fragment& f) { return f.box.left; });
    measure();
    if (right_to_left_ * 2 > line_.glyph_count) std::ranges::reverse(fragments_);
    for (const auto& fragment : fragments_) add(fragment);
    for (auto& cell : line_.cells) remove_leaders(cell.text);
    const auto& last = page_.glyphs[fragments_.back().end - 1];
    line_.is_hyphenated = last.has_hyphen_after;
    return std::move(line_);
  }

 private:
  void remove_leaders(std::string& text) {
    if (!text.contains("..") && !text.contains(". .")) return;
    auto shorter = without_leaders(text);
    line_.has_leader |= shorter.size() < text.size();
    text = std::move(shorter);
  }

  void measure() {
    std::map<float, int> sizes;
    int bold = 0;
    int fixed = 0;
    line_.box = fragments_.front().box;
    for (const auto& fragment : fragments_) {
      line_.box.left = std::min(line_.box.left, fragment.box.left);
      line_.box.right = std::max(line_.box.right, fragment.box.right);
      line_.box.top = std::min(line_.box.top, fragment.box.top);
      line_.box.bottom = std::max(line_.box.bottom, fragment.box.bottom);
      for (auto i = fragment.begin; i < fragment.end; ++i) {
        const auto& style = page_.styles[page_.glyphs[i].style];
        ++sizes[style.size];
        bold += style.is_bold ? 1 : 0;
        fixed += style.is_fixed_pitch ? 1 : 0;
        right_to_left_ += is_right_to_left(page_.glyphs[i].code) ? 1 : 0;
        ++line_.glyph_count;
      }
    }
    auto most = std::ranges::max_element(sizes, {}, [](const auto& entry) { return entry.second; });
    line_.size = most->first;
    auto enough = nearly_all * static_cast<float>(line_.glyph_count);
    line_.is_bold = static_cast<float>(bold) >= enough;
    line_.is_fixed_pitch = static_cast<float>(fixed) >= enough;
  }

  void add(const Fragment& fragment) {
    bool starts_cell = true;
    if (!line_.cells.empty()) {
      const auto& last = line_.cells.back();
      float gap = std::max(fragment.box.left - last.right, last.left - fragment.box.right);
      starts_cell = gap > cell_gap * line_.size && !line_.is_fixed_pitch;
    }
    if (starts_cell)
      line_.cells.push_back({.text = {}, .left = fragment.box.left, .right = fragment.box.right});
    for (auto i = fragment.begin; i < fragment.end; ++i)
      add_glyph(i, i == fragment.begin && starts_cell, i == fragment.begin);
    auto& cell = line_.cells.back();
    cell.left = std::min(cell.left, fragment.box.left);
    cell.right = std::max(cell.right, fragment.box.right);
  }

  void add_glyph(std::size_t index, bool starts_cell, bool starts_fragment) {
    const auto& glyph = page_.glyphs[index];
    auto& text = line_.cells.back().text;
    if (!starts_cell && previous_ != nullptr)
      text.append(count_blanks(*previous_, glyph, starts_fragment), ' ');
    append_utf8(text, glyph.code);
    bool is_last = index + 1 == fragments_.back().end;
    if (glyph.has_hyphen_after && !is_last) text += '-';
    previous_ = &glyph;
  }

  // Blanks between two glyphs of a cell: in listings as many as fit, elsewhere one or none.
  [[nodiscard]] std::size_t count_blanks(const Glyph& before, const Glyph& glyph,
                                         bool starts_fragment) const {
    float gap = std::max(glyph.box.left - before.box.right, before.box.left - glyph.box.right);
    float size = page_.styles[glyph.style].size;
    float width = before.box.right - before.box.left;
    if (line_.is_fixed_pitch && width > 0 && gap > width / 2)
      return static_cast<std::size_t>(
          std::clamp(static_cast<int>(std::lround(gap / width)), 1, blanks_max));
    if (is_spaceless_script(before.code) && is_spaceless_script(glyph.code))
      return gap > spaceless_word_gap * size ? 1 : 0;
    bool is_apart = glyph.has_space_before || gap > word_gap * size;
    // Glyphs drawn later than their neighbours bring no space of their own.
    bool is_touching = starts_fragment && gap < word_gap * size / 3;
    return is_apart && !is_touching ? 1 : 0;
  }

  const PageGlyphs& page_;
  std::vector<Fragment>& fragments_;
  Line line_;
  int right_to_left_ = 0;
  const Glyph* previous_ = nullptr;
};

}  // namespace

std::vector<Line> join_lines(const PageGlyphs& page, std::vector<Fragment> fragments) {
  std::ranges::stable_sort(fragments, {}, &Fragment::middle);
  std::vector<Line> lines;
  std::vector<Fragment> current;
  Box reach;
  for (const auto& fragment : fragments) {
    if (!current.empty() && !are_on_one_line(reach, fragment.box)) {
      lines.push_back(LineBuilder(page, current).build());
      current.clear();
    }
    // The tallest fragment decides what still stands on the line.
    bool is_taller = fragment.box.bottom - fragment.box.top > reach.bottom - reach.top;
    if (current.empty() || is_taller) reach = fragment.box;
    current.push_back(fragment);
  }
  if (!current.empty()) lines.push_back(LineBuilder(page, current).build());
  return lines;
}

}  // namespace aiva::documents
