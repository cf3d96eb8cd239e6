#include "documents/pictures/decode_picture.h"

#include <algorithm>
#include <cstdint>
#include <new>
#include <utility>

#include "documents/formats/image_header.h"
#include "documents/ocr/leptonica_picture.h"
#include "documents/ocr/page_image.h"
#include "documents/ocr/recognise_document.h"
#include "documents/pictures/heif_header.h"
#include "documents/pictures/heif_picture.h"
#include "documents/pictures/picture_limits.h"
#include "documents/protocol.h"
#include "foundation/picture/resize.h"
#include "ports/picture_reader.h"

namespace aiva::documents {
namespace {

constexpr int length_to_width_max = 4;
constexpr int side_min = 16;
constexpr int jpeg_quality = 82;
// Print is looked for in pictures of this size: letters of a photographed page are large enough,
// and the time does not grow with the camera.
constexpr int recognised_side_max = 1800;
constexpr int recognised_dots_per_inch = 150;

bool is_supported(ImageKind kind) {
  switch (kind) {
    case ImageKind::jpeg:
    case ImageKind::png:
    case ImageKind::gif:
    case ImageKind::webp: return true;
    case ImageKind::bmp:
    case ImageKind::tiff:
    case ImageKind::heic:  // these are decoded elsewhere
    case ImageKind::avif: return false;
  }
  return false;
}

Result<ImageHeader> read_header(std::string_view bytes) {
  auto kind = find_image_kind(bytes);
  if (!kind || !is_supported(*kind))
    return fail(ErrorCode::invalid, "The file is no JPEG, PNG, WebP, GIF or HEIC image");
  auto header = read_image_header(bytes);
  if (!header) return fail(ErrorCode::invalid, "The image is damaged and cannot be opened");
  const auto& size = header->pages.front();
  if (size.width > side_max || size.height > side_max || size.width * size.height > pixels_max)
    return refuse_size();
  return *std::move(header);
}

// Leptonica keeps a pixel in a word, red in its highest byte.
Picture copy_pixels(const OcrFunctions& f, PIX* pix) {
  Picture picture{.width = f.pixGetWidth(pix), .height = f.pixGetHeight(pix)};
  auto width = static_cast<std::size_t>(picture.width);
  auto words = static_cast<std::size_t>(f.pixGetWpl(pix));
  picture.rgb.resize(width * static_cast<std::size_t>(picture.height) * 3);
  const auto* row = f.pixGetData(pix);
  auto* to = picture.rgb.data();
  for (int y = 0; y < picture.height; ++y, row += words)
    for (std::size_t x = 0; x < width; ++x) {
      *to++ = static_cast<std::uint8_t>(row[x] >> 24);
      *to++ = static_cast<std::uint8_t>(row[x] >> 16);
      *to++ = static_cast<std::uint8_t>(row[x] >> 8);
    }
  return picture;
}

Result<std::string> write_jpeg(const OcrFunctions& f, const Picture& picture) {
  LeptonicaPicture pix(f, f.pixCreate(picture.width, picture.height, 32));
  if (pix.get() == nullptr) return fail(internal_error("no memory for a thumbnail"));
  auto words = static_cast<std::size_t>(f.pixGetWpl(pix.get()));
  auto* row = f.pixGetData(pix.get());
  const auto* from = picture.rgb.data();
  for (int y = 0; y < picture.height; ++y, row += words)
    for (int x = 0; x < picture.width; ++x, from += 3)
      row[x] = static_cast<l_uint32>(from[0]) << 24 | static_cast<l_uint32>(from[1]) << 16 |
               static_cast<l_uint32>(from[2]) << 8;
  l_uint8* bytes = nullptr;
  std::size_t size = 0;
  bool is_written = f.pixWriteMemJpeg(&bytes, &size, pix.get(), jpeg_quality, 0) == 0;
  std::string jpeg;
  if (is_written && bytes != nullptr) jpeg.assign(reinterpret_cast<const char*>(bytes), size);
  f.lept_free(bytes);
  if (jpeg.empty()) return fail(internal_error("a thumbnail could not be written"));
  return jpeg;
}

Picture make_thumbnail(const Picture& picture) {
  auto longer = std::max(picture.width, picture.height);
  if (longer <= thumbnail_side_max) return picture;
  auto scale = [longer](int side) {
    auto scaled = std::int64_t{side} * thumbnail_side_max / longer;
    return std::max(static_cast<int>(scaled), 1);
  };
  return resize(picture, scale(picture.width), scale(picture.height), ResizeFilter::bicubic);
}

Picture make_model_picture(const Picture& picture, int side) {
  int shorter = std::min(picture.width, picture.height);
  auto longest = static_cast<int>(std::min<std::int64_t>(
      std::max(picture.width, picture.height), std::int64_t{shorter} * length_to_width_max));
  auto middle = crop_centre(picture, longest, longest);
  auto size = with_shorter_side(middle.width, middle.height, side);
  return resize(middle, size.width, size.height, ResizeFilter::bicubic);
}

PageImage make_page(const Picture& picture) {
  PageImage page;
  page.dots_per_inch = recognised_dots_per_inch;
  auto longer = std::max(picture.width, picture.height);
  auto scale = [longer](int side) {
    auto scaled = std::int64_t{side} * recognised_side_max / longer;
    return longer <= recognised_side_max ? side : std::max(static_cast<int>(scaled), 1);
  };
  page.width = scale(picture.width);
  page.height = scale(picture.height);
  page.grey = grey_of(resize(picture, page.width, page.height, ResizeFilter::bilinear));
  return page;
}

// The one page of a picture.
class PicturePage final : public PageImages {
 public:
  explicit PicturePage(PageImage page) : page_(std::move(page)) {}
  [[nodiscard]] int page_count() const override { return 1; }
  [[nodiscard]] Result<PageImage> draw(int) const override { return page_; }

