#include "documents/pdf/footnotes.h"

#include <algorithm>
#include <iterator>

namespace aiva::documents {
namespace {

constexpr float small_share = 0.93F;     // of the body's size
constexpr float rule_distance_max = 14;  // points from a stroke to the first note below it
constexpr float rule_share_max = 0.7F;   // of the page's width; longer ones part other things

bool is_small_text(const Paragraph& paragraph, const DocumentStyle& style) {
  bool is_flowing =
      paragraph.kind == Paragraph::Kind::text || paragraph.kind == Paragraph::Kind::list_item;
  return is_flowing && paragraph.lines.front().size <= small_share * style.body_size;
}

bool is_below_stroke(const Paragraph& paragraph, const PageLayout& page) {
  const auto& box = paragraph.lines.front().box;
  return std::ranges::any_of(page.rules, [&](const Box& rule) {
    float length = rule.right - rule.left;
    bool is_short_stroke =
        length > rule.bottom - rule.top && length >= 20 && length <= rule_share_max * page.width;
    float distance = box.top - rule.bottom;
    return is_short_stroke && distance >= -2 && distance <= rule_distance_max &&
           rule.left < box.right && box.left < rule.right;
  });
}

}  // namespace

std::vector<Paragraph> take_footnotes(std::vector<Paragraph>& paragraphs, const PageLayout& page,
                                      const DocumentStyle& style) {
  auto first_small = paragraphs.end();
  while (first_small != paragraphs.begin() && is_small_text(*std::prev(first_small), style))
    --first_small;
  auto first = std::find_if(first_small, paragraphs.end(), [&](const Paragraph& paragraph) {
    return paragraph.lines.front().begins_with_note_mark || is_below_stroke(paragraph, page);
  });
  std::vector<Paragraph> notes(std::make_move_iterator(first),
                               std::make_move_iterator(paragraphs.end()));
  paragraphs.erase(first, paragraphs.end());
  for (auto& note : notes) note.kind = Paragraph::Kind::footnote;
  return notes;
}

}  // namespace aiva::documents
