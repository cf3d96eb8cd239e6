#include "documents/pdf/glyph_reader.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "foundation/text/utf8.h"

namespace aiva::documents {
namespace {

constexpr int bold_weight = 600;
constexpr float size_min = 0.5F;
constexpr float size_max = 2000;
constexpr float coordinate_max = 20000;

// Turns points of PDF space (origin at the bottom left, y upwards) by quarter turns into the page
// as it is shown (origin at the top left, y downwards).
class PageFrame {
 public:
  PageFrame(const PdfiumFunctions::RectF& bounds, int quarter_turns)
      : bounds_(bounds), turns_(((quarter_turns % 4) + 4) % 4) {}

  [[nodiscard]] float width() const { return turns_ % 2 == 0 ? across() : along(); }
  [[nodiscard]] float height() const { return turns_ % 2 == 0 ? along() : across(); }

  [[nodiscard]] Box place(const PdfiumFunctions::RectF& rect) const {
    float left = rect.left - bounds_.left;
    float right = rect.right - bounds_.left;
    float top = bounds_.top - rect.top;
    float bottom = bounds_.top - rect.bottom;
    switch (turns_) {
      case 1: return {along() - bottom, left, along() - top, right};
      case 2: return {across() - right, along() - bottom, across() - left, along() - top};
      case 3: return {top, across() - right, bottom, across() - left};
      default: return {left, top, right, bottom};
    }
  }

 private:
  [[nodiscard]] float across() const { return bounds_.right - bounds_.left; }
  [[nodiscard]] float along() const { return bounds_.top - bounds_.bottom; }

  PdfiumFunctions::RectF bounds_;
  int turns_;
};

// Page and text page of PDFium, closed in the right order.
class OpenPage {
 public:
  OpenPage(const PdfiumFunctions& pdfium, void* document, int index)
      : pdfium_(pdfium), page_(pdfium.FPDF_LoadPage(document, index)) {
    if (page_ != nullptr) text_ = pdfium_.FPDFText_LoadPage(page_);
  }
  ~OpenPage() {
    if (text_ != nullptr) pdfium_.FPDFText_ClosePage(text_);
    if (page_ != nullptr) pdfium_.FPDF_ClosePage(page_);
  }
  OpenPage(const OpenPage&) = delete;
  OpenPage& operator=(const OpenPage&) = delete;

  [[nodiscard]] void* page() const { return page_; }
  [[nodiscard]] void* text() const { return text_; }

 private:
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

bool is_usable(const PdfiumFunctions::RectF& r) {
  auto is_near = [](float v) { return std::isfinite(v) && std::abs(v) <= coordinate_max; };
  return is_near(r.left) && is_near(r.right) && is_near(r.top) && is_near(r.bottom) &&
         r.right >= r.left && r.top > r.bottom;
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
    seen.glyph.code = code;
    seen.glyph.style = style_;
    seen.glyph.has_space_before = std::exchange(has_space_, false);
    seen.quarter_turns = quarter_turns_;
    seen_.push_back(seen);
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
  bool has_space_ = false;
  bool is_cut_ = false;
};

}  // namespace

Result<PageGlyphs> read_glyphs(const PdfiumFunctions& pdfium, void* document, int index,
                               std::size_t glyphs_max) {
  OpenPage open(pdfium, document, index);
  if (open.text() == nullptr)
    return fail(ErrorCode::invalid, "Page " + std::to_string(index + 1) + " of the PDF is damaged");
  PdfiumFunctions::RectF bounds{};
  if (pdfium.FPDF_GetPageBoundingBox(open.page(), &bounds) == 0 || !is_usable(bounds))
    bounds = {0, 842, 595, 0};
  Collector collector(pdfium, open.text());
  collector.collect(glyphs_max);
  // Text that runs n quarter turns upwards stands upright when the page is turned n clockwise.
  int turn = collector.main_turn();
  auto page = collector.finish(PageFrame(bounds, turn), turn);
  page.turns_to_shown = (pdfium.FPDFPage_GetRotation(open.page()) - turn + 4) % 4;
  return page;
}

}  // namespace aiva::documents
