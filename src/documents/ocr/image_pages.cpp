#include <algorithm>
#include <string>
#include <utility>

#include "documents/formats/image_header.h"
#include "documents/ocr/leptonica_picture.h"
#include "documents/ocr/ocr_functions.h"
#include "documents/ocr/open_pages.h"
#include "documents/pictures/heif_picture.h"

namespace aiva::documents {
namespace {

constexpr float paper_inches = 8;  // the shorter side of a page, where a picture says no resolution
constexpr int dots_per_inch_min = 70;
constexpr int dots_per_inch_max = 400;

class ImagePages final : public PageImages {
 public:
  ImagePages(const OcrFunctions& functions, const HeifFunctions* heif, std::string_view bytes,
             ImageHeader header)
      : functions_(functions), heif_(heif), bytes_(bytes), header_(std::move(header)) {}

  [[nodiscard]] int page_count() const override { return static_cast<int>(header_.pages.size()); }

  [[nodiscard]] Result<PageImage> draw(int number) const override {
    const auto& claimed = header_.pages[static_cast<std::size_t>(number - 1)];
    if (claimed.width > page_side_max || claimed.height > page_side_max)
      return fail(ErrorCode::too_large,
                  "The image is longer than " + std::to_string(page_side_max) + " pixels");
    if (claimed.width * claimed.height > page_pixels_max)
      return fail(ErrorCode::too_large, "The image has more than " +
                                            std::to_string(page_pixels_max / 1'000'000) +
                                            " million pixels");
    if (header_.kind == ImageKind::heic || header_.kind == ImageKind::avif) return draw_heif();
    const auto* data = reinterpret_cast<const unsigned char*>(bytes_.data());
    LeptonicaPicture picture(functions_,
                             header_.kind == ImageKind::tiff
                                 ? functions_.pixReadMemTiff(data, bytes_.size(), number - 1)
                                 : read_pix(functions_, header_.kind, bytes_));
    picture.replace(picture.get() == nullptr ? nullptr : functions_.pixRemoveAlpha(picture.get()));
    picture.replace(picture.get() == nullptr ? nullptr
                                             : functions_.pixConvertTo8(picture.get(), 0));
    if (picture.get() == nullptr)
      return fail(ErrorCode::invalid, "The image is damaged and cannot be decoded");
    return turn(copy(picture.get()), header_.turns_to_upright);
  }

 private:
  [[nodiscard]] Result<PageImage> draw_heif() const {
    TRY(auto decoded, decode_heif(heif_, bytes_));
    PageImage image{.width = decoded.picture.width, .height = decoded.picture.height};
    image.dots_per_inch = resolution(image);
    image.grey = grey_of(decoded.picture);
    return image;
  }

  // Leptonica keeps four pixels in a word, the first in its highest byte.
  [[nodiscard]] PageImage copy(PIX* pix) const {
    PageImage image;
    image.width = functions_.pixGetWidth(pix);
    image.height = functions_.pixGetHeight(pix);
    image.dots_per_inch = resolution(image);
    auto width = static_cast<std::size_t>(image.width);
    auto height = static_cast<std::size_t>(image.height);
    auto words = static_cast<std::size_t>(functions_.pixGetWpl(pix));
    const auto* row = functions_.pixGetData(pix);
    image.grey.resize(width * height);
    for (std::size_t y = 0; y < height; ++y, row += words)
      for (std::size_t x = 0; x < width; ++x)
        image.grey[y * width + x] = static_cast<std::uint8_t>(row[x / 4] >> (24 - 8 * (x % 4)));
    return image;
  }

  [[nodiscard]] int resolution(const PageImage& image) const {
    if (header_.dots_per_inch > 0)
      return std::clamp(header_.dots_per_inch, dots_per_inch_min, dots_per_inch_max);
    auto side = static_cast<float>(std::min(image.width, image.height));
    return std::clamp(static_cast<int>(side / paper_inches), dots_per_inch_min, dots_per_inch_max);
  }

  const OcrFunctions& functions_;
  const HeifFunctions* heif_;
  std::string_view bytes_;
  ImageHeader header_;
};

}  // namespace

Result<std::unique_ptr<PageImages>> open_image_pages(const OcrFunctions& functions,
                                                     const HeifFunctions* heif,
                                                     std::string_view bytes) {
  auto header = read_image_header(bytes);
  if (!header) return fail(ErrorCode::invalid, "The image is damaged and cannot be opened");
  return std::make_unique<ImagePages>(functions, heif, bytes, *std::move(header));
}

Result<std::unique_ptr<PageImages>> open_pages(FileFormat format, std::string_view bytes,
                                               const PageLibraries& libraries,
                                               const OcrFunctions& functions) {
  if (format == FileFormat::image) return open_image_pages(functions, libraries.heif, bytes);
  if (format != FileFormat::pdf)
    return fail(ErrorCode::invalid, "Only the print of PDFs and images can be recognised");
  if (libraries.pdfium == nullptr)
    return fail(ErrorCode::unavailable, "PDF files cannot be read: the PDF library is missing");
  return open_pdf_pages(*libraries.pdfium, bytes);
}

}  // namespace aiva::documents
