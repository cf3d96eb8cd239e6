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
constexpr float raised_size_max = 0.82F;  // of the line's: a raised sign is smaller
constexpr float raised_min = 0.18F;       // of the line's size, above its lower edge
constexpr int noted_letters_min = 3;      // "word1" has a note, "m2" is squared
constexpr std::size_t grid_glyphs_min = 8;
constexpr float grid_unit_min = 0.35F;  // of the size
constexpr float grid_unit_max = 0.9F;
constexpr float grid_tolerance = 0.12F;  // of the unit
constexpr float grid_share_min = 0.9F;

bool is_letter(char32_t c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
         (c >= 0xC0 && !is_right_to_left(c) && !is_spaceless_script(c) &&
          !(c >= 0x2000 && c <= 0x2BFF));
}

bool is_digit(char32_t c) { return c >= '0' && c <= '9'; }

// The digit that a raised one stands for; other characters as they are.
char32_t lowered(char32_t c) {
  if (c == 0xB9) return '1';
  if (c == 0xB2 || c == 0xB3) return c - 0xB0 + '0';
  return c == 0x2070 || (c >= 0x2074 && c <= 0x2079) ? c - 0x2070 + '0' : c;
}

// Signs that stand for a note where they are raised.
bool is_note_sign(char32_t c) {
  return is_digit(lowered(c)) || c == '*' || c == 0x2020 || c == 0x2021 || c == 0xA7 || c == 0xB6;
}

// Letters that are narrow in every font whose letters differ.
bool is_narrow_letter(char32_t c) {
  return c < 0x80 && std::string_view("iljtfI").contains(static_cast<char>(c));
}

