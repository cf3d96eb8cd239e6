#include "documents/pdf/png_file.h"

#include <libdeflate.h>

#include <cstddef>
#include <memory>
#include <string_view>
#include <vector>

namespace aiva::documents {
namespace {

constexpr int compression_level = 4;
constexpr char bits_per_sample = 8;
constexpr char grey_colour = 0;
constexpr char three_colours = 2;
constexpr unsigned char sub_filter = 1;  // each byte less the one a pixel to the left

void append_number(std::string& out, std::uint32_t number) {
  for (int shift = 24; shift >= 0; shift -= 8)
    out += static_cast<char>((number >> static_cast<unsigned>(shift)) & 0xFFU);
}

void append_chunk(std::string& out, std::string_view type, std::string_view content) {
  append_number(out, static_cast<std::uint32_t>(content.size()));
  auto start = out.size();
  out += type;
  out += content;
  append_number(out, libdeflate_crc32(0, out.data() + start, out.size() - start));
}

// Reads a picture in squares of `step` pixels.
class Sampler {
 public:
  Sampler(const PixelView& pixels, int step) : pixels_(pixels), step_(step) {}

  [[nodiscard]] int width() const { return pixels_.width / step_; }
  [[nodiscard]] int height() const { return pixels_.height / step_; }
  [[nodiscard]] int samples() const { return pixels_.pixel_bytes == 1 ? 1 : 3; }

  // The mean of one colour over a square; red comes first.
  [[nodiscard]] unsigned char at(int x, int y, int sample) const {
    int offset = samples() == 1 ? 0 : 2 - sample;
    unsigned sum = 0;
    for (int row = 0; row < step_; ++row) {
      const auto* line =
          pixels_.bytes + static_cast<std::ptrdiff_t>(y * step_ + row) * pixels_.row_bytes;
      for (int column = 0; column < step_; ++column)
        sum += line[static_cast<std::ptrdiff_t>(x * step_ + column) * pixels_.pixel_bytes + offset];
    }
    return static_cast<unsigned char>(sum / static_cast<unsigned>(step_ * step_));
  }

 private:
  const PixelView& pixels_;
  int step_;
};

std::vector<unsigned char> filtered_rows(const Sampler& picture) {
  auto samples = picture.samples();
  std::vector<unsigned char> rows;
  rows.reserve(static_cast<std::size_t>(picture.height()) *
               (static_cast<std::size_t>(picture.width() * samples) + 1));
  for (int y = 0; y < picture.height(); ++y) {
    rows.push_back(sub_filter);
    unsigned char before[3] = {};
    for (int x = 0; x < picture.width(); ++x) {
      for (int sample = 0; sample < samples; ++sample) {
        auto value = picture.at(x, y, sample);
        rows.push_back(static_cast<unsigned char>(value - before[sample]));
        before[sample] = value;
      }
    }
  }
  return rows;
}

std::string compress(const std::vector<unsigned char>& bytes) {
  std::unique_ptr<libdeflate_compressor, decltype(&libdeflate_free_compressor)> compressor(
      libdeflate_alloc_compressor(compression_level), &libdeflate_free_compressor);
  if (!compressor) return {};
  std::string out(libdeflate_zlib_compress_bound(compressor.get(), bytes.size()), '\0');
  out.resize(libdeflate_zlib_compress(compressor.get(), bytes.data(), bytes.size(), out.data(),
                                      out.size()));
  return out;
}

}  // namespace

PngFile write_png(const PixelView& pixels, std::int64_t pixels_max) {
  if (pixels.bytes == nullptr || pixels.width <= 0 || pixels.height <= 0) return {};
  int step = 1;
  while (std::int64_t{pixels.width / step} * (pixels.height / step) > pixels_max) ++step;
  Sampler picture(pixels, step);
  if (picture.width() == 0 || picture.height() == 0) return {};
  auto content = compress(filtered_rows(picture));
  if (content.empty()) return {};
  std::string header;
  append_number(header, static_cast<std::uint32_t>(picture.width()));
  append_number(header, static_cast<std::uint32_t>(picture.height()));
  header += bits_per_sample;
  header += picture.samples() == 1 ? grey_colour : three_colours;
  header.append(3, '\0');  // deflate, the usual filters, not interlaced
  PngFile file{.width = picture.width(), .height = picture.height()};
  file.bytes = "\x89PNG\r\n\x1A\n";
  append_chunk(file.bytes, "IHDR", header);
  append_chunk(file.bytes, "IDAT", content);
  append_chunk(file.bytes, "IEND", {});
  return file;
}

}  // namespace aiva::documents
