#include <numeric>
#include <string>
#include <utility>

#include "documents/formats/format.h"
#include "documents/formats/image_header.h"

namespace aiva::documents {
namespace {

// An image holds no text that could be read; its pages are named as worth recognising, which is
// work of another kind. Its pixels are not touched here.
class ImageFormat final : public Format {
 public:
  explicit ImageFormat(Result<void> recognition) : recognition_(std::move(recognition)) {}

  [[nodiscard]] FileFormat format() const override { return FileFormat::image; }

  Result<DocumentSummary> read(std::string_view bytes, BlockOutput& out) const override {
    auto header = read_image_header(bytes);
    if (!header) return fail(ErrorCode::invalid, "The image is damaged and cannot be opened");
    bool is_figure = out.wants(EmbeddedFile::Kind::image) && header->kind != ImageKind::tiff;
    if (!is_figure && !recognition_)
      return fail(ErrorCode::unavailable, recognition_.error().message, recognition_.error().cause);
    const auto& size = header->pages.front();
    constexpr std::int64_t side_max = 100'000;
    if (size.width > side_max || size.height > side_max)
      return fail(ErrorCode::too_large, "The image is too large");
    if (is_figure)
      TRY_VOID(out.add_file({.kind = EmbeddedFile::Kind::image,
                             .media_type = std::string(media_type(header->kind)),
                             .width = static_cast<int>(size.width),
                             .height = static_cast<int>(size.height)},
                            bytes));
    DocumentSummary summary{.pages = static_cast<int>(header->pages.size())};
    summary.pages_read = summary.pages;
    if (recognition_) {
      summary.pages_without_text.resize(header->pages.size());
      std::iota(summary.pages_without_text.begin(), summary.pages_without_text.end(), 1);
    }
    return summary;
  }

 private:
  Result<void> recognition_;
};

}  // namespace

std::unique_ptr<Format> make_image_format(Result<void> recognition) {
  return std::make_unique<ImageFormat>(std::move(recognition));
}

}  // namespace aiva::documents
