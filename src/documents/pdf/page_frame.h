#pragma once

#include <cmath>

#include "documents/pdf/pdfium_functions.h"
#include "ports/document_reader.h"

namespace aiva::documents {

// Turns rectangles of PDF space (origin at the bottom left, y upwards) by quarter turns into the
// page as it is read (origin at the top left, y downwards).
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

inline constexpr float coordinate_max = 20000;

// Whether the rectangle has finite sides of fair size; it may be thin or empty.
inline bool is_near(const PdfiumFunctions::RectF& r) {
  auto is_fair = [](float v) { return std::isfinite(v) && std::abs(v) <= coordinate_max; };
  return is_fair(r.left) && is_fair(r.right) && is_fair(r.top) && is_fair(r.bottom) &&
         r.right >= r.left && r.top >= r.bottom;
}

}  // namespace aiva::documents
