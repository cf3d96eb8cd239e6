#include "faces/http/endpoints/staged_picture.h"

#include <algorithm>
#include <fstream>
#include <system_error>
#include <utility>

#include "capabilities/images/types.h"
#include "foundation/crypto.h"
#include "foundation/ids.h"

namespace aiva::http {
namespace {

constexpr std::size_t prefix_bytes_max = 64;
static_assert((images::image_bytes_max + 2) / 3 * 4 + prefix_bytes_max <= image_text_bytes_max);

}  // namespace

Result<std::string> decode_image(std::string_view text) {
  if (text.starts_with("data:")) text.remove_prefix(std::min(text.find(',') + 1, text.size()));
  auto bytes = from_base64(text);
  if (!bytes || bytes->empty()) return fail(invalid_field("image", "must be an image in base64"));
  if (bytes->size() > static_cast<std::size_t>(images::image_bytes_max))
    return fail(ErrorCode::too_large, "An image may have at most 10 MB");
  return *std::move(bytes);
}

StagedPicture::StagedPicture(const std::filesystem::path& folder)
    : path_(folder / ("query-" + Uuid::make().to_string())) {}

StagedPicture::~StagedPicture() {
  std::error_code ignored;
  std::filesystem::remove(path_, ignored);
}

Result<void> StagedPicture::write(const std::string& bytes) const {
  std::ofstream file(path_, std::ios::binary | std::ios::trunc);
  file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  file.close();
  if (!file) return fail(ErrorCode::unavailable, "The image cannot be staged", path_.string());
  return {};
}

}  // namespace aiva::http
