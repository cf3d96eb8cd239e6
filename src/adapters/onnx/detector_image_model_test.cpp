#include "adapters/onnx/detector_image_model.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <vector>

#include "adapters/onnx/internal/onnx_session.h"
#include "foundation/picture/resize.h"

namespace aiva {
namespace {

constexpr const char* library = AIVA_TEST_ONNXRUNTIME;
constexpr const char* model_file = AIVA_TEST_MODELS "/image_model.onnx";

Picture make_pattern(int width = 300, int height = 300) {
  Picture picture{.width = width, .height = height};
  for (int y = 0; y < height; ++y)
    for (int x = 0; x < width; ++x)
      for (int c = 0; c < 3; ++c)
        picture.rgb.push_back(static_cast<std::uint8_t>(
            (x * (c + 1) + y * (3 - c) + ((x >> 5) * (y >> 5) * 17)) % 256));
  return picture;
}

Picture make_disc(int width, int height, int red) {
  Picture picture{.width = width, .height = height};
  for (int y = 0; y < height; ++y)
    for (int x = 0; x < width; ++x) {
      double dx = static_cast<double>(x) / width - 0.5;
      double dy = static_cast<double>(y) / height - 0.5;
      bool is_disc = dx * dx + dy * dy < 0.09;
      for (int value : {is_disc ? red : 240, is_disc ? 40 : 240, is_disc ? 30 : 235})
        picture.rgb.push_back(static_cast<std::uint8_t>(value));
    }
  return picture;
}

float cosine(std::span<const float> a, std::span<const float> b) {
  float sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
  return sum;
}

class DetectorModel : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    model_ = make_detector_image_model({.library_path = library, .model_path = model_file}).value();
  }
  static void TearDownTestSuite() { model_.reset(); }

  static SeenPictures look(std::vector<Picture> pictures) {
    auto seen = sync_wait(model_->embed_images({}, std::move(pictures)));
    EXPECT_TRUE(seen) << seen.error().message << " " << seen.error().cause;
    return seen.value_or(SeenPictures{});
  }

  static std::unique_ptr<ImageModel> model_;
};
std::unique_ptr<ImageModel> DetectorModel::model_;

// What TensorFlow.js 4.22 computes of the same pattern with the package's own files: the best score
// of each class over all anchors.
TEST(DetectorNetwork, gives_the_scores_of_the_original) {
  const auto session = OnnxSession::open(library, model_file).value();
  const auto pattern = make_pattern();
  std::vector<float> pixels;
  for (std::size_t c = 0; c < 3; ++c)
    for (std::size_t i = c; i < pattern.rgb.size(); i += 3) pixels.push_back(pattern.rgb[i]);
  const std::array<std::int64_t, 4> shape{1, 3, 300, 300};
  const std::array inputs{OnnxInput{.name = "pixels", .shape = shape, .floats = pixels}};
  std::vector<float> scores(91);
  const std::array<std::int64_t, 2> scores_shape{1, 91};

  const auto done = session->run(inputs, {"scores", scores, scores_shape});

  ASSERT_TRUE(done) << done.error().cause;
  EXPECT_NEAR(scores[0], 0.99419, 2e-4);
  EXPECT_NEAR(scores[62], 0.07068, 2e-4);
  EXPECT_NEAR(scores[28], 0.05908, 2e-4);
  EXPECT_NEAR(scores[10], 0.02497, 2e-4);
  EXPECT_NEAR(scores[38], 0.02223, 2e-4);
}

TEST(OnnxSession, says_what_a_model_takes_and_gives) {
  const auto session = OnnxSession::open(library, model_file).value();

  const auto inputs = session->inputs().value();
  const auto outputs = session->outputs().value();

  ASSERT_EQ(inputs.size(), 1U);
  EXPECT_EQ(inputs[0].name, "pixels");
  EXPECT_TRUE(inputs[0].is_float);
  EXPECT_EQ(inputs[0].shape, (std::vector<std::int64_t>{-1, 3, 300, 300}));
  ASSERT_EQ(outputs.size(), 2U);
  EXPECT_EQ(outputs[0].name, "vectors");
  EXPECT_EQ(outputs[1].shape, (std::vector<std::int64_t>{-1, 91}));
}

TEST(OnnxSession, computes_on_the_processor_where_there_is_no_card) {
  EXPECT_TRUE(OnnxSession::open(library, model_file, ExecutionProvider::automatic));

  const auto session = OnnxSession::open(library, model_file, ExecutionProvider::cuda);

  ASSERT_FALSE(session);
  EXPECT_EQ(session.error().code, ErrorCode::unavailable);
}

TEST_F(DetectorModel, describes_itself) {
  EXPECT_EQ(model_->model(), "mobilenet-v2-coco");
  EXPECT_EQ(model_->dimension(), 1280U);
  EXPECT_EQ(model_->picture_side(), 300);
  EXPECT_FALSE(model_->has_text());
  EXPECT_EQ(sync_wait(model_->embed_texts({}, {"a cat"})).error().code, ErrorCode::unavailable);
}

TEST_F(DetectorModel, sees_what_is_alike) {
  const auto seen = look({make_disc(300, 300, 220), make_disc(450, 300, 220), make_pattern()});

  ASSERT_EQ(seen.vectors.values.size(), 3U * 1280);
  ASSERT_EQ(seen.objects.size(), 3U);
  EXPECT_NEAR(cosine(seen.vectors.row(0), seen.vectors.row(0)), 1, 1e-4);
  EXPECT_GT(cosine(seen.vectors.row(0), seen.vectors.row(1)),
            cosine(seen.vectors.row(0), seen.vectors.row(2)) + 0.2F);
}

TEST_F(DetectorModel, gives_a_picture_the_same_vector_in_any_company) {
  const auto alone = look({make_pattern()});
  const auto in_company = look({make_disc(300, 300, 220), make_pattern()});

  EXPECT_NEAR(cosine(alone.vectors.row(0), in_company.vectors.row(1)), 1, 1e-5);
}

TEST_F(DetectorModel, refuses_what_is_no_picture) {
  Picture torn{.width = 10, .height = 10, .rgb = {1, 2, 3}};

  const auto seen = sync_wait(model_->embed_images({}, {torn}));
  const auto many =
      sync_wait(model_->embed_images({}, std::vector<Picture>(65, make_pattern(1, 1))));

  ASSERT_FALSE(seen);
  EXPECT_EQ(seen.error().code, ErrorCode::invalid);
  ASSERT_FALSE(many);
  EXPECT_EQ(many.error().code, ErrorCode::too_large);
}

TEST(MakeDetectorModel, misses_its_file_or_the_library) {
  const auto missing =
      make_detector_image_model({.library_path = library, .model_path = "/nowhere.onnx"});
  auto broken =
      make_detector_image_model({.library_path = "/nowhere.so", .model_path = model_file});

  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, ErrorCode::unavailable);
  ASSERT_TRUE(broken);
  const auto seen = sync_wait((*broken)->embed_images({}, {make_pattern(8, 8)}));
  ASSERT_FALSE(seen);
  EXPECT_EQ(seen.error().code, ErrorCode::unavailable);
}

}  // namespace
}  // namespace aiva
