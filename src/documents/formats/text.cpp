#include <algorithm>
#include <string>
#include <vector>

#include "documents/charset.h"
#include "documents/clean_text.h"
#include "documents/formats/format.h"
#include "documents/formats/text_lines.h"

namespace aiva::documents {
namespace {

using Lines = std::vector<std::string_view>;

constexpr std::size_t heading_bytes_max = 100;
// Lines shorter than this share of the longest are ends, not wraps.
constexpr double wrapped_share = 0.6;

// "=====" or "-----" below a line makes that line a heading of level 1 or 2; else 0.
int underline_level(std::string_view line) {
  line = trim(line);
  if (line.size() < 3) return 0;
  if (line.find_first_not_of('=') == std::string_view::npos) return 1;
  if (line.find_first_not_of('-') == std::string_view::npos) return 2;
  return 0;
}

// Columns kept apart with blanks, as in tables and program listings.
bool is_laid_out(const Lines& lines) {
  auto has_gap = [](std::string_view line) {
    return trim(line).find("   ") != std::string_view::npos;
  };
  auto count = std::ranges::count_if(lines, has_gap);
  return count >= 2 && static_cast<std::size_t>(count) * 2 >= lines.size();
}

// Joins the lines of a paragraph; a line end stays where the line was not wrapped.
std::string join_lines(const Lines& lines) {
  std::size_t longest = 0;
  for (auto line : lines) longest = std::max(longest, trim(line).size());
  std::string text;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    auto line = trim(lines[i]);
    text += line;
    bool is_wrapped = longest >= 40 && static_cast<double>(line.size()) >=
                                           wrapped_share * static_cast<double>(longest);
    if (i + 1 < lines.size()) text += is_wrapped ? ' ' : '\n';
  }
  return text;
}

// Turns the lines of one page into blocks.
class PageReader {
 public:
  PageReader(BlockOutput& out, int page) : out_(out), page_(page) {}

  Result<void> read(std::string_view text) {
    Lines paragraph;
    for (LineReader lines(text); lines.has_more();) {
      auto line = lines.next();
      if (!is_blank(line)) {
        paragraph.push_back(line);
        continue;
      }
      TRY_VOID(add_paragraph(paragraph));
      paragraph.clear();
    }
    return add_paragraph(paragraph);
  }

 private:
  Result<void> add(BlockKind kind, int level, std::string text) {
    return out_.add(Block{.kind = kind, .level = level, .page = page_, .text = std::move(text)});
  }

  Result<void> add_paragraph(Lines lines) {
    if (lines.empty()) return {};
    int underlined = lines.size() >= 2 ? underline_level(lines[1]) : 0;
    if (underlined != 0 && trim(lines[0]).size() <= heading_bytes_max) {
      TRY_VOID(add(BlockKind::heading, underlined, std::string(lines[0])));
      return add_paragraph(Lines(lines.begin() + 2, lines.end()));
    }
    if (lines.size() == 1 && underline_level(lines[0]) != 0) return {};
    if (lines.size() == 1)
      if (int level = plain_heading_level(lines[0]); level != 0)
        return add(BlockKind::heading, level, std::string(lines[0]));
    if (is_laid_out(lines)) return add_laid_out(lines);
    return add_flowing(lines);
  }

  Result<void> add_laid_out(const Lines& lines) {
    std::string text;
    for (auto line : lines) text.append(line).append("\n");
    return add(BlockKind::code, 0, std::move(text));
  }

  // A paragraph, or where lines begin with list marks, one block per item.
  Result<void> add_flowing(const Lines& lines) {
    Lines current;
    bool is_item = false;
    for (auto line : lines) {
      bool starts_item = list_marker(trim(line)).has_value();
      if (starts_item && !current.empty()) {
        TRY_VOID(add_item_or_paragraph(current, is_item));
        current.clear();
      }
      if (current.empty()) is_item = starts_item;
      current.push_back(line);
    }
    return add_item_or_paragraph(current, is_item);
  }

  Result<void> add_item_or_paragraph(const Lines& lines, bool is_item) {
    auto text = join_lines(lines);
    if (!is_item) return add(BlockKind::paragraph, 0, std::move(text));
    auto marker = list_marker(text);
    auto content = marker && marker->is_bullet ? text.substr(marker->bytes) : text;
    return add(BlockKind::list_item, 1, std::move(content));
  }

  BlockOutput& out_;
  int page_;
};

class TextFormat final : public Format {
 public:
  [[nodiscard]] FileFormat format() const override { return FileFormat::text; }

  Result<DocumentSummary> read(std::string_view bytes, BlockOutput& out) const override {
    TRY(auto text, decode_text(bytes));
    std::string_view rest = text;
    int page = 0;
    int pages = static_cast<int>(
        std::min<std::ptrdiff_t>(1 + std::ranges::count(trim(text), '\f'), out.limits().pages_max));
    // A form feed parts pages (ASCII FF); text without one is a single page.
    while (page < pages) {
      auto end = page + 1 == pages ? rest.size() : std::min(rest.find('\f'), rest.size());
      ++page;
      TRY_VOID(PageReader(out, page).read(rest.substr(0, end)));
      TRY_VOID(out.end_page(page, pages));
      rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    return DocumentSummary{.pages = pages, .pages_read = pages};
  }
};

}  // namespace

std::unique_ptr<Format> make_text_format() { return std::make_unique<TextFormat>(); }

}  // namespace aiva::documents
