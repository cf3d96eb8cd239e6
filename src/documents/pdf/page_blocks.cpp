#include "documents/pdf/page_blocks.h"

#include <algorithm>
#include <cmath>
#include <span>
#include <utility>

#include "documents/clean_text.h"
#include "documents/formats/text_lines.h"
#include "documents/pdf/block_links.h"
#include "documents/pdf/figures_on_page.h"
#include "documents/pdf/footnotes.h"
#include "documents/pdf/joined_text.h"

namespace aiva::documents {
namespace {

constexpr int level_max = 6;
constexpr std::size_t heading_bytes_max = 200;
constexpr std::size_t heading_lines_max = 3;
constexpr std::size_t bold_heading_bytes_max = 120;
constexpr float heading_size = 1.12F;  // times the body's
constexpr int blanks_max = 80;
constexpr int empty_lines_max = 1;

// A listing with its indentation and empty lines.
std::string join_code(const std::vector<Line>& lines, const DocumentStyle& style) {
  float left = lines.front().box.left;
  for (const auto& line : lines) left = std::min(left, line.box.left);
  std::string text;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const auto& line = lines[i];
    auto content = line.text();
    if (i > 0) {
      float pitch = line.box.bottom - lines[i - 1].box.bottom;
      int empty = pitch > 1.7F * style.line_pitch * line.size ? empty_lines_max : 0;
      text.append(1 + static_cast<std::size_t>(empty), '\n');
    }
    auto characters = std::max<std::size_t>(content.size(), 1);
    float width = (line.box.right - line.box.left) / static_cast<float>(characters);
    int blanks = width > 0 ? static_cast<int>(std::lround((line.box.left - left) / width)) : 0;
    text.append(static_cast<std::size_t>(std::clamp(blanks, 0, blanks_max)), ' ');
    text += content;
  }
  return text;
}

// Where the paragraph stands; of one that goes on in another column, its first part.
Box bounds_of(const Paragraph& paragraph) {
  Box box = paragraph.lines.front().box;
  auto count = paragraph.first_part == 0 ? paragraph.lines.size() : paragraph.first_part;
  for (const auto& line : std::span(paragraph.lines).first(count)) {
    box.left = std::min(box.left, line.box.left);
    box.top = std::min(box.top, line.box.top);
    box.right = std::max(box.right, line.box.right);
    box.bottom = std::max(box.bottom, line.box.bottom);
  }
  return box;
}

bool has_letter(std::string_view text) {
  return std::ranges::any_of(text, [](char c) {
    auto byte = static_cast<unsigned char>(c);
    return byte >= 0x80 || ((byte | 0x20) >= 'a' && (byte | 0x20) <= 'z');
  });
}

// The level that a heading's size beside the body's suggests.
int level_by_size(float ratio) {
  if (ratio >= 1.9F) return 1;
  if (ratio >= 1.5F) return 2;
  if (ratio >= 1.25F) return 3;
  return 4;
}

// Whether the first paragraph of a region goes on with the last of the region before.
bool goes_on(const Paragraph& before, const Paragraph& after) {
  bool are_flowing =
      (before.kind == Paragraph::Kind::text || before.kind == Paragraph::Kind::list_item) &&
      after.kind == Paragraph::Kind::text;
  return are_flowing && before.is_open && begins_with_lower_letter(after.lines.front().text()) &&
         std::abs(before.lines.back().size - after.lines.front().size) < 0.5F;
}

// The text without the number it ends with, or an empty one where it ends with none.
std::string_view without_last_number(std::string_view text) {
  auto last = text.substr(text.rfind(' ') + 1);
  bool is_number = last.find_first_not_of("0123456789") == std::string_view::npos ||
                   last.find_first_not_of("ivxlc") == std::string_view::npos;
  return is_number && last.size() < text.size() ? trim(text.substr(0, text.size() - last.size()))
                                                : std::string_view();
}

}  // namespace

