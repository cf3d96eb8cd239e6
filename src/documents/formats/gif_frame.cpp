#include "documents/formats/gif_frame.h"

#include <algorithm>

namespace aiva::documents {
namespace {

constexpr std::size_t descriptors_begin = 13;  // behind the signature and the screen's size
constexpr unsigned extension = 0x21;
constexpr unsigned frame = 0x2C;

class GifReader {
 public:
  explicit GifReader(std::string_view bytes) : bytes_(bytes) {}

  std::optional<GifFrame> find_frame() {
    at_ = descriptors_begin + colours_bytes(u8(descriptors_begin - 3));
    while (at_ < bytes_.size()) {
      auto kind = u8(at_++);
      if (kind == frame) return read_frame();
      if (kind != extension) return std::nullopt;
      ++at_;  // its label
      skip_blocks();
    }
    return std::nullopt;
  }

 private:
  [[nodiscard]] unsigned u8(std::size_t at) const {
    return at < bytes_.size() ? static_cast<unsigned char>(bytes_[at]) : 0;
  }
  [[nodiscard]] unsigned u16(std::size_t at) const { return u8(at) | u8(at + 1) << 8; }

  static std::size_t colours_bytes(unsigned flags) {
    return (flags & 0x80) == 0 ? 0 : std::size_t{3} << ((flags & 7) + 1);
  }

  std::optional<GifFrame> read_frame() {
    if (bytes_.size() - at_ < 9) return std::nullopt;
    GifFrame found{.width = u16(at_ + 4), .height = u16(at_ + 6)};
    at_ += 9 + colours_bytes(u8(at_ + 8)) + 1;  // and the width of its codes
    skip_blocks();
    found.end = std::min(at_, bytes_.size());
    return found;
  }

  // Blocks of up to 255 bytes, the last of which is empty.
  void skip_blocks() {
    while (at_ < bytes_.size()) {
      auto length = u8(at_);
      at_ += 1 + length;
      if (length == 0) return;
    }
  }

  std::string_view bytes_;
  std::size_t at_ = 0;
};

}  // namespace

std::optional<GifFrame> find_first_frame(std::string_view bytes) {
  return GifReader(bytes).find_frame();
}

}  // namespace aiva::documents
