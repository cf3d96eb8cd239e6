#include "documents/formats/image_header.h"

#include <algorithm>
#include <cmath>

#include "documents/formats/gif_frame.h"
#include "documents/pictures/heif_header.h"

namespace aiva::documents {
namespace {

constexpr std::size_t tiff_pages_max = 2000;
constexpr std::size_t tiff_entries_max = 500;  // of one directory
constexpr int dots_per_inch_min = 70;
constexpr int dots_per_inch_max = 1200;
constexpr double inches_per_metre = 39.3701;

// Reads numbers at any place; what lies outside of the file is zero.
class Numbers {
 public:
  Numbers(std::string_view bytes, bool is_big_endian)
      : bytes_(bytes), is_big_endian_(is_big_endian) {}

  [[nodiscard]] std::uint32_t take(std::size_t at, std::size_t count) const {
    if (at > bytes_.size() || bytes_.size() - at < count) return 0;
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < count; ++i) {
      auto byte = static_cast<unsigned char>(bytes_[at + (is_big_endian_ ? i : count - 1 - i)]);
      value = value << 8 | byte;
    }
    return value;
  }
  [[nodiscard]] std::uint32_t u8(std::size_t at) const { return take(at, 1); }
  [[nodiscard]] std::uint32_t u16(std::size_t at) const { return take(at, 2); }
  [[nodiscard]] std::uint32_t u24(std::size_t at) const { return take(at, 3); }
  [[nodiscard]] std::uint32_t u32(std::size_t at) const { return take(at, 4); }

