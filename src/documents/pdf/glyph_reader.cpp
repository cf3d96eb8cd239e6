#include "documents/pdf/glyph_reader.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "documents/pdf/page_frame.h"
#include "documents/pdf/page_links.h"
#include "documents/pdf/page_objects.h"
#include "foundation/text/utf8.h"

namespace aiva::documents {
namespace {

constexpr int bold_weight = 600;
constexpr float page_side_max = 40000;  // points, as far as a block's box may reach
constexpr float size_min = 0.5F;
constexpr float size_max = 2000;
// A page with fewer glyphs but a picture over so much of it, or so many shapes, is like a scan.
constexpr std::size_t few_glyphs = 20;
constexpr float scan_share = 0.5F;
constexpr int outlined_paths_min = 200;
constexpr float raised_min = 0.2F;  // of the size, from the base line to the lower end of a digit
// From this share on glyphs without meaning make the text of a page worthless.
constexpr float unmapped_share = 0.3F;

// Page and text page of PDFium, closed in the right order.
class TextPage {
 public:
  TextPage(const PdfiumFunctions& pdfium, void* document, int index)
      : pdfium_(pdfium), page_(pdfium.FPDF_LoadPage(document, index)) {
    if (page_ != nullptr && has_usable_size()) text_ = pdfium_.FPDFText_LoadPage(page_);
  }
  ~TextPage() {
    if (text_ != nullptr) pdfium_.FPDFText_ClosePage(text_);
    if (page_ != nullptr) pdfium_.FPDF_ClosePage(page_);
  }
  TextPage(const TextPage&) = delete;
  TextPage& operator=(const TextPage&) = delete;

  [[nodiscard]] void* page() const { return page_; }
  [[nodiscard]] void* text() const { return text_; }

 private:
  // PDFium needs memory for every point of a page's sides.
  [[nodiscard]] bool has_usable_size() const {
    PdfiumFunctions::RectF box{};
    return pdfium_.FPDF_GetPageBoundingBox(page_, &box) == 0 ||
           (std::abs(box.right - box.left) <= page_side_max &&
            std::abs(box.top - box.bottom) <= page_side_max);
  }

  const PdfiumFunctions& pdfium_;
  void* page_;
  void* text_ = nullptr;
};

// The style of a glyph and by how many quarter turns its text runs upwards (-1: none of the four).
struct Look {
  GlyphStyle style;
  int quarter_turns = 0;
};

bool contains_any(std::string_view name, std::span<const std::string_view> parts) {
  return std::ranges::any_of(parts, [&](auto part) { return name.contains(part); });
}

// Many programs forget the flags, so that the fonts' names are asked too.
constexpr std::array<std::string_view, 7> fixed_pitch_names = {
    "Mono", "mono", "Courier", "Consol", "Menlo", "CMTT", "Typewriter"};
constexpr std::array<std::string_view, 5> bold_names = {"Bold", "bold", "Black", "Heavy", "Demi"};

Look read_look(const PdfiumFunctions& pdfium, void* text, int index) {
  PdfiumFunctions::Matrix m{1, 0, 0, 1, 0, 0};
  pdfium.FPDFText_GetMatrix(text, index, &m);
  auto size = static_cast<float>(pdfium.FPDFText_GetFontSize(text, index)) * std::hypot(m.c, m.d);
  int flags = 0;
  std::array<char, 64> name{};
  pdfium.FPDFText_GetFontInfo(text, index, name.data(), name.size(), &flags);
  name.back() = '\0';
  Look look;
  look.style.size = std::isfinite(size) ? std::clamp(size, size_min, size_max) : size_min;
  look.style.is_fixed_pitch = (flags & PdfiumFunctions::font_is_fixed_pitch) != 0 ||
                              contains_any(name.data(), fixed_pitch_names);
  look.style.is_bold = (flags & PdfiumFunctions::font_is_force_bold) != 0 ||
                       pdfium.FPDFText_GetFontWeight(text, index) >= bold_weight ||
                       contains_any(name.data(), bold_names);
  auto turns = std::atan2(m.b, m.a) / (std::numbers::pi_v<float> / 2);
  auto nearest = std::round(turns);
  look.quarter_turns =
      std::abs(turns - nearest) > 0.05F ? -1 : ((static_cast<int>(nearest) % 4) + 4) % 4;
  return look;
}

bool is_usable(const PdfiumFunctions::RectF& r) { return is_near(r) && r.top > r.bottom; }

// Whether the code point says nothing: a replacement or one that each font uses as it likes.
bool is_meaningless(char32_t c) {
  return c == 0xFFFD || (c >= 0xE000 && c <= 0xF8FF) || c >= 0xF0000;
}

bool is_space(unsigned c) { return c <= ' ' || c == 0xA0 || c == 0x3000; }

// Collects glyphs in PDF space; the frame is known only when all are seen.
class Collector {
 public:
  Collector(const PdfiumFunctions& pdfium, void* text) : pdfium_(pdfium), text_(text) {}

