#include "documents/pdf/paragraphs.h"

#include <algorithm>
#include <cmath>
#include <span>
#include <string_view>
#include <utility>

#include "documents/formats/text_lines.h"
#include "documents/pdf/tables.h"

namespace aiva::documents {
namespace {

constexpr float size_change = 0.08F;      // of the size: another kind of text
constexpr float pitch_tolerance = 1.25F;  // of the usual pitch: still the same paragraph
constexpr float code_pitch_tolerance = 2.6F;
constexpr float indent = 0.8F;        // of the size: a first line set in
constexpr float full_share = 0.9F;    // of the region's width: a line that was wrapped
constexpr float short_share = 0.75F;  // a line that ended before it had to
constexpr int few_glyphs = 3;

// Whether a sentence, or what is like one, ends with the text.
bool ends_sentence(std::string_view text) {
  while (text.ends_with('"') || text.ends_with('\'') || text.ends_with(')') ||
         text.ends_with("\xE2\x80\x9D"))
    text.remove_suffix(text.ends_with("\xE2\x80\x9D") ? 3 : 1);
  for (std::string_view end : {".", "!", "?", ":", ";", "。", "！", "？", "；"})
    if (text.ends_with(end)) return true;
  return false;
}

bool is_centred_with(const Line& a, const Line& b) {
  float middle_a = (a.box.left + a.box.right) / 2;
  float middle_b = (b.box.left + b.box.right) / 2;
  return std::abs(middle_a - middle_b) < a.size / 3 && std::abs(a.box.left - b.box.left) > a.size;
}

class ParagraphFinder {
 public:
  ParagraphFinder(const PageLayout& page, const Region& region, const DocumentStyle& style)
      : page_(page), region_(region), style_(style), lines_(region.lines) {}

  std::vector<Paragraph> find() {
    for (std::size_t i = 0; i < lines_.size();) {
      if (lines_[i].table) {
        end_paragraph();
        add_ruled_table(lines_[i++]);
        continue;
      }
      if (auto table = read_table(lines_.subspan(i)); table.lines > 0) {
        end_paragraph();
        add_table(i, std::move(table));
        i += paragraphs_.back().lines.size();
        continue;
      }
      add_line(lines_[i]);
      ++i;
    }
    end_paragraph();
    return std::move(paragraphs_);
  }

 private:
  void add_table(std::size_t first, TableText table) {
    auto lines = lines_.subspan(first, table.lines);
    Paragraph paragraph{.kind = Paragraph::Kind::table, .left = lines.front().box.left};
    paragraph.lines.assign(lines.begin(), lines.end());
    paragraph.table_text = std::move(table.text);
    paragraph.header_rows = table.header_rows;
    paragraphs_.push_back(std::move(paragraph));
  }

  void add_ruled_table(const Line& line) {
    const auto& table = page_.tables[*line.table];
    paragraphs_.push_back({.kind = Paragraph::Kind::table,
                           .lines = {line},
                           .table_text = table.text,
                           .header_rows = table.header_rows,
                           .left = line.box.left});
  }

  void add_line(const Line& line) {
    bool is_code = line.is_fixed_pitch && !style_.is_fixed_pitch && !ends_wrapped_text(line);
    bool has_marker = !is_code && list_marker(line.text()).has_value();
    if (!current_.lines.empty() && starts_new(line, is_code, has_marker)) end_paragraph();
    if (current_.lines.empty()) {
      current_.left = line.box.left;
      current_.kind = is_code      ? Paragraph::Kind::code
                      : has_marker ? Paragraph::Kind::list_item
                                   : Paragraph::Kind::text;
    }
    current_.lines.push_back(line);
  }

  // Whether the line is the rest of a wrapped one that just happens to be set like a listing.
  [[nodiscard]] bool ends_wrapped_text(const Line& line) const {
    if (current_.lines.empty() || current_.kind == Paragraph::Kind::code) return false;
    const auto& before = current_.lines.back();
    float pitch = line.box.bottom - before.box.bottom;
    return !before.is_fixed_pitch && before.box.right >= at_share(full_share) &&
           !ends_sentence(before.text()) && pitch > 0 &&
           pitch <= pitch_tolerance * style_.line_pitch * line.size + 0.5F &&
           std::abs(line.box.left - before.box.left) < line.size / 2;
  }

