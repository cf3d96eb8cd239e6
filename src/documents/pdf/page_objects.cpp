#include "documents/pdf/page_objects.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <optional>

namespace aiva::documents {
namespace {

using RectF = PdfiumFunctions::RectF;
using Matrix = PdfiumFunctions::Matrix;

constexpr int objects_max = 20000;  // looked at on one page
constexpr int segments_max = 20000;
constexpr std::size_t images_max = 500;
constexpr std::size_t rules_max = 4000;
constexpr int form_depth_max = 4;
constexpr float rule_length_min = 6;
constexpr float rule_width_max = 3;  // a filled box so thin is a stroke

constexpr Matrix no_change{1, 0, 0, 1, 0, 0};

struct Point {
  float x = 0;
  float y = 0;
};

Point apply(const Matrix& m, Point p) {
  return {m.a * p.x + m.c * p.y + m.e, m.b * p.x + m.d * p.y + m.f};
}

// First `inner`, then `outer`.
Matrix combine(const Matrix& inner, const Matrix& outer) {
  return {inner.a * outer.a + inner.b * outer.c,
          inner.a * outer.b + inner.b * outer.d,
          inner.c * outer.a + inner.d * outer.c,
          inner.c * outer.b + inner.d * outer.d,
          inner.e * outer.a + inner.f * outer.c + outer.e,
          inner.e * outer.b + inner.f * outer.d + outer.f};
}

RectF span_of(Point a, Point b) {
  return {std::min(a.x, b.x), std::max(a.y, b.y), std::max(a.x, b.x), std::min(a.y, b.y)};
}

RectF bounds_after(const Matrix& m, const RectF& r) {
  auto one = span_of(apply(m, {r.left, r.top}), apply(m, {r.right, r.bottom}));
  auto two = span_of(apply(m, {r.left, r.bottom}), apply(m, {r.right, r.top}));
  return {std::min(one.left, two.left), std::max(one.top, two.top), std::max(one.right, two.right),
          std::min(one.bottom, two.bottom)};
}

bool can_read_objects(const PdfiumFunctions& f) {
  return f.FPDFPage_CountObjects != nullptr && f.FPDFPage_GetObject != nullptr &&
         f.FPDFPageObj_GetType != nullptr && f.FPDFPageObj_GetBounds != nullptr &&
         f.FPDFImageObj_GetImagePixelSize != nullptr && f.FPDFFormObj_CountObjects != nullptr &&
         f.FPDFFormObj_GetObject != nullptr && f.FPDFPageObj_GetMatrix != nullptr &&
         f.FPDFPath_CountSegments != nullptr && f.FPDFPath_GetPathSegment != nullptr &&
         f.FPDFPathSegment_GetPoint != nullptr && f.FPDFPathSegment_GetType != nullptr &&
         f.FPDFPathSegment_GetClose != nullptr && f.FPDFPath_GetDrawMode != nullptr;
}

// Walks over the objects of a page and of the forms on it, in the order they are drawn.
class ObjectWalk {
 public:
  // Called for each object but forms and text with the matrix from its space to the page's; false
  // ends the walk.
  using Visit = std::function<bool(void* object, int type, const Matrix& to_page)>;

  ObjectWalk(const PdfiumFunctions& pdfium, Visit visit)
      : pdfium_(pdfium), visit_(std::move(visit)) {}

  void walk(void* page) {
    int count = pdfium_.FPDFPage_CountObjects(page);
    for (int i = 0; i < count; ++i)
      if (!look_at(pdfium_.FPDFPage_GetObject(page, i), no_change, 0)) return;
  }

 private:
  bool look_at(void* object, const Matrix& to_page, int depth) {
    if (object == nullptr) return true;
    if (++looked_at_ > objects_max) return false;
    int type = pdfium_.FPDFPageObj_GetType(object);
    if (type == PdfiumFunctions::text_object) return true;
    if (type != PdfiumFunctions::form_object) return visit_(object, type, to_page);
    Matrix matrix = no_change;
    if (depth == form_depth_max || pdfium_.FPDFPageObj_GetMatrix(object, &matrix) == 0) return true;
    auto inner = combine(matrix, to_page);
    int count = pdfium_.FPDFFormObj_CountObjects(object);
    for (int i = 0; i < count; ++i) {
      void* part = pdfium_.FPDFFormObj_GetObject(object, static_cast<unsigned long>(i));
      if (!look_at(part, inner, depth + 1)) return false;
    }
    return true;
  }

  const PdfiumFunctions& pdfium_;
  Visit visit_;
  int looked_at_ = 0;
};

class ObjectReader {
 public:
  ObjectReader(const PdfiumFunctions& pdfium, const PageFrame& frame)
      : pdfium_(pdfium), frame_(frame) {}

