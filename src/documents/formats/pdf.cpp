#include <algorithm>
#include <array>
#include <deque>
#include <string>
#include <utility>
#include <vector>

#include "documents/clean_text.h"
#include "documents/formats/format.h"
#include "documents/pdf/document_style.h"
#include "documents/pdf/figures.h"
#include "documents/pdf/figures_on_page.h"
#include "documents/pdf/layout.h"
#include "documents/pdf/outline.h"
#include "documents/pdf/page_blocks.h"
#include "documents/pdf/pdfium.h"
#include "documents/pdf/running_lines.h"
#include "foundation/text/utf8.h"

namespace aiva::documents {
namespace {

constexpr std::size_t outline_entries_max = 20000;
// A page is put out when so many later ones are known: running lines repeat on them.
constexpr std::size_t pages_ahead = 2;
constexpr std::size_t pages_behind = 4;
// From so many pages on the style is learned from a sample before the first page is put out.
constexpr int sampled_pages_min = 8;
constexpr int sample_parts = 5;
// With few pages one repetition makes a running line, with more it takes two.
constexpr int few_pages = 4;
// A damaged page tree can claim any number of pages; reading ends after so many bad ones in a row.
constexpr int bad_pages_max = 50;
constexpr std::size_t title_bytes_max = 300;

// The title of the document's information, unless it is what programs put there by themselves.
std::string usable_title(const std::string& raw) {
  auto title = clean_flowing_text(unwrap_lines(raw));
  std::string_view text = title;
  for (std::string_view prefix : {"Microsoft Word - ", "Microsoft PowerPoint - "})
    if (text.starts_with(prefix)) text.remove_prefix(prefix.size());
  auto lower = to_lower_ascii(text);
  for (std::string_view suffix : {".doc", ".docx", ".dvi", ".tex", ".indd", ".pdf", ".qxd", ".ppt",
                                  ".pptx", ".rtf", ".odt", ".txt"})
    if (lower.ends_with(suffix)) return {};
  if (text.size() < 3 || lower.starts_with("untitled")) return {};
  return std::string(utf8_prefix(text, title_bytes_max));
}

// Reads the pages of one PDF one after the other.
class PdfReading {
 public:
  PdfReading(const Pdfium& pdfium, const PdfDocument& document, BlockOutput& out)
      : document_(document),
        figures_(pdfium, document),
        out_(out),
        pages_(document.page_count()),
        blocks_(Outline(document.outline(outline_entries_max))) {}

  Result<DocumentSummary> read() {
    if (pages_ <= 0) return fail(ErrorCode::invalid, "The PDF has no pages");
    learn_style();
    int last = std::min(pages_, out_.limits().pages_max);
    for (int number = 1; number <= last && bad_in_a_row_ < bad_pages_max; ++number) {
      read_page(number);
      while (window_.size() > pages_ahead) TRY_VOID(put_out_first());
    }
    while (!window_.empty()) TRY_VOID(put_out_first());
    if (pages_read_ == 0) return fail(ErrorCode::invalid, "No page of the PDF can be read");
    return summarise();
  }

 private:
  struct Prepared {
    PageLayout layout;
    std::vector<EdgeLine> edges;
  };

  void learn_style() {
    if (pages_ < sampled_pages_min) return;
    for (int part = 1; part < sample_parts; ++part) {
      int number = 1 + static_cast<int>(static_cast<long>(pages_ - 1) * part / sample_parts);
      auto page = document_.read_page(number, glyphs_max());
      if (page) statistics_.add(lay_out_page(std::move(*page), number));
    }
  }

  [[nodiscard]] std::size_t glyphs_max() const { return out_.limits().page_text_bytes_max / 2; }

  void read_page(int number) {
    auto page = document_.read_page(number, glyphs_max());
    if (!page) {
      ++bad_in_a_row_;
      note(page.error().message);
      return;
    }
    bad_in_a_row_ = 0;
    if (page->needs_recognition) pages_without_text_.push_back(number);
    if (page->is_cut)
      note("Page " + std::to_string(number) + " holds too much text; the rest of it was left out");
    Prepared prepared{.layout = lay_out_page(std::move(*page), number), .edges = {}};
    prepared.edges = find_edge_lines(prepared.layout);
    statistics_.add(prepared.layout);
    window_.push_back(std::move(prepared));
  }

  Result<void> put_out_first() {
    auto& first = window_.front();
    std::vector<const std::vector<EdgeLine>*> neighbours;
    for (const auto& edges : behind_) neighbours.push_back(&edges);
    for (std::size_t i = 1; i < window_.size(); ++i) neighbours.push_back(&window_[i].edges);
    remove_running_lines(first.layout, first.edges,
                         {.neighbours = neighbours,
                          .repeats_min = pages_ <= few_pages ? 1 : 2,
                          .outline = &blocks_.outline()});
    for (auto& block : blocks_.make(first.layout, statistics_.style()))
      TRY_VOID(out_.add(std::move(block)));
    if (!may_have_figures_) may_have_figures_ = !find_figures(first.layout).empty();
    if (out_.wants(EmbeddedFile::Kind::image)) TRY_VOID(figures_.put_out(first.layout, out_));
    behind_.push_back(std::move(first.edges));
    if (behind_.size() > pages_behind) behind_.pop_front();
    window_.pop_front();
    return out_.end_page(++pages_read_, pages_);
  }

  void note(std::string reason) {
    if (reason_.empty()) reason_ = std::move(reason);
  }

  DocumentSummary summarise() {
    if (pages_ > out_.limits().pages_max)
      note("Only the first " + std::to_string(out_.limits().pages_max) + " pages were read");
    if (out_.blocks_added() == 0 && pages_without_text_.empty())
      note("The PDF holds no text, only images; it may be a scan");
    return {.title = usable_title(document_.title()),
            .pages = pages_,
            .pages_read = pages_read_,
            .partial_reason = reason_,
            .pages_without_text = std::move(pages_without_text_),
            .may_have_figures = may_have_figures_};
  }

  const PdfDocument& document_;
  FigureOutput figures_;
  BlockOutput& out_;
  int pages_;
  PageBlocks blocks_;
  StyleStatistics statistics_;
  std::deque<Prepared> window_;
  std::deque<std::vector<EdgeLine>> behind_;
  int pages_read_ = 0;
  int bad_in_a_row_ = 0;
  std::string reason_;
  std::vector<int> pages_without_text_;
  bool may_have_figures_ = false;
};

class PdfFormat final : public Format {
 public:
  explicit PdfFormat(const Pdfium* pdfium) : pdfium_(pdfium) {}

  [[nodiscard]] FileFormat format() const override { return FileFormat::pdf; }

  Result<DocumentSummary> read(std::string_view bytes, BlockOutput& out) const override {
    if (pdfium_ == nullptr)
      return fail(ErrorCode::unavailable, "PDF files cannot be read: the PDF library is missing");
    TRY(auto document, PdfDocument::open(*pdfium_, bytes));
    return PdfReading(*pdfium_, *document, out).read();
  }

 private:
  const Pdfium* pdfium_;
};

}  // namespace

std::unique_ptr<Format> make_pdf_format(const Pdfium* pdfium) {
  return std::make_unique<PdfFormat>(pdfium);
}

}  // namespace aiva::documents