  void end_paragraph() {
    if (current_.lines.empty()) return;
    const auto& last = current_.lines.back();
    current_.is_open = last.is_hyphenated ||
                       (last.box.right >= at_share(full_share) && !ends_sentence(last.text()));
    paragraphs_.push_back(std::exchange(current_, {}));
  }

  [[nodiscard]] float at_share(float share) const {
    return region_.left + (region_.right - region_.left) * share;
  }

  [[nodiscard]] bool starts_new(const Line& line, bool is_code, bool has_marker) const {
    const auto& before = current_.lines.back();
    float pitch = line.box.bottom - before.box.bottom;
    if (pitch < 0) return true;
    if (is_code || current_.kind == Paragraph::Kind::code)
      return is_code != (current_.kind == Paragraph::Kind::code) ||
             pitch > code_pitch_tolerance * style_.line_pitch * line.size;
    if (before.has_leader || line.begins_with_note_mark) return true;
    if (before.is_hyphenated) return false;
    if (looks_different(before, line)) return true;
    if (pitch > pitch_tolerance * style_.line_pitch * line.size + 0.5F) return true;
    if (has_marker && is_next_item(before, line)) return true;
    if (before.box.right < at_share(short_share) && ends_sentence(before.text())) return true;
    return current_.kind == Paragraph::Kind::list_item ? leaves_item(line)
                                                       : is_set_in(before, line);
  }

  [[nodiscard]] static bool looks_different(const Line& before, const Line& line) {
    if (std::min(before.glyph_count, line.glyph_count) <= few_glyphs) return false;
    float change = std::abs(before.size - line.size);
    return change > size_change * std::max(before.size, line.size) ||
           before.is_bold != line.is_bold;
  }

  // Whether a line with a mark begins an item, and not just with a number in the running text.
  [[nodiscard]] bool is_next_item(const Line& before, const Line& line) const {
    if (list_marker(line.text())->is_bullet) return true;
    if (current_.kind == Paragraph::Kind::list_item) {
      // Wrapped lines of an item stand to the right of its mark, or the line before was not full.
      return line.box.left <= current_.left + line.size / 2;
    }
    return line.box.left > region_.left + indent * line.size ||
           before.box.right < at_share(short_share);
  }

  // A line to the left of the item's mark, or a new first line below an item without hanging lines.
  [[nodiscard]] bool leaves_item(const Line& line) const {
    if (line.box.left < current_.left - line.size / 2) return true;
    bool is_hanging =
        current_.lines.size() >= 2 && current_.lines[1].box.left > current_.left + line.size / 2;
    return is_hanging && line.box.left <= current_.left + line.size / 4;
  }

  [[nodiscard]] bool is_set_in(const Line& before, const Line& line) const {
    if (is_centred_with(before, line)) return false;
    float step = indent * line.size;
    if (line.box.left > before.box.left + step) return true;
    bool has_body = current_.lines.size() >= 2;
    return has_body && line.box.left < before.box.left - step;
  }

  const PageLayout& page_;
  const Region& region_;
  const DocumentStyle& style_;
  std::span<const Line> lines_;
  Paragraph current_;
  std::vector<Paragraph> paragraphs_;
};

// Swaps left and right, so that what is true of lines that begin at the left is true of these.
void mirror(Line& line, float sum) {
  line.box = {sum - line.box.right, line.box.top, sum - line.box.left, line.box.bottom};
  for (auto& cell : line.cells) cell = {std::move(cell.text), sum - cell.right, sum - cell.left};
}

bool is_right_to_left(const Region& region) {
  auto count = std::ranges::count_if(region.lines, &Line::is_right_to_left);
  return static_cast<std::size_t>(count) * 2 > region.lines.size();
}

}  // namespace

std::vector<Paragraph> find_paragraphs(const PageLayout& page, const Region& region,
                                       const DocumentStyle& style) {
  if (!is_right_to_left(region)) return ParagraphFinder(page, region, style).find();
  float sum = region.left + region.right;
  auto mirrored = region;
  for (auto& line : mirrored.lines) mirror(line, sum);
  auto paragraphs = ParagraphFinder(page, mirrored, style).find();
  for (auto& paragraph : paragraphs)
    for (auto& line : paragraph.lines) mirror(line, sum);
  return paragraphs;
}

}  // namespace aiva::documents
