#include "foundation/picture/resize.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <vector>

#include "foundation/picture/difference_hash.h"

namespace aiva {
namespace {

Picture make_pattern() {
  Picture picture{.width = 7, .height = 5};
  for (int y = 0; y < picture.height; ++y)
    for (int x = 0; x < picture.width; ++x)
      for (int value : {(x * 37 + y * 11) % 256, (x * x * 13 + y * 29) % 256, 255 - x * 30 - y * 5})
        picture.rgb.push_back(static_cast<std::uint8_t>(value));
  return picture;
}

std::uint64_t weigh(const Picture& picture) {
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < picture.rgb.size(); ++i) sum += (i + 1) * picture.rgb[i];
  return sum;
}

Picture make_scene(int width, int height, int tint = 0) {
  Picture picture{.width = width, .height = height};
  for (int y = 0; y < height; ++y)
    for (int x = 0; x < width; ++x) {
      int fx = x * 1000 / width;
      int fy = y * 1000 / height;
      bool is_disc = (fx - 400) * (fx - 400) + (fy - 600) * (fy - 600) < 90'000;
      int value = is_disc ? 200 - fy / 10 : fx / 8 + (fy > 300 ? 30 : 0);
      for (int i = 0; i < 3; ++i) picture.rgb.push_back(static_cast<std::uint8_t>(value + tint));
    }
  return picture;
}

// The sums were computed with Pillow 9.4: sum of (i + 1) * byte i of Image.resize.
TEST(Resize, gives_the_bytes_that_pillow_gives) {
  auto pattern = make_pattern();

  auto small = resize(pattern, 3, 2, ResizeFilter::bicubic);

  EXPECT_EQ(small.rgb, (std::vector<std::uint8_t>{36, 37, 229, 120, 128, 161, 207, 143, 93, 62, 109,
                                                  217, 148, 146, 149, 196, 92, 81}));
  EXPECT_EQ(weigh(resize(pattern, 11, 8, ResizeFilter::bicubic)), 4635742U);
  EXPECT_EQ(weigh(resize(pattern, 3, 2, ResizeFilter::bilinear)), 23091U);
  EXPECT_EQ(weigh(resize(pattern, 3, 5, ResizeFilter::bicubic)), 138909U);
  EXPECT_EQ(resize(pattern, 7, 5, ResizeFilter::bicubic).rgb, pattern.rgb);
}

TEST(Resize, keeps_the_proportions) {
  auto wide = with_shorter_side(640, 427, 224);
  auto tall = with_shorter_side(427, 640, 224);

  EXPECT_EQ(wide.width, 335);
  EXPECT_EQ(wide.height, 224);
  EXPECT_EQ(tall.width, 224);
  EXPECT_EQ(tall.height, 335);
}

TEST(Crop, keeps_the_middle) {
  auto middle = crop_centre(make_pattern(), 3, 9);

  EXPECT_EQ(middle.width, 3);
  EXPECT_EQ(middle.height, 5);
  EXPECT_TRUE(middle.is_whole());
  EXPECT_EQ(middle.rgb[0], 2 * 37);
  EXPECT_EQ(middle.rgb[9], 2 * 37 + 11);
}

TEST(Turn, puts_the_eight_orientations_of_a_camera_upright) {
  Picture letter{.width = 2, .height = 3};
  for (std::uint8_t value : {1, 2, 3, 4, 5, 6}) letter.rgb.insert(letter.rgb.end(), 3, value);
  auto reds = [](const Picture& picture) {
    std::vector<int> values;
    for (std::size_t i = 0; i < picture.rgb.size(); i += 3) values.push_back(picture.rgb[i]);
    return values;
  };

  EXPECT_EQ(reds(turn(letter, 0, true)), (std::vector{2, 1, 4, 3, 6, 5}));
  EXPECT_EQ(reds(turn(letter, 2, false)), (std::vector{6, 5, 4, 3, 2, 1}));
  EXPECT_EQ(reds(turn(letter, 2, true)), (std::vector{5, 6, 3, 4, 1, 2}));
  EXPECT_EQ(reds(turn(letter, 1, true)), (std::vector{1, 3, 5, 2, 4, 6}));
  EXPECT_EQ(reds(turn(letter, 1, false)), (std::vector{5, 3, 1, 6, 4, 2}));
  EXPECT_EQ(reds(turn(letter, 3, true)), (std::vector{6, 4, 2, 5, 3, 1}));
  EXPECT_EQ(reds(turn(letter, 3, false)), (std::vector{2, 4, 6, 1, 3, 5}));
  EXPECT_EQ(turn(letter, 1, false).width, 3);
}

TEST(DifferenceHash, is_near_for_copies_and_far_for_others) {
  auto original = difference_hash(make_scene(320, 240));

  EXPECT_LE(hash_distance(original, difference_hash(make_scene(160, 120))), 4);
  EXPECT_LE(hash_distance(original, difference_hash(make_scene(320, 240, 15))), 4);
  EXPECT_GE(hash_distance(original, difference_hash(turn(make_scene(320, 240), 0, true))), 16);
}

}  // namespace
}  // namespace aiva