float centre_of(const Glyph& glyph) { return (glyph.box.left + glyph.box.right) / 2; }

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
    line_.is_right_to_left = right_to_left_ * 2 > line_.glyph_count;
    if (line_.is_right_to_left) std::ranges::reverse(fragments_);
    if (!line_.is_fixed_pitch && !line_.is_right_to_left) find_grid();
    for (const auto& fragment : fragments_) add(fragment);
    close_note_mark();
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
    find_lower_edge();
    auto enough = nearly_all * static_cast<float>(line_.glyph_count);
    line_.is_bold = static_cast<float>(bold) >= enough;
    line_.is_fixed_pitch = static_cast<float>(fixed) >= enough;
  }

  // The lower edge of the letters of usual size.
  void find_lower_edge() {
    for (const auto& fragment : fragments_) {
      for (auto i = fragment.begin; i < fragment.end; ++i) {
        if (page_.styles[page_.glyphs[i].style].size != line_.size) continue;
        lower_edge_ = page_.glyphs[i].box.bottom;
        return;
      }
    }
  }

  // Listings set in a font whose letters differ in width, but each in the middle of a column: finds
  // the columns' width.
  void find_grid() {
    std::vector<float> steps;
    int narrow = 0;
    int letters = 0;
    const Glyph* before = nullptr;
    for (const auto& fragment : fragments_) {
      for (auto i = fragment.begin; i < fragment.end; ++i) {
        const auto& glyph = page_.glyphs[i];
        if (is_spaceless_script(glyph.code)) return;
        narrow += is_narrow_letter(glyph.code) ? 1 : 0;
        letters += is_letter(glyph.code) ? 1 : 0;
        if (before != nullptr) steps.push_back(centre_of(glyph) - centre_of(*before));
        before = &glyph;
      }
    }
    if (steps.size() + 1 < grid_glyphs_min || narrow == 0 || letters - narrow < 3) return;
    float unit = *std::ranges::min_element(steps);
    if (unit < grid_unit_min * line_.size || unit > grid_unit_max * line_.size) return;
    float sum = 0;
    float columns = 0;
    std::size_t fitting = 0;
    for (float step : steps) {
      float count = std::round(step / unit);
      if (std::abs(step - count * unit) > grid_tolerance * unit * std::max(count / 4, 1.0F))
        continue;
      sum += step;
      columns += count;
      ++fitting;
    }
    if (static_cast<float>(fitting) < grid_share_min * static_cast<float>(steps.size())) return;
    grid_unit_ = sum / columns;
    line_.is_fixed_pitch = true;
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
    if (is_raised(glyph) && is_note_sign(glyph.code)) {
      if (!is_in_note_mark_ && can_have_note(glyph, starts_cell)) {
        is_in_note_mark_ = true;
        text += '[';
      }
    } else {
      close_note_mark();
    }
    if (!starts_cell && previous_ != nullptr && !is_in_note_mark_) {
      auto blanks = count_blanks(*previous_, glyph, starts_fragment);
      if (blanks == 0 && is_after_note_)
        blanks = is_letter(glyph.code) || is_digit(glyph.code) ? 1 : 0;
      text.append(blanks, ' ');
      if (blanks > 0) letters_in_word_ = 0;
    }
    is_after_note_ = false;
    append_utf8(text, is_in_note_mark_ ? lowered(glyph.code) : glyph.code);
    letters_in_word_ = is_letter(glyph.code) ? letters_in_word_ + 1 : 0;
    bool is_last = index + 1 == fragments_.back().end;
    if (glyph.has_hyphen_after && !is_last) text += '-';
    previous_ = &glyph;
  }

  [[nodiscard]] bool is_raised(const Glyph& glyph) const {
    if (glyph.is_raised || lowered(glyph.code) != glyph.code) return true;
    return page_.styles[glyph.style].size <= raised_size_max * line_.size &&
           glyph.box.bottom < lower_edge_ - raised_min * line_.size;
  }

  // A raised number is a note's after a word or a sentence, and at the line's start; elsewhere it
  // may be a power.
  [[nodiscard]] bool can_have_note(const Glyph& glyph, bool starts_cell) {
    if (previous_ == nullptr) {
      line_.begins_with_note_mark = true;
      return true;
    }
    // Whether blanks stand between does not tell: raised glyphs seem to begin a line.
    bool is_apart = glyph.box.left - previous_->box.right > word_gap * line_.size / 2;
    if (starts_cell || is_apart) return false;
    char32_t c = previous_->code;
    bool ends_words = c == '.' || c == ',' || c == ';' || c == ':' || c == '!' || c == '?' ||
                      c == '"' || c == 0x201D || c == 0xBB || is_spaceless_script(c);
    return ends_words || letters_in_word_ >= noted_letters_min;
  }

  void close_note_mark() {
    if (!is_in_note_mark_) return;
    line_.cells.back().text += ']';
    is_in_note_mark_ = false;
    is_after_note_ = true;
  }

  // Blanks between two glyphs of a cell: in listings as many as fit, elsewhere one or none.
  [[nodiscard]] std::size_t count_blanks(const Glyph& before, const Glyph& glyph,
                                         bool starts_fragment) const {
    float gap = std::max(glyph.box.left - before.box.right, before.box.left - glyph.box.right);
    float size = page_.styles[glyph.style].size;
    if (grid_unit_ > 0) {
      auto columns =
          static_cast<int>(std::lround((centre_of(glyph) - centre_of(before)) / grid_unit_));
      return static_cast<std::size_t>(std::clamp(columns - 1, 0, blanks_max));
    }
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
  float lower_edge_ = 0;
  float grid_unit_ = 0;  // width of a column of a listing; 0 where letters stand freely
  int letters_in_word_ = 0;
  bool is_in_note_mark_ = false;
  bool is_after_note_ = false;
};

// A table stands alone on its line.
Line line_of_table(const Fragment& fragment) {
  return {.box = fragment.box, .size = fragment.size, .table = fragment.table};
}

}  // namespace

bool is_right_to_left(char32_t c) {
  return (c >= 0x0590 && c <= 0x08FF) || (c >= 0xFB1D && c <= 0xFDFF) ||
         (c >= 0xFE70 && c <= 0xFEFE);
}

std::vector<Line> join_lines(const PageGlyphs& page, std::vector<Fragment> fragments) {
  std::ranges::stable_sort(fragments, {}, &Fragment::middle);
  std::vector<Line> lines;
  std::vector<Fragment> current;
  Box reach;
  for (const auto& fragment : fragments) {
    if (!current.empty() && (fragment.table || !are_on_one_line(reach, fragment.box))) {
      lines.push_back(LineBuilder(page, current).build());
      current.clear();
    }
    if (fragment.table) {
      lines.push_back(line_of_table(fragment));
      continue;
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
