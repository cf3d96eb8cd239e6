#include "documents/formats/image_header.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "documents/formats/gif_frame.h"
#include "documents/ocr/page_image.h"
#include "documents/testing/load_picture.h"
#include "documents/testing/scan.h"

namespace aiva::documents {
namespace {

using namespace std::string_literals;

std::string big_endian(unsigned long value, int count) {
  std::string bytes;
  for (int i = count; i-- > 0;) bytes += static_cast<char>(value >> (8 * i) & 0xFF);
  return bytes;
}

std::string little_endian(unsigned long value, int count) {
  std::string bytes;
  add_little_endian(bytes, value, count);
  return bytes;
}

std::string make_png(unsigned long width, unsigned long height) {
  return "\x89PNG\r\n\x1A\n"s + big_endian(13, 4) + "IHDR" + big_endian(width, 4) +
         big_endian(height, 4) + "\x08\0\0\0\0"s + big_endian(0, 4) + big_endian(9, 4) + "pHYs" +
         big_endian(11811, 4) + big_endian(11811, 4) + "\x01" + big_endian(0, 4);
}

// Orientation as EXIF counts it, width, height.
std::string make_tiff_directory(unsigned long width, unsigned long height,
                                unsigned long orientation, unsigned long next) {
  std::string bytes = little_endian(3, 2);
  for (auto [tag, value] : {std::pair{256UL, width}, {257UL, height}, {274UL, orientation}})
    bytes +=
        little_endian(tag, 2) + little_endian(3, 2) + little_endian(1, 4) + little_endian(value, 4);
  return bytes + little_endian(next, 4);
}

std::string make_jpeg() {
  auto exif = "Exif\0\0II*\0"s + little_endian(8, 4) + make_tiff_directory(1, 1, 6, 0);
  return "\xFF\xD8\xFF\xE0\0\x10JFIF\0\x01\x01\x01"s + big_endian(150, 2) + big_endian(150, 2) +
         "\0\0"s + "\xFF\xE1" + big_endian(exif.size() + 2, 2) + exif + "\xFF\xC2\0\x0B\x08"s +
         big_endian(480, 2) + big_endian(640, 2) + "\x01\x01\x11\0"s;
}

// Frames of these sizes on a screen of 9 by 9, behind a comment.
std::string make_gif(const std::vector<std::pair<unsigned long, unsigned long>>& frames) {
  auto gif = "GIF89a\x09\0\x09\0\x80\0\0\xFF\0\0\0\0\0!\xFE\x02,,\0"s;
  for (auto [width, height] : frames)
    gif +=
        ",\0\0\0\0"s + little_endian(width, 2) + little_endian(height, 2) + "\0\x02\x02\x44\x01\0"s;
  return gif + ";";
}

void expect_size(std::string_view bytes, ImageKind kind, std::int64_t width, std::int64_t height) {
  auto header = read_image_header(bytes);
  ASSERT_TRUE(header);
  EXPECT_EQ(header->kind, kind);
  ASSERT_EQ(header->pages.size(), 1U);
  EXPECT_EQ(header->pages[0].width, width);
  EXPECT_EQ(header->pages[0].height, height);
}

TEST(ImageHeader, says_how_large_an_image_is_before_it_is_decoded) {
  expect_size(make_png(300, 200), ImageKind::png, 300, 200);
  expect_size(make_jpeg(), ImageKind::jpeg, 640, 480);
  expect_size(make_gif({{30, 20}}), ImageKind::gif, 30, 20);
  PageImage image{.width = 7, .height = 5, .grey = std::vector<std::uint8_t>(35)};
  expect_size(make_bmp(image), ImageKind::bmp, 7, 5);
  expect_size("RIFF\0\0\0\0WEBPVP8L\0\0\0\0\x2F"s + little_endian(99 | 49 << 14, 4),
              ImageKind::webp, 100, 50);
  expect_size("RIFF\0\0\0\0WEBPVP8X\0\0\0\0\0\0\0\0"s + little_endian(99, 3) + little_endian(49, 3),
              ImageKind::webp, 100, 50);
}

TEST(ImageHeader, tells_heic_from_avif) {
  auto photograph = read_image_header(load_picture("plain.heic"));
  ASSERT_TRUE(photograph);
  EXPECT_EQ(photograph->kind, ImageKind::heic);
  EXPECT_EQ(photograph->pages.front().width, 128);
  EXPECT_EQ(media_type(photograph->kind), "image/heic");
  EXPECT_EQ(media_type(read_image_header(load_picture("transparent.avif"))->kind), "image/avif");
  EXPECT_FALSE(read_image_header(load_picture("circle.heic")));
}

TEST(ImageHeader, reads_resolution_and_the_way_a_camera_was_held) {
  EXPECT_EQ(read_image_header(make_png(3, 2))->dots_per_inch, 300);
  auto photo = read_image_header(make_jpeg());
  EXPECT_EQ(photo->dots_per_inch, 150);
  EXPECT_EQ(photo->turns_to_upright, 1);
}

TEST(ImageHeader, counts_the_pages_of_a_tiff_and_does_not_go_round_in_circles) {
  auto first = "II*\0"s + little_endian(8, 4) + make_tiff_directory(10, 20, 1, 50);
  auto header = read_image_header(first + make_tiff_directory(30, 40, 1, 0));
  ASSERT_TRUE(header);
  ASSERT_EQ(header->pages.size(), 2U);
  EXPECT_EQ(header->pages[1].width, 30);

  auto circle = "II*\0"s + little_endian(8, 4) + make_tiff_directory(10, 20, 1, 8);
  EXPECT_LE(read_image_header(circle)->pages.size(), 2000U);
}

TEST(ImageHeader, finds_the_end_of_the_first_frame_of_a_gif) {
  auto one = make_gif({{5, 4}});
  auto two = make_gif({{5, 4}, {60000, 60000}});
  EXPECT_EQ(find_first_frame(one)->end, one.size() - 1);
  EXPECT_EQ(find_first_frame(two)->end, one.size() - 1);
  expect_size(two, ImageKind::gif, 5, 4);

  for (std::size_t bytes = 0; bytes < one.size(); ++bytes) {
    auto frame = find_first_frame(one.substr(0, bytes));
    EXPECT_EQ(frame.has_value(), bytes >= one.find(",\0\0\0\0"s) + 10) << bytes;
    if (frame) EXPECT_EQ(frame->end, std::min(bytes, one.size() - 1));
  }
  EXPECT_FALSE(find_first_frame("GIF89a\x09\0\x09\0\x87\0\0;"));
}

TEST(ImageHeader, refuses_headers_that_are_cut_off_or_empty) {
  auto webp = "RIFF\0WEBP"s;
  EXPECT_FALSE(read_image_header(webp));
  EXPECT_FALSE(read_image_header(make_png(0, 200)));
  for (const auto& whole : {make_png(3, 2), make_jpeg()})
    for (std::size_t bytes = 0; bytes < 20; ++bytes)
      EXPECT_FALSE(read_image_header(whole.substr(0, bytes))) << bytes;
}

TEST(ImageHeader, takes_no_text_for_an_image) {
  EXPECT_FALSE(find_image_kind("BMW builds cars and motorcycles in Munich, Bavaria."));
  EXPECT_FALSE(find_image_kind("GIFs are pictures"));
  EXPECT_FALSE(find_image_kind("RIFF raff, a comic"));
}

}  // namespace
}  // namespace aiva::documents
