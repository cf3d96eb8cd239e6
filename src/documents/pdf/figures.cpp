#include "documents/pdf/figures.h"

#include <algorithm>
#include <array>
#include <functional>
#include <string_view>
#include <utility>

#include "documents/pdf/figures_on_page.h"
#include "documents/pdf/page_objects.h"
#include "documents/pdf/pdfium_functions.h"
#include "documents/pdf/png_file.h"

namespace aiva::documents {
namespace {

constexpr std::int64_t picture_pixels_max = 40'000'000;
constexpr std::int64_t document_pixels_max = 600'000'000;
constexpr std::size_t document_bytes_max = 1UL << 31U;
constexpr std::int64_t png_pixels_max = 4'000'000;  // more are averaged

bool can_read_pictures(const PdfiumFunctions& f) {
  return f.FPDFImageObj_GetImageFilterCount != nullptr &&
         f.FPDFImageObj_GetImageFilter != nullptr && f.FPDFImageObj_GetImageDataRaw != nullptr &&
         f.FPDFImageObj_GetBitmap != nullptr && f.FPDFBitmap_GetFormat != nullptr &&
         f.FPDFBitmap_GetWidth != nullptr && f.FPDFBitmap_GetHeight != nullptr &&
         f.FPDFBitmap_GetStride != nullptr && f.FPDFBitmap_GetBuffer != nullptr &&
         f.FPDFBitmap_Destroy != nullptr;
}

std::string read_raw(const PdfiumFunctions& pdfium, void* object) {
  std::string bytes(pdfium.FPDFImageObj_GetImageDataRaw(object, nullptr, 0), '\0');
  auto size = pdfium.FPDFImageObj_GetImageDataRaw(object, bytes.data(),
                                                  static_cast<unsigned long>(bytes.size()));
  bytes.resize(std::min<std::size_t>(bytes.size(), size));
  return bytes;
}

bool is_plain_jpeg(const PdfiumFunctions& pdfium, void* object) {
  std::array<char, 32> filter{};
  if (pdfium.FPDFImageObj_GetImageFilterCount(object) != 1) return false;
  pdfium.FPDFImageObj_GetImageFilter(object, 0, filter.data(), filter.size() - 1);
  return std::string_view(filter.data()) == "DCTDecode";
}

// How many colours a JPEG has, from its frame header (ITU-T T.81, B.2.2); 0 where there is none.
int jpeg_components(std::string_view bytes) {
  auto byte = [&](std::size_t at) { return static_cast<unsigned char>(bytes[at]); };
  if (!bytes.starts_with("\xFF\xD8")) return 0;
  for (std::size_t at = 2; at + 9 < bytes.size();) {
    if (byte(at) != 0xFF) return 0;
    unsigned marker = byte(at + 1);
    if (marker == 0xFF) {
      ++at;
      continue;
    }
    bool is_frame =
        marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
    if (is_frame) return byte(at + 9);
    at += 2 + (static_cast<std::size_t>(byte(at + 2)) << 8U) + byte(at + 3);
  }
  return 0;
}

// A picture as PDFium decoded it.
class DecodedPicture {
 public:
  DecodedPicture(const PdfiumFunctions& pdfium, void* object)
      : pdfium_(pdfium), bitmap_(pdfium.FPDFImageObj_GetBitmap(object)) {}
  ~DecodedPicture() {
    if (bitmap_ != nullptr) pdfium_.FPDFBitmap_Destroy(bitmap_);
  }
  DecodedPicture(const DecodedPicture&) = delete;
  DecodedPicture& operator=(const DecodedPicture&) = delete;

  // The pixels, or none where it could not be decoded.
  [[nodiscard]] PixelView pixels() const {
    if (bitmap_ == nullptr) return {};
    PixelView view{
        .width = pdfium_.FPDFBitmap_GetWidth(bitmap_),
        .height = pdfium_.FPDFBitmap_GetHeight(bitmap_),
        .row_bytes = pdfium_.FPDFBitmap_GetStride(bitmap_),
        .bytes = static_cast<const unsigned char*>(pdfium_.FPDFBitmap_GetBuffer(bitmap_))};
    switch (pdfium_.FPDFBitmap_GetFormat(bitmap_)) {
      case PdfiumFunctions::bitmap_grey: view.pixel_bytes = 1; break;
      case PdfiumFunctions::bitmap_bgr: view.pixel_bytes = 3; break;
      case PdfiumFunctions::bitmap_bgrx:
      case PdfiumFunctions::bitmap_bgra: view.pixel_bytes = 4; break;
      default: return {};
    }
    bool is_sound = view.bytes != nullptr && view.width > 0 && view.height > 0 &&
                    view.row_bytes >= view.width * view.pixel_bytes &&
                    std::int64_t{view.width} * view.height <= picture_pixels_max;
    return is_sound ? view : PixelView{};
  }

 private:
  const PdfiumFunctions& pdfium_;
  void* bitmap_;
};

// An open page of the document.
class PageHandle {
 public:
  PageHandle(const PdfiumFunctions& pdfium, void* document, int number)
      : pdfium_(pdfium), page_(pdfium.FPDF_LoadPage(document, number - 1)) {}
  ~PageHandle() {
    if (page_ != nullptr) pdfium_.FPDF_ClosePage(page_);
  }
  PageHandle(const PageHandle&) = delete;
  PageHandle& operator=(const PageHandle&) = delete;
  [[nodiscard]] void* get() const { return page_; }

 private:
  const PdfiumFunctions& pdfium_;
  void* page_;
};

}  // namespace

Result<void> FigureOutput::put_out(const PageLayout& page, BlockOutput& out) {
  auto figures = find_figures(page);
  if (figures.empty() || !can_read_pictures(pdfium_)) return {};
  PageHandle open(pdfium_, document_.handle(), page.number);
  if (open.get() == nullptr) return {};
  for (const auto& figure : figures) {
    void* object = find_image_object(pdfium_, open.get(), figure.number);
    if (object != nullptr) TRY_VOID(put_out_figure(object, figure, page, out));
  }
  return {};
}

Result<void> FigureOutput::put_out_figure(void* object, const PlacedImage& figure,
                                          const PageLayout& page, BlockOutput& out) {
  auto pixels = std::int64_t{figure.pixel_width} * figure.pixel_height;
  if (pixels > picture_pixels_max || raw_bytes_ > document_bytes_max) return {};
  auto raw = read_raw(pdfium_, object);
  raw_bytes_ += raw.size();
  if (raw.empty() || !seen_.insert(std::hash<std::string_view>{}(raw)).second) return {};
  EmbeddedFile file{.kind = EmbeddedFile::Kind::image,
                    .media_type = "image/jpeg",
                    .page = page.number,
                    .box = to_shown(page, figure.box),
                    .width = figure.pixel_width,
                    .height = figure.pixel_height};
  // One with four colours few programs show as it is meant.
  int components = is_plain_jpeg(pdfium_, object) ? jpeg_components(raw) : 0;
  if (components == 1 || components == 3) return out.add_file(file, raw);
  pixels_ += pixels;
  if (pixels_ > document_pixels_max) return {};
  raw = {};
  auto png = write_png(DecodedPicture(pdfium_, object).pixels(), png_pixels_max);
  if (png.bytes.empty()) return {};
  file.media_type = "image/png";
  file.width = png.width;
  file.height = png.height;
  return out.add_file(file, png.bytes);
}

}  // namespace aiva::documents
