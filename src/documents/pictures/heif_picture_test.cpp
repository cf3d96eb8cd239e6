#include "documents/pictures/heif_picture.h"

#include <gtest/gtest.h>

#include <string>

#include "documents/pictures/decode_picture.h"
#include "documents/testing/load_picture.h"

namespace aiva::documents {
namespace {

const PictureFunctions& functions() {
  static const auto loaded = [] {
    PictureFunctions all;
    auto heif = HeifFunctions::load();
    if (heif)
      all.heif = *heif;
    else
      ADD_FAILURE() << heif.error().message << ": " << heif.error().cause;
    return all;
  }();
  return loaded;
}

// Pictures of 128 by 64: red on the left, blue on the right, white above both.
std::string load(const std::string& name) { return load_picture(name); }

void put(std::string& bytes, std::size_t at, std::uint32_t value) {
  for (int i = 0; i < 4; ++i)
    bytes[at + static_cast<std::size_t>(i)] = static_cast<char>(value >> (24 - 8 * i));
}

// Writes another size into each ispe box of these sides.
std::string with_size(std::string bytes, std::uint32_t old_width, std::uint32_t width,
                      std::uint32_t height) {
  for (auto at = bytes.find("ispe"); at != std::string::npos; at = bytes.find("ispe", at + 4)) {
    std::string wanted(4, '\0');
    put(wanted, 0, old_width);
    if (bytes.substr(at + 8, 4) != wanted) continue;
    put(bytes, at + 8, width);
    put(bytes, at + 12, height);
  }
  return bytes;
}

// All of the same length, so that no place in the file changes.
std::string replace_all(std::string bytes, std::string_view what, std::string_view by) {
  for (auto at = bytes.find(what); at != std::string::npos; at = bytes.find(what, at + 1))
    bytes.replace(at, what.size(), by);
  return bytes;
}

void expect_colour(const Picture& picture, int x, int y, int red, int green, int blue) {
  const auto* pixel = picture.rgb.data() + (y * picture.width + x) * 3;
  EXPECT_NEAR(pixel[0], red, 25) << x << "," << y;
  EXPECT_NEAR(pixel[1], green, 25) << x << "," << y;
  EXPECT_NEAR(pixel[2], blue, 25) << x << "," << y;
}

TEST(HeifPicture, reads_a_photograph) {
  auto decoded = decode_picture(functions(), load("plain.heic"));

  ASSERT_TRUE(decoded) << decoded.error().message << ": " << decoded.error().cause;
  EXPECT_EQ(decoded->media_type, "image/heic");
  EXPECT_EQ(decoded->width, 128);
  EXPECT_EQ(decoded->height, 64);
  expect_colour(decoded->whole, 5, 5, 255, 255, 255);
  expect_colour(decoded->whole, 5, 50, 255, 0, 0);
  expect_colour(decoded->whole, 120, 50, 0, 0, 255);
}

TEST(HeifPicture, turns_it_once_where_exif_says_so_too) {
  auto decoded = decode_picture(functions(), load("turned.heic"));

  ASSERT_TRUE(decoded) << decoded.error().message << ": " << decoded.error().cause;
  EXPECT_EQ(decoded->width, 64);
  EXPECT_EQ(decoded->height, 128);
  expect_colour(decoded->whole, 60, 60, 255, 255, 255);  // what was above is on the right
  expect_colour(decoded->whole, 10, 5, 255, 0, 0);
  expect_colour(decoded->whole, 10, 120, 0, 0, 255);
}

TEST(HeifPicture, puts_tiles_together) {
  auto decoded = decode_picture(functions(), load("tiles.heic"));

  ASSERT_TRUE(decoded) << decoded.error().message << ": " << decoded.error().cause;
  EXPECT_EQ(decoded->width, 250);
  EXPECT_EQ(decoded->height, 60);
  expect_colour(decoded->whole, 120, 50, 0, 0, 255);
  expect_colour(decoded->whole, 140, 50, 255, 0, 0);
}

TEST(HeifPicture, shows_what_is_transparent_as_white) {
  for (const auto* name : {"transparent.heic", "transparent.avif"}) {
    auto decoded = decode_picture(functions(), load(name));

    ASSERT_TRUE(decoded) << name << decoded.error().message << ": " << decoded.error().cause;
    expect_colour(decoded->whole, 5, 25, 255, 0, 0);
    expect_colour(decoded->whole, 5, 50, 255, 255, 255);
    expect_colour(decoded->whole, 120, 50, 255, 255, 255);
  }
}

TEST(HeifPicture, names_what_is_inside) {
  auto decoded = decode_picture(functions(), load("transparent.avif"));

  ASSERT_TRUE(decoded) << decoded.error().message << ": " << decoded.error().cause;
  EXPECT_EQ(decoded->media_type, "image/avif");
}

TEST(HeifPicture, goes_by_any_of_the_brands) {
  auto plain = load("plain.heic");
  for (std::string brand : {"mif1", "heix", "msf1"})
    EXPECT_TRUE(is_heif(replace_all(plain, "heic", brand))) << brand;
  EXPECT_FALSE(is_heif(replace_all(replace_all(plain, "heic", "mp42"), "mif1", "isom")));
  EXPECT_FALSE(is_heif(plain.substr(0, 11)));
  EXPECT_FALSE(is_heif(""));
}

TEST(HeifPicture, refuses_what_is_cut_off_wherever_that_is) {
  for (const auto* name : {"plain.heic", "tiles.heic", "transparent.heic", "transparent.avif"}) {
    auto whole = load(name);
    for (std::size_t bytes = 12; bytes < whole.size(); bytes += 7) {
      auto decoded = decode_picture(functions(), whole.substr(0, bytes));
      if (decoded) continue;  // what is missing may not be needed
      EXPECT_EQ(decoded.error().code, ErrorCode::invalid)
          << name << " " << bytes << " " << decoded.error().message;
    }
    EXPECT_FALSE(decode_picture(functions(), whole.substr(0, whole.size() / 2))) << name;
  }
}

TEST(HeifPicture, refuses_sizes_before_it_decodes) {
  auto plain = load("plain.heic");
  auto tiles = load("tiles.heic");
  for (const auto& bytes :
       {with_size(plain, 128, 40'000, 64), with_size(plain, 128, 8'000, 8'000),
        with_size(plain, 128, 0xFFFFFFFF, 0xFFFFFFFF), with_size(tiles, 250, 8'000, 8'000),
        with_size(tiles, 128, 0xFFFFFFFF, 2)}) {
    auto decoded = decode_picture(functions(), bytes);
    ASSERT_FALSE(decoded);
    EXPECT_EQ(decoded.error().code, ErrorCode::too_large) << decoded.error().message;
    EXPECT_TRUE(decoded.error().message.contains("40 million")) << decoded.error().message;
  }
}

TEST(HeifPicture, refuses_structures_that_lead_round_in_circles) {
  using namespace std::string_literals;
  auto tiles = load("tiles.heic");
  auto transparent = load("transparent.heic");
  // The grid, 9, has itself for a tile; the transparency, 2, is its own; two grids are tiles of
  // each other.
  auto own_tile = replace_all(tiles, "\0\x09\0\x02\0\x01\0\x01"s, "\0\x09\0\x02\0\x09\0\x01"s);
  auto own_transparency =
      replace_all(transparent, "auxl\0\x02\0\x01\0\x01"s, "auxl\0\x02\0\x01\0\x02"s);
  auto overlay = replace_all(tiles, "grid", "iovl");
  ASSERT_NE(own_tile, tiles);
  ASSERT_NE(own_transparency, transparent);
  for (const auto& bytes : {own_tile, own_transparency, overlay, load("circle.heic")}) {
    auto decoded = decode_picture(functions(), bytes);
    ASSERT_FALSE(decoded);
    EXPECT_EQ(decoded.error().code, ErrorCode::invalid) << decoded.error().message;
  }
}

TEST(HeifPicture, refuses_items_that_are_listed_twice) {
  using namespace std::string_literals;
  auto tiles = load("tiles.heic");
  auto twice = replace_all(tiles, "\0\x09\0\0grid"s, "\0\x01\0\0grid"s);

  auto decoded = decode_picture(functions(), twice);

  ASSERT_NE(tiles, twice);
  ASSERT_FALSE(decoded);
  EXPECT_TRUE(decoded.error().message.contains("damaged")) << decoded.error().message;
}

TEST(HeifPicture, says_why_without_the_library) {
  auto decoded = decode_picture({}, load("plain.heic"));

  ASSERT_FALSE(decoded);
  EXPECT_EQ(decoded.error().code, ErrorCode::invalid);
  EXPECT_TRUE(decoded.error().message.contains("HEIC")) << decoded.error().message;
}

TEST(HeifFunctions, says_which_library_is_missing) {
  auto missing = HeifFunctions::load("libnosuchheif.so.1");

  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, ErrorCode::unavailable);
  EXPECT_TRUE(missing.error().cause.contains("libnosuchheif")) << missing.error().cause;
}

}  // namespace
}  // namespace aiva::documents