  void collect(std::size_t glyphs_max) {
    int count = pdfium_.FPDFText_CountChars(text_);
    for (int i = 0; i < count; ++i) {
      if (seen_.size() >= glyphs_max) {
        is_cut_ = true;
        return;
      }
      add(i, count);
    }
  }

  // Whether so many glyphs have no meaning that the others can hardly be text.
  [[nodiscard]] bool is_garbage() const {
    auto all = static_cast<float>(seen_.size() + controls_);
    return static_cast<float>(unmapped_ + controls_) > unmapped_share * all;
  }
  [[nodiscard]] bool has_few_glyphs() const { return seen_.size() < few_glyphs; }
  void drop_glyphs() { seen_.clear(); }

  // The turn most of the text runs in.
  [[nodiscard]] int main_turn() const {
    int counts[4] = {};
    for (const auto& glyph : seen_)
      if (glyph.quarter_turns >= 0) ++counts[glyph.quarter_turns];
    return static_cast<int>(std::max_element(counts, counts + 4) - counts);
  }

  // The glyphs that run in direction `turn`, placed in `frame`. What runs otherwise would fall into
  // lines it does not belong to and so is kept apart.
  PageGlyphs finish(const PageFrame& frame, int turn) {
    PageGlyphs page{.width = frame.width(), .height = frame.height()};
    page.is_cut = is_cut_;
    page.styles = std::move(styles_);
    page.glyphs.reserve(seen_.size());
    for (const auto& seen : seen_) {
      if (seen.quarter_turns == turn) {
        page.glyphs.push_back(seen.glyph);
        page.glyphs.back().box = frame.place(seen.rect);
      } else {
        if (seen.glyph.has_space_before && !page.side_text.empty()) page.side_text += ' ';
        append_utf8(page.side_text, seen.glyph.code);
      }
    }
    return page;
  }

 private:
  struct Seen {
    Glyph glyph;
    PdfiumFunctions::RectF rect{};
    int quarter_turns = 0;
  };

  void add(int index, int count) {
    unsigned code = pdfium_.FPDFText_GetUnicode(text_, index);
    // PDFium's marks for a hyphen that parts a word at a line end.
    if (code == 0x02 || code == 0xFFFE) {
      if (!seen_.empty()) seen_.back().glyph.has_hyphen_after = true;
      return;
    }
    if (is_space(code)) {
      has_space_ = true;
      // Fonts without a map to Unicode count their glyphs from 1.
      bool is_odd = code != 0 && code < ' ' && code != '\t' && code != '\n' && code != '\r';
      controls_ += is_odd && is_unmapped(index, code) ? 1U : 0U;
      return;
    }
    if ((code & 0xFC00) == 0xDC00) return;
    if ((code & 0xFC00) == 0xD800) {
      unsigned low = index + 1 < count ? pdfium_.FPDFText_GetUnicode(text_, index + 1) : 0;
      if ((low & 0xFC00) != 0xDC00) return;
      code = 0x10000 + ((code & 0x3FF) << 10) + (low & 0x3FF);
    }
    Seen seen;
    if (pdfium_.FPDFText_GetLooseCharBox(text_, index, &seen.rect) == 0 || !is_usable(seen.rect))
      return;
    update_look(index);
    unmapped_ += is_unmapped(index, code) ? 1U : 0U;
    seen.glyph.code = code;
    seen.glyph.style = style_;
    seen.glyph.has_space_before = std::exchange(has_space_, false);
    seen.quarter_turns = quarter_turns_;
    seen.glyph.is_raised = is_raised(index, seen);
    seen_.push_back(seen);
  }

