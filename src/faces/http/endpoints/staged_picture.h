#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>

#include "foundation/result.h"

namespace aiva::http {

// Room for an image of the greatest size in base64, with what stands before it.
inline constexpr std::size_t image_text_bytes_max = 14 * 1024 * 1024;

// The bytes of an image in JSON: base64, with or without `data:image/png;base64,` before it. Fails
// with `invalid` (the field `image`) or `too_large`.
Result<std::string> decode_image(std::string_view text);

// A picture that is looked for, in a file of ours that goes when this dies.
class StagedPicture {
 public:
  // Writes nothing yet.
  explicit StagedPicture(const std::filesystem::path& folder);
  StagedPicture(const StagedPicture&) = delete;
  StagedPicture& operator=(const StagedPicture&) = delete;
  ~StagedPicture();

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  // Blocks. Fails with `unavailable`.
  [[nodiscard]] Result<void> write(const std::string& bytes) const;

 private:
  std::filesystem::path path_;
};

}  // namespace aiva::http