  PageObjects read(void* page) {
    ObjectWalk(pdfium_, [this](void* object, int type, const Matrix& to_page) {
      if (type == PdfiumFunctions::image_object) add_image(object, to_page);
      if (type == PdfiumFunctions::path_object) add_path(object, to_page);
      return true;
    }).walk(page);
    float area = std::max(frame_.width() * frame_.height(), 1.0F);
    objects_.image_share = std::min(image_area_ / area, 1.0F);
    return std::move(objects_);
  }

 private:
  [[nodiscard]] std::optional<RectF> bounds_of(void* object, const Matrix& to_page) const {
    RectF rect{};
    if (pdfium_.FPDFPageObj_GetBounds(object, &rect.left, &rect.bottom, &rect.right, &rect.top) ==
        0)
      return std::nullopt;
    rect = bounds_after(to_page, rect);
    if (!is_near(rect)) return std::nullopt;
    return rect;
  }

  void add_image(void* object, const Matrix& to_page) {
    int number = images_++;
    auto rect = bounds_of(object, to_page);
    unsigned width = 0;
    unsigned height = 0;
    if (!rect || pdfium_.FPDFImageObj_GetImagePixelSize(object, &width, &height) == 0) return;
    auto box = frame_.place(*rect);
    Box seen{std::clamp(box.left, 0.0F, frame_.width()), std::clamp(box.top, 0.0F, frame_.height()),
             std::clamp(box.right, 0.0F, frame_.width()),
             std::clamp(box.bottom, 0.0F, frame_.height())};
    image_area_ += (seen.right - seen.left) * (seen.bottom - seen.top);
    constexpr unsigned side_max = 1U << 20U;
    if (objects_.images.size() >= images_max || width > side_max || height > side_max) return;
    objects_.images.push_back({.box = seen,
                               .number = number,
                               .pixel_width = static_cast<int>(width),
                               .pixel_height = static_cast<int>(height)});
  }

  void add_path(void* object, const Matrix& to_page) {
    ++objects_.paths;
    auto rect = bounds_of(object, to_page);
    if (!rect || objects_.rules.size() >= rules_max) return;
    float width = rect->right - rect->left;
    float height = rect->top - rect->bottom;
    if (std::min(width, height) <= rule_width_max) {
      if (std::max(width, height) >= rule_length_min) objects_.rules.push_back(frame_.place(*rect));
      return;
    }
    int fill = 0;
    int is_stroked = 0;
    if (pdfium_.FPDFPath_GetDrawMode(object, &fill, &is_stroked) == 0 || is_stroked == 0) return;
    Matrix own = no_change;
    pdfium_.FPDFPageObj_GetMatrix(object, &own);
    add_strokes(object, combine(own, to_page));
  }

  // The straight strokes of an outline that run along or across the page.
  void add_strokes(void* path, const Matrix& to_page) {
    int count = std::min(pdfium_.FPDFPath_CountSegments(path), segments_max - segments_);
    segments_ += std::max(count, 0);
    Point start;
    Point last;
    for (int i = 0; i < count; ++i) {
      void* segment = pdfium_.FPDFPath_GetPathSegment(path, i);
      Point raw;
      if (segment == nullptr || pdfium_.FPDFPathSegment_GetPoint(segment, &raw.x, &raw.y) == 0)
        return;
      auto point = apply(to_page, raw);
      int type = pdfium_.FPDFPathSegment_GetType(segment);
      if (type == PdfiumFunctions::move_segment) start = point;
      if (type == PdfiumFunctions::line_segment) add_stroke(last, point);
      if (pdfium_.FPDFPathSegment_GetClose(segment) != 0) add_stroke(point, start);
      last = point;
    }
  }

  void add_stroke(Point a, Point b) {
    auto rect = span_of(a, b);
    float width = rect.right - rect.left;
    float height = rect.top - rect.bottom;
    bool is_rule =
        is_near(rect) && std::min(width, height) <= 1 && std::max(width, height) >= rule_length_min;
    if (is_rule && objects_.rules.size() < rules_max) objects_.rules.push_back(frame_.place(rect));
  }

  const PdfiumFunctions& pdfium_;
  const PageFrame& frame_;
  PageObjects objects_;
  float image_area_ = 0;
  int images_ = 0;
  int segments_ = 0;
};

}  // namespace

PageObjects read_page_objects(const PdfiumFunctions& pdfium, void* page, const PageFrame& frame) {
  if (!can_read_objects(pdfium)) return {};
  return ObjectReader(pdfium, frame).read(page);
}

void* find_image_object(const PdfiumFunctions& pdfium, void* page, int number) {
  if (!can_read_objects(pdfium)) return nullptr;
  void* found = nullptr;
  int images = 0;
  ObjectWalk(pdfium, [&](void* object, int type, const Matrix&) {
    if (type == PdfiumFunctions::image_object && images++ == number) found = object;
    return found == nullptr;
  }).walk(page);
  return found;
}

}  // namespace aiva::documents