 private:
  std::string_view bytes_;
  bool is_big_endian_;
};

int sensible_resolution(double dots_per_inch) {
  bool is_sensible = dots_per_inch >= dots_per_inch_min && dots_per_inch <= dots_per_inch_max;
  return is_sensible ? static_cast<int>(std::lround(dots_per_inch)) : 0;
}

// Quarter turns that make a picture with this EXIF orientation stand upright, before it is mirrored
// where it has to be.
int turns_of_orientation(std::uint32_t orientation) {
  switch (orientation) {
    case 3:
    case 4: return 2;
    case 5:
    case 6: return 1;
    case 7:
    case 8: return 3;
    default: return 0;
  }
}

bool is_mirrored(std::uint32_t orientation) {
  return orientation == 2 || orientation == 4 || orientation == 5 || orientation == 7;
}

ImageHeader read_png(std::string_view bytes) {
  Numbers numbers(bytes, true);
  ImageHeader header{.kind = ImageKind::png, .pages = {{numbers.u32(16), numbers.u32(20)}}};
  for (std::size_t at = 8; at + 12 <= bytes.size();) {
    std::size_t length = numbers.u32(at);
    auto name = bytes.substr(at + 4, 4);
    if (name == "IDAT" || length > bytes.size()) break;
    if (name == "pHYs" && numbers.u8(at + 16) == 1)
      header.dots_per_inch = sensible_resolution(numbers.u32(at + 8) / inches_per_metre);
    at += 12 + length;
  }
  return header;
}

// Its first frame is the picture, whatever the screen's size.
ImageHeader read_gif(std::string_view bytes) {
  ImageHeader header{.kind = ImageKind::gif};
  if (auto frame = find_first_frame(bytes)) header.pages = {{frame->width, frame->height}};
  return header;
}

ImageHeader read_bmp(std::string_view bytes) {
  Numbers numbers(bytes, false);
  if (numbers.u32(14) == 12)
    return {.kind = ImageKind::bmp, .pages = {{numbers.u16(18), numbers.u16(20)}}};
  // A height below zero says that the rows come from the top.
  std::int64_t height = static_cast<std::int32_t>(numbers.u32(22));
  return {.kind = ImageKind::bmp,
          .pages = {{numbers.u32(18), std::abs(height)}},
          .dots_per_inch = sensible_resolution(numbers.u32(38) / inches_per_metre)};
}

ImageHeader read_webp(std::string_view bytes) {
  Numbers numbers(bytes, false);
  ImageHeader header{.kind = ImageKind::webp};
  auto chunk = bytes.substr(12, 4);
  if (chunk == "VP8 ") {
    header.pages = {{numbers.u16(26) & 0x3FFF, numbers.u16(28) & 0x3FFF}};
  } else if (chunk == "VP8L") {
    auto bits = numbers.u32(21);
    header.pages = {{(bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1}};
  } else if (chunk == "VP8X") {
    header.pages = {{numbers.u24(24) + 1, numbers.u24(27) + 1}};
  }
  return header;
}

// Nothing is said of how it is turned: its pixels come upright.
ImageHeader read_heif(std::string_view bytes) {
  auto heif = read_heif_header(bytes);
  if (!heif) return {};
  bool is_avif = heif->coding == HeifHeader::Coding::av1;
  return {.kind = is_avif ? ImageKind::avif : ImageKind::heic,
          .pages = {{heif->width, heif->height}}};
}

// The directories of a TIFF; those of EXIF within a JPEG are the same.
class TiffDirectories {
 public:
  explicit TiffDirectories(std::string_view bytes)
      : bytes_(bytes), numbers_(bytes, bytes.starts_with("MM")) {}

  [[nodiscard]] ImageHeader read() const {
    ImageHeader header{.kind = ImageKind::tiff};
    std::size_t at = numbers_.u32(4);
    // The chain may lead anywhere, round in a circle too.
    while (at >= 8 && at + 2 <= bytes_.size() && header.pages.size() < tiff_pages_max)
      at = read_directory(at, header);
    return header;
  }

 private:
  std::size_t read_directory(std::size_t at, ImageHeader& header) const {
    std::size_t entries = numbers_.u16(at);
    if (entries > tiff_entries_max) return 0;
    ImageHeader::Size size;
    bool is_first = header.pages.empty();
    double resolution = 0;
    bool is_per_centimetre = false;
    for (std::size_t i = 0; i < entries; ++i) {
      auto entry = at + 2 + 12 * i;
      bool is_short = numbers_.u16(entry + 2) == 3;
      auto value = is_short ? numbers_.u16(entry + 8) : numbers_.u32(entry + 8);
      switch (numbers_.u16(entry)) {
        case 256: size.width = value; break;
        case 257: size.height = value; break;
        case 274:
          if (is_first) header.turns_to_upright = turns_of_orientation(value);
          if (is_first) header.is_mirrored = is_mirrored(value);
          break;
        case 282: resolution = fraction(numbers_.u32(entry + 8)); break;
        case 296: is_per_centimetre = value == 3; break;
        default: break;
      }
    }
    if (is_first)
      header.dots_per_inch =
          sensible_resolution(is_per_centimetre ? resolution * 2.54 : resolution);
    header.pages.push_back(size);
    return numbers_.u32(at + 2 + 12 * entries);
  }

  [[nodiscard]] double fraction(std::size_t at) const {
    auto below = numbers_.u32(at + 4);
    return below == 0 ? 0 : static_cast<double>(numbers_.u32(at)) / below;
  }

  std::string_view bytes_;
  Numbers numbers_;
};

bool is_tiff(std::string_view bytes) {
  return bytes.starts_with(std::string_view("II*\0", 4)) ||
         bytes.starts_with(std::string_view("MM\0*", 4));
}

void read_jpeg_segment(std::uint32_t marker, std::string_view segment, ImageHeader& header) {
  Numbers numbers(segment, true);
  bool is_frame =
      marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
  if (is_frame) header.pages = {{numbers.u16(3), numbers.u16(1)}};
  if (marker == 0xE0 && segment.starts_with(std::string_view("JFIF\0", 5))) {
    double per_unit = numbers.u16(8);
    auto unit = numbers.u8(7);
    header.dots_per_inch = sensible_resolution(unit == 1   ? per_unit
                                               : unit == 2 ? per_unit * 2.54
                                                           : 0);
  }
  constexpr std::string_view exif("Exif\0\0", 6);
  if (marker == 0xE1 && segment.starts_with(exif) && is_tiff(segment.substr(exif.size()))) {
    auto noted = TiffDirectories(segment.substr(exif.size())).read();
    header.turns_to_upright = noted.turns_to_upright;
    header.is_mirrored = noted.is_mirrored;
    if (header.dots_per_inch == 0) header.dots_per_inch = noted.dots_per_inch;
  }
}

ImageHeader read_jpeg(std::string_view bytes) {
  Numbers numbers(bytes, true);
  ImageHeader header{.kind = ImageKind::jpeg};
  for (std::size_t at = 2; at + 4 <= bytes.size() && header.pages.empty();) {
    if (numbers.u8(at) != 0xFF) break;
    auto marker = numbers.u8(at + 1);
    if (marker == 0xFF) {  // a byte to fill up with
      ++at;
      continue;
    }
    bool is_bare = marker == 0x01 || (marker >= 0xD0 && marker <= 0xD8);
    if (is_bare) {
      at += 2;
      continue;
    }
    std::size_t length = numbers.u16(at + 2);
    if (length < 2) break;
    read_jpeg_segment(marker, bytes.substr(at + 4, length - 2), header);
    at += 2 + length;
  }
  return header;
}

}  // namespace

std::optional<ImageKind> find_image_kind(std::string_view bytes) {
  if (bytes.starts_with("\x89PNG\r\n\x1A\n")) return ImageKind::png;
  if (bytes.starts_with("\xFF\xD8\xFF")) return ImageKind::jpeg;
  if (bytes.starts_with("GIF87a") || bytes.starts_with("GIF89a")) return ImageKind::gif;
  if (bytes.starts_with("RIFF") && bytes.size() >= 16 && bytes.substr(8, 4) == "WEBP")
    return ImageKind::webp;
  if (is_tiff(bytes)) return ImageKind::tiff;
  if (is_heif(bytes)) return ImageKind::heic;
  // "BM" alone begins many a text; the length of the header that follows is one of few.
  if (bytes.starts_with("BM") && bytes.size() >= 26) {
    auto length = Numbers(bytes, false).u32(14);
    if (length == 12 || (length >= 40 && length <= 124)) return ImageKind::bmp;
  }
  return std::nullopt;
}

std::optional<ImageHeader> read_image_header(std::string_view bytes) {
  auto kind = find_image_kind(bytes);
  if (!kind) return std::nullopt;
  ImageHeader header;
  switch (*kind) {
    case ImageKind::png: header = read_png(bytes); break;
    case ImageKind::jpeg: header = read_jpeg(bytes); break;
    case ImageKind::gif: header = read_gif(bytes); break;
    case ImageKind::bmp: header = read_bmp(bytes); break;
    case ImageKind::webp: header = read_webp(bytes); break;
    case ImageKind::tiff: header = TiffDirectories(bytes).read(); break;
    case ImageKind::heic:
    case ImageKind::avif: header = read_heif(bytes); break;
  }
  auto is_empty = [](const ImageHeader::Size& size) { return size.width <= 0 || size.height <= 0; };
  if (header.pages.empty() || is_empty(header.pages.front())) return std::nullopt;
  return header;
}

std::string_view media_type(ImageKind kind) {
  switch (kind) {
    case ImageKind::png: return "image/png";
    case ImageKind::jpeg: return "image/jpeg";
    case ImageKind::gif: return "image/gif";
    case ImageKind::bmp: return "image/bmp";
    case ImageKind::webp: return "image/webp";
    case ImageKind::tiff: return "image/tiff";
    case ImageKind::heic: return media_type(HeifHeader::Coding::hevc);
    case ImageKind::avif: return media_type(HeifHeader::Coding::av1);
  }
  return "application/octet-stream";
}

}  // namespace aiva::documents
