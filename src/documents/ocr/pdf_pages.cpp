#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "documents/ocr/open_pages.h"
#include "documents/pdf/pdfium_functions.h"

namespace aiva::documents {
namespace {

constexpr float points_per_inch = 72;
constexpr float usual_dots_per_inch = 200;  // enough for letters of 6 points
constexpr float scan_dots_per_inch_min = 150;
constexpr float scan_dots_per_inch_max = 300;  // more takes longer and reads no better
constexpr float scan_share = 0.7F;             // of the page, covered by one image
constexpr int objects_looked_at_max = 64;
constexpr unsigned white = 0xFFFFFFFF;

class OpenPage {
 public:
  OpenPage(const PdfiumFunctions& functions, void* document, int number)
      : functions_(functions), page_(functions.FPDF_LoadPage(document, number - 1)) {}
  ~OpenPage() {
    if (page_ != nullptr) functions_.FPDF_ClosePage(page_);
  }
  OpenPage(const OpenPage&) = delete;
  OpenPage& operator=(const OpenPage&) = delete;

  [[nodiscard]] void* get() const { return page_; }

 private:
  const PdfiumFunctions& functions_;
  void* page_;
};

class PdfPages final : public PageImages {
 public:
  PdfPages(const Pdfium& pdfium, std::unique_ptr<PdfDocument> document)
      : functions_(pdfium.functions()), document_(std::move(document)) {}

  [[nodiscard]] int page_count() const override { return document_->page_count(); }

  [[nodiscard]] Result<PageImage> draw(int number) const override {
    OpenPage page(functions_, document_->handle(), number);
    auto damaged = [&] {
      return fail(ErrorCode::invalid, "Page " + std::to_string(number) + " of the PDF is damaged");
    };
    if (page.get() == nullptr) return damaged();
    float width = functions_.FPDF_GetPageWidthF(page.get());
    float height = functions_.FPDF_GetPageHeightF(page.get());
    bool is_sound = std::isfinite(width) && std::isfinite(height) && width >= 1 && height >= 1 &&
                    width <= 40000 && height <= 40000;
    if (!is_sound) return damaged();
    float resolution = find_resolution(page.get(), width * height);
    float inches = width / points_per_inch * (height / points_per_inch);
    auto pixels_max = static_cast<float>(page_pixels_max) * 0.98F;
    resolution = std::min(resolution, std::sqrt(pixels_max / inches));
    auto side_max = static_cast<float>(page_side_max) * 0.98F;
    resolution = std::min(resolution, side_max / std::max(width, height) * points_per_inch);
    float scale = resolution / points_per_inch;
    PageImage image{.width = std::max(static_cast<int>(width * scale), 1),
                    .height = std::max(static_cast<int>(height * scale), 1),
                    .dots_per_inch = static_cast<int>(std::lround(resolution)),
                    .points_per_pixel = 1 / scale,
                    .grey = {}};
    if (!paint(page.get(), image)) return damaged();
    return image;
  }

 private:
  // The resolution of the image that covers the page, if there is one.
  [[nodiscard]] float find_resolution(void* page, float page_area) const {
    if (functions_.FPDFImageObj_GetImagePixelSize == nullptr) return usual_dots_per_inch;
    int objects = std::min(functions_.FPDFPage_CountObjects(page), objects_looked_at_max);
    for (int i = 0; i < objects; ++i) {
      void* object = functions_.FPDFPage_GetObject(page, i);
      if (object == nullptr ||
          functions_.FPDFPageObj_GetType(object) != PdfiumFunctions::image_object)
        continue;
      float left = 0;
      float bottom = 0;
      float right = 0;
      float top = 0;
      unsigned width = 0;
      unsigned height = 0;
      bool is_known = functions_.FPDFPageObj_GetBounds(object, &left, &bottom, &right, &top) != 0 &&
                      functions_.FPDFImageObj_GetImagePixelSize(object, &width, &height) != 0;
      float covered = std::abs(right - left) * std::abs(top - bottom);
      if (!is_known || !(covered >= scan_share * page_area)) continue;
      // The same for one that lies on its side.
      float pixels = std::sqrt(static_cast<float>(width) * static_cast<float>(height));
      float resolution = pixels / std::sqrt(covered) * points_per_inch;
      return std::clamp(resolution, scan_dots_per_inch_min, scan_dots_per_inch_max);
    }
    return usual_dots_per_inch;
  }

  bool paint(void* page, PageImage& image) const {
    int width = image.width;
    image.width = (width + 3) / 4 * 4;  // rows of PDFium's bitmaps begin at multiples of four
    image.grey.resize(static_cast<std::size_t>(image.width) *
                      static_cast<std::size_t>(image.height));
    void* bitmap = functions_.FPDFBitmap_CreateEx(
        image.width, image.height, PdfiumFunctions::bitmap_grey, image.grey.data(), image.width);
    if (bitmap == nullptr) return false;
    functions_.FPDFBitmap_FillRect(bitmap, 0, 0, image.width, image.height, white);
    functions_.FPDF_RenderPageBitmap(
        bitmap, page, 0, 0, width, image.height, 0,
        PdfiumFunctions::render_annotations | PdfiumFunctions::render_grey);
    functions_.FPDFBitmap_Destroy(bitmap);
    return true;
  }

  const PdfiumFunctions& functions_;
  std::unique_ptr<PdfDocument> document_;
};

}  // namespace

Result<std::unique_ptr<PageImages>> open_pdf_pages(const Pdfium& pdfium, std::string_view bytes) {
  if (pdfium.functions().FPDF_RenderPageBitmap == nullptr)
    return fail(ErrorCode::unavailable, "The PDF library cannot draw pages");
  TRY(auto document, PdfDocument::open(pdfium, bytes));
  return std::make_unique<PdfPages>(pdfium, std::move(document));
}

}  // namespace aiva::documents
