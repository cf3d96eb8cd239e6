#include "documents/pictures/decode_picture.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "documents/formats/image_header.h"
#include "documents/pdf/png_file.h"
#include "documents/testing/scan.h"
#include "foundation/picture/resize.h"
#include "ports/picture_reader.h"

namespace aiva::documents {
namespace {

const PictureFunctions& functions() {
  static const auto loaded = [] {
    PictureFunctions all;
    auto leptonica = OcrFunctions::load("libtesseract.so.5");
    if (!leptonica) ADD_FAILURE() << leptonica.error().message << ": " << leptonica.error().cause;
    if (leptonica) all.leptonica = *leptonica;
    if (leptonica) leptonica->setMsgSeverity(L_SEVERITY_NONE);
    return all;
  }();
  return loaded;
}

// Red on the left, blue on the right, white above both.
std::string make_png(int width, int height) {
  std::vector<unsigned char> pixels;
  for (int y = 0; y < height; ++y)
    for (int x = 0; x < width; ++x) {
      bool is_left = x < width / 2;
      bool is_top = y < height / 4;
      for (bool is_lit : {!is_left, false, is_left})
        pixels.push_back(is_lit || is_top ? 255 : 0);  // blue, green, red
    }
  return write_png({.width = width,
                    .height = height,
                    .row_bytes = width * 3,
                    .pixel_bytes = 3,
                    .bytes = pixels.data()},
                   1'000'000)
      .bytes;
}

std::string make_jpeg(int width, int height, int orientation = 0) {
  const auto& f = functions().leptonica;
  auto png = make_png(width, height);
  auto* pix = f.pixReadMem(reinterpret_cast<const unsigned char*>(png.data()), png.size());
  auto* deep = f.pixConvertTo32(pix);
  l_uint8* bytes = nullptr;
  std::size_t size = 0;
  f.pixWriteMemJpeg(&bytes, &size, deep, 95, 0);
  std::string jpeg(reinterpret_cast<const char*>(bytes), size);
  f.lept_free(bytes);
  f.pixDestroy(&deep);
  f.pixDestroy(&pix);
  if (orientation == 0) return jpeg;
  std::string exif("Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0", 24);
  exif += static_cast<char>(orientation);
  exif.append(7, '\0');
  std::string segment = "\xFF\xE1";
  segment += '\0';
  segment += static_cast<char>(exif.size() + 2);
  return jpeg.substr(0, 2) + segment + exif + jpeg.substr(2);
}

// One pixel of 1 by 1, and of which colour (red).
const std::string tiny_gif(
    "GIF89a\x01\0\x01\0\x80\0\0\xFF\0\0\0\0\0,\0\0\0\0\x01\0\x01\0\0\x02\x02\x44\x01\0;", 35);

struct Delivered {
  EmbeddedFile file;
  std::string bytes;
};

std::vector<Delivered> deliver(std::string_view image, int side, Result<void>& outcome) {
  std::vector<Delivered> files;
  bool is_new = true;
  DocumentSink sink{
      .blocks = [](std::vector<Block>) -> Result<void> { return {}; },
      .file = [&](const EmbeddedFile& file, std::string_view bytes, bool is_last) -> Result<void> {
        if (is_new) files.push_back({.file = file, .bytes = {}});
        files.back().bytes += bytes;
        is_new = is_last;
        return {};
      }};
  auto summary = deliver_picture(image, {.picture_side = side}, functions(), nullptr, sink);
  outcome = summary ? Result<void>() : fail(summary.error());
  return files;
}

struct Colour {
  int red, green, blue;
};
Colour at(const Picture& picture, int x, int y) {
  const auto* pixel = picture.rgb.data() + (y * picture.width + x) * 3;
  return {pixel[0], pixel[1], pixel[2]};
}

TEST(DecodePicture, reads_the_pixels_of_a_png) {
  auto decoded = decode_picture(functions(), make_png(80, 40));

  ASSERT_TRUE(decoded) << decoded.error().message;
  EXPECT_EQ(decoded->media_type, "image/png");
  EXPECT_EQ(decoded->width, 80);
  EXPECT_EQ(decoded->height, 40);
  EXPECT_EQ(at(decoded->whole, 5, 30).red, 255);
  EXPECT_EQ(at(decoded->whole, 5, 30).blue, 0);
  EXPECT_EQ(at(decoded->whole, 75, 30).blue, 255);
  EXPECT_EQ(at(decoded->whole, 75, 2).green, 255);
}

TEST(DecodePicture, turns_a_photograph_upright) {
  auto upright = decode_picture(functions(), make_jpeg(80, 40));
  auto turned = decode_picture(functions(), make_jpeg(80, 40, 6));
  auto mirrored = decode_picture(functions(), make_jpeg(80, 40, 2));

  ASSERT_TRUE(upright && turned && mirrored);
  EXPECT_EQ(upright->media_type, "image/jpeg");
  EXPECT_GT(at(upright->whole, 5, 30).red, 200);
  EXPECT_EQ(turned->width, 40);
  EXPECT_EQ(turned->height, 80);
  EXPECT_GT(at(turned->whole, 38, 40).green, 200) << "what was above is on the right";
  EXPECT_GT(at(turned->whole, 5, 5).red, 200);
  EXPECT_GT(at(mirrored->whole, 75, 30).red, 200);
}

TEST(DecodePicture, reads_the_first_frame_of_a_gif) {
  auto decoded = decode_picture(functions(), tiny_gif);

  ASSERT_TRUE(decoded) << decoded.error().message;
  EXPECT_EQ(decoded->media_type, "image/gif");
  EXPECT_EQ(decoded->width, 1);
}

// Leptonica would make room for a frame of four thousand million pixels.
TEST(DecodePicture, looks_at_no_other_frame_of_a_gif) {
  std::string second(",\0\0\0\0\xFF\xFF\xFF\xFF\0\x02\x02\x44\x01\0;", 16);
  auto moving = tiny_gif.substr(0, tiny_gif.size() - 1) + second;
  auto still = tiny_gif;
  still.replace(still.find(','), 9, second, 0, 9);

  EXPECT_EQ(decode_picture(functions(), moving)->whole.rgb,
            decode_picture(functions(), tiny_gif)->whole.rgb);
  EXPECT_EQ(decode_picture(functions(), still).error().code, ErrorCode::too_large);
}

TEST(DecodePicture, refuses_what_it_does_not_read) {
  PageImage grey;
  grey.width = grey.height = 4;
  grey.grey.resize(16);
  struct Case {
    std::string bytes;
    ErrorCode code;
    std::string_view says;
  };
  auto huge = make_png(20, 20);
  huge.replace(16, 8, std::string("\0\0\x20\0\0\0\x20\0", 8));
  for (const auto& [bytes, code, says] : {
           Case{"", ErrorCode::invalid, "no JPEG"},
           Case{"Just a text.", ErrorCode::invalid, "no JPEG"},
           Case{make_bmp(grey), ErrorCode::invalid, "no JPEG"},
           Case{std::string("\0\0\0\x18"
                            "ftypheic\0\0\0\0",
                            16),
                ErrorCode::invalid, "HEIC and AVIF images cannot be read here"},
           Case{make_png(20, 20).substr(0, 60), ErrorCode::invalid, "damaged"},
           Case{make_jpeg(20, 20).substr(0, 200), ErrorCode::invalid, "damaged"},
           Case{huge, ErrorCode::too_large, "40 million"},
       }) {
    auto decoded = decode_picture(functions(), bytes);
    ASSERT_FALSE(decoded) << says;
    EXPECT_EQ(decoded.error().code, code) << decoded.error().message;
    EXPECT_TRUE(decoded.error().message.contains(says)) << decoded.error().message;
  }
}

TEST(DeliverPicture, delivers_what_a_model_and_a_page_of_results_need) {
  Result<void> outcome;
  auto files = deliver(make_png(600, 300), 224, outcome);

  ASSERT_TRUE(outcome) << outcome.error().message;
  ASSERT_EQ(files.size(), 3U);
  EXPECT_EQ(files[0].file.name, original_file);
  EXPECT_EQ(files[0].file.width, 600);
  EXPECT_EQ(files[1].file.width, 448);
  EXPECT_EQ(files[1].file.height, 224);
  EXPECT_EQ(files[1].bytes.size(), 448U * 224 * 3);
  auto thumbnail = read_image_header(files[2].bytes);
  ASSERT_TRUE(thumbnail);
  EXPECT_EQ(thumbnail->kind, ImageKind::jpeg);
  EXPECT_EQ(thumbnail->pages.front().width, thumbnail_side_max);
  EXPECT_EQ(thumbnail->pages.front().height, thumbnail_side_max / 2);
}

TEST(DeliverPicture, keeps_the_middle_of_what_is_very_long) {
  Result<void> outcome;
  auto files = deliver(make_png(3000, 10), 100, outcome);

  ASSERT_TRUE(outcome) << outcome.error().message;
  ASSERT_EQ(files.size(), 3U);
  EXPECT_EQ(files[1].file.width, 400);
  EXPECT_EQ(files[1].file.height, 100);
  EXPECT_EQ(files[2].file.height, 1);
}

}  // namespace
}  // namespace aiva::documents