 private:
  PageImage page_;
};

Result<void> send(const DocumentSink& sink, const EmbeddedFile& file, std::string_view bytes) {
  for (; bytes.size() > file_piece_bytes_max; bytes.remove_prefix(file_piece_bytes_max))
    TRY_VOID(sink.file(file, bytes.substr(0, file_piece_bytes_max), false));
  return sink.file(file, bytes, true);
}

Result<void> send_pictures(const DecodedPicture& decoded, int side, const OcrFunctions& functions,
                           const DocumentSink& sink) {
  TRY_VOID(send(sink,
                {.name = std::string(original_file),
                 .media_type = decoded.media_type,
                 .width = decoded.width,
                 .height = decoded.height},
                {}));
  auto picture = make_model_picture(decoded.whole, std::clamp(side, side_min, picture_side_max));
  TRY_VOID(send(sink,
                {.name = std::string(picture_file),
                 .media_type = std::string(picture_media_type),
                 .width = picture.width,
                 .height = picture.height},
                {reinterpret_cast<const char*>(picture.rgb.data()), picture.rgb.size()}));
  auto thumbnail = make_thumbnail(decoded.whole);
  TRY(auto jpeg, write_jpeg(functions, thumbnail));
  return send(sink,
              {.name = std::string(thumbnail_file),
               .media_type = thumbnail_media_type,
               .width = thumbnail.width,
               .height = thumbnail.height},
              jpeg);
}

Result<DecodedPicture> decode_with_leptonica(const OcrFunctions& functions,
                                             std::string_view bytes) {
  TRY(auto header, read_header(bytes));
  LeptonicaPicture pix(functions, read_pix(functions, header.kind, bytes));
  pix.replace(pix.get() == nullptr ? nullptr : functions.pixRemoveAlpha(pix.get()));
  pix.replace(pix.get() == nullptr ? nullptr : functions.pixConvertTo32(pix.get()));
  if (pix.get() == nullptr)
    return fail(ErrorCode::invalid, "The image is damaged and cannot be decoded");
  DecodedPicture decoded{.media_type = std::string(media_type(header.kind)),
                         .whole = copy_pixels(functions, pix.get())};
  pix.replace(nullptr);
  if (decoded.whole.is_whole())
    decoded.whole = turn(decoded.whole, header.turns_to_upright, header.is_mirrored);
  return decoded;
}

// As telephones make them.
Result<DecodedPicture> decode_heif_image(const std::optional<HeifFunctions>& functions,
                                         std::string_view bytes) {
  TRY(auto decoded, decode_heif(functions ? &*functions : nullptr, bytes));
  return DecodedPicture{.media_type = std::string(media_type(decoded.coding)),
                        .whole = std::move(decoded.picture)};
}

}  // namespace

Result<DecodedPicture> decode_picture(const PictureFunctions& functions, std::string_view bytes) {
  auto decoded = is_heif(bytes) ? decode_heif_image(functions.heif, bytes)
                                : decode_with_leptonica(functions.leptonica, bytes);
  if (!decoded) return decoded;
  if (!decoded->whole.is_whole()) return fail(ErrorCode::invalid, "The image is empty");
  decoded->width = decoded->whole.width;
  decoded->height = decoded->whole.height;
  return decoded;
}

Result<DocumentSummary> deliver_picture(std::string_view bytes, const ReadRequest& request,
                                        const PictureFunctions& functions,
                                        const Recogniser* recogniser, const DocumentSink& sink) {
  try {
    TRY(auto decoded, decode_picture(functions, bytes));
    TRY_VOID(send_pictures(decoded, request.picture_side, functions.leptonica, sink));
    DocumentSummary summary{.format = FileFormat::image, .pages = 1, .pages_read = 1};
    if (recogniser == nullptr || request.pages_to_recognise.empty()) return summary;
    PicturePage page(make_page(decoded.whole));
    decoded = {};
    (void)recognise_pages(page, request, *recogniser, sink);
    return summary;
  } catch (const std::bad_alloc&) {
    return fail(ErrorCode::too_large, "The image needs more memory than decoding it may use");
  }
}

}  // namespace aiva::documents