std::vector<Block> PageBlocks::make(const PageLayout& page, const DocumentStyle& style) {
  std::vector<Paragraph> paragraphs;
  std::vector<Paragraph> footnotes;
  for (const auto& region : page.regions) {
    auto found = find_paragraphs(page, region, style);
    auto notes = take_footnotes(found, page, style);
    std::ranges::move(notes, std::back_inserter(footnotes));
    for (auto& paragraph : found) {
      if (!paragraphs.empty() && goes_on(paragraphs.back(), paragraph)) {
        auto& open = paragraphs.back();
        if (open.first_part == 0) open.first_part = open.lines.size();
        std::ranges::move(paragraph.lines, std::back_inserter(open.lines));
        open.is_open = paragraph.is_open;
      } else {
        paragraphs.push_back(std::move(paragraph));
      }
    }
  }
  std::ranges::move(footnotes, std::back_inserter(paragraphs));
  list_lefts_.clear();
  std::vector<Block> blocks;
  blocks.reserve(paragraphs.size() + 1);
  for (const auto& paragraph : paragraphs) {
    auto block = make_block(paragraph, page, style);
    block.links = find_block_links(paragraph.lines, page.links, block.text);
    blocks.push_back(std::move(block));
  }
  name_figures(blocks, page);
  if (!page.side_text.empty()) blocks.push_back({.page = page.number, .text = page.side_text});
  return blocks;
}

Block PageBlocks::make_block(const Paragraph& paragraph, const PageLayout& page,
                             const DocumentStyle& style) {
  Block block{.page = page.number, .box = to_shown(page, bounds_of(paragraph))};
  switch (paragraph.kind) {
    case Paragraph::Kind::code:
      block.kind = BlockKind::code;
      block.text = join_code(paragraph.lines, style);
      return block;
    case Paragraph::Kind::table:
      block.kind = BlockKind::table;
      block.text = paragraph.table_text;
      block.header_rows = paragraph.header_rows;
      return block;
    case Paragraph::Kind::footnote:
      block.kind = BlockKind::footnote;
      block.text = join_flowing(paragraph.lines);
      return block;
    case Paragraph::Kind::text:
    case Paragraph::Kind::list_item: break;
  }
  block.text = flowing_text(paragraph);
  if (int level = heading_level(paragraph, block.text, page.number, style); level > 0) {
    block.kind = BlockKind::heading;
    block.level = level;
    list_lefts_.clear();
  } else if (paragraph.kind == Paragraph::Kind::list_item) {
    block.kind = BlockKind::list_item;
    block.level = list_level(paragraph);
    if (auto marker = list_marker(block.text); marker && marker->is_bullet)
      block.text.erase(0, marker->bytes);
  }
  return block;
}

// The number of a page behind an entry of the table of contents says nothing here.
std::string PageBlocks::flowing_text(const Paragraph& paragraph) const {
  auto text = join_flowing(paragraph.lines);
  const auto& last = paragraph.lines.back();
  if (!last.has_leader && last.cells.size() < 2) return text;
  auto title = without_last_number(text);
  if (!title.empty() && outline_.knows(title) && !outline_.knows(text)) return std::string(title);
  return text;
}

int PageBlocks::heading_level(const Paragraph& paragraph, const std::string& text, int page,
                              const DocumentStyle& style) {
  const auto& first = paragraph.lines.front();
  bool is_short = paragraph.lines.size() <= heading_lines_max && text.size() <= heading_bytes_max;
  if (!is_short || first.has_leader || !has_letter(text)) return 0;
  float ratio = first.size / style.body_size;
  if (auto level = outline_.level_of(text, page); level && ratio > 0.95F) {
    outline_level_ = *level;
    return *level;
  }
  bool is_large = ratio >= heading_size;
  bool is_bold_line = first.is_bold && !style.is_bold && ratio > 0.95F &&
                      paragraph.lines.size() <= 2 && text.size() <= bold_heading_bytes_max &&
                      std::string_view(".,;:").find(text.back()) == std::string_view::npos;
  if (outline_.is_complete() && outline_level_ > 0)
    return is_large ? std::min(outline_level_ + 1, level_max) : 0;
  if (!is_large && !is_bold_line) return 0;
  if (int depth = section_number_depth(text); depth > 0) return depth;
  return is_large ? level_by_size(ratio) : level_max - 1;
}

// Marks further to the right belong to lists inside lists.
int PageBlocks::list_level(const Paragraph& paragraph) {
  float tolerance = paragraph.lines.front().size / 2;
  while (!list_lefts_.empty() && list_lefts_.back() > paragraph.left + tolerance)
    list_lefts_.pop_back();
  if (list_lefts_.empty() || list_lefts_.back() < paragraph.left - tolerance)
    list_lefts_.push_back(paragraph.left);
  return std::min(static_cast<int>(list_lefts_.size()), level_max);
}

}  // namespace aiva::documents