  // Fonts have raised digits of their own, as large as the others by what the font says.
  [[nodiscard]] bool is_raised(int index, const Seen& seen) const {
    bool is_digit = seen.glyph.code >= '0' && seen.glyph.code <= '9';
    if (!is_digit || seen.quarter_turns != 0 || pdfium_.FPDFText_GetCharBox == nullptr ||
        pdfium_.FPDFText_GetCharOrigin == nullptr)
      return false;
    double left = 0;
    double right = 0;
    double bottom = 0;
    double top = 0;
    double x = 0;
    double y = 0;
    return pdfium_.FPDFText_GetCharBox(text_, index, &left, &right, &bottom, &top) != 0 &&
           pdfium_.FPDFText_GetCharOrigin(text_, index, &x, &y) != 0 &&
           bottom - y > double{raised_min} * double{styles_[seen.glyph.style].size};
  }

  [[nodiscard]] bool is_unmapped(int index, char32_t code) const {
    return is_meaningless(code) || (pdfium_.FPDFText_HasUnicodeMapError != nullptr &&
                                    pdfium_.FPDFText_HasUnicodeMapError(text_, index) == 1);
  }

  // Glyphs of one text object look alike.
  void update_look(int index) {
    void* object = pdfium_.FPDFText_GetTextObject == nullptr
                       ? nullptr
                       : pdfium_.FPDFText_GetTextObject(text_, index);
    if (object != nullptr && object == object_) return;
    object_ = object;
    auto look = read_look(pdfium_, text_, index);
    quarter_turns_ = look.quarter_turns;
    if (!styles_.empty()) {
      const auto& last = styles_[style_];
      if (last.size == look.style.size && last.is_bold == look.style.is_bold &&
          last.is_fixed_pitch == look.style.is_fixed_pitch)
        return;
    }
    style_ = static_cast<std::uint32_t>(styles_.size());
    styles_.push_back(look.style);
  }

  const PdfiumFunctions& pdfium_;
  void* text_;
  std::vector<Seen> seen_;
  std::vector<GlyphStyle> styles_;
  void* object_ = nullptr;
  std::uint32_t style_ = 0;
  int quarter_turns_ = 0;
  std::size_t unmapped_ = 0;  // of the glyphs seen
  std::size_t controls_ = 0;  // others without a meaning
  bool has_space_ = false;
  bool is_cut_ = false;
};

}  // namespace

Result<PageGlyphs> read_glyphs(const PdfiumFunctions& pdfium, void* document, int index,
                               std::size_t glyphs_max) {
  TextPage open(pdfium, document, index);
  if (open.text() == nullptr)
    return fail(ErrorCode::invalid, "Page " + std::to_string(index + 1) + " of the PDF is damaged");
  PdfiumFunctions::RectF bounds{};
  if (pdfium.FPDF_GetPageBoundingBox(open.page(), &bounds) == 0 || !is_usable(bounds))
    bounds = {0, 842, 595, 0};
  Collector collector(pdfium, open.text());
  collector.collect(glyphs_max);
  bool is_garbage = collector.is_garbage();
  bool has_few_glyphs = collector.has_few_glyphs();
  if (is_garbage) collector.drop_glyphs();
  // Text that runs n quarter turns upwards stands upright when the page is turned n clockwise.
  int turn = collector.main_turn();
  PageFrame frame(bounds, turn);
  auto page = collector.finish(frame, turn);
  page.turns_to_shown = (pdfium.FPDFPage_GetRotation(open.page()) - turn + 4) % 4;
  auto objects = read_page_objects(pdfium, open.page(), frame);
  bool is_scan =
      has_few_glyphs && (objects.image_share > scan_share || objects.paths >= outlined_paths_min);
  page.needs_recognition = is_garbage || is_scan;
  page.images = std::move(objects.images);
  page.rules = std::move(objects.rules);
  page.links = read_page_links(pdfium, document, open.page(), frame);
  return page;
}

}  // namespace aiva::documents
