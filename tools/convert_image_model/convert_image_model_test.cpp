#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "convert_image_model/detector_network.h"
#include "convert_image_model/object_names.h"
#include "onnx_writer/tensor_archive.h"

namespace aiva::convert {
namespace {

using testing::HasSubstr;

// An archive of one number, enough to see what is missing.
TensorArchive small_archive() {
  auto folder = std::filesystem::temp_directory_path() / "convert_image_model_test";
  std::filesystem::create_directories(folder);
  const std::vector<float> values{0.5F};
  std::ofstream(folder / "shard", std::ios::binary)
      .write(reinterpret_cast<const char*>(values.data()), sizeof(float));
  std::ofstream(folder / "model.json")
      << R"({"weightsManifest":[{"paths":["shard"],"weights":[)"
      << R"({"name":"Preprocessor/mul/x","shape":[],"dtype":"float32"}]}]})";
  auto archive = TensorArchive::read(folder);
  std::filesystem::remove_all(folder);
  if (!archive) ADD_FAILURE() << archive.error().message;
  return archive.value_or(TensorArchive());
}

TEST(DetectorNetwork, names_the_weight_that_is_missing) {
  auto model = make_detector_model(small_archive(), std::vector<float>(vector_size));

  ASSERT_FALSE(model);
  EXPECT_EQ(model.error().code, ErrorCode::invalid);
  EXPECT_THAT(model.error().message, HasSubstr("Preprocessor/sub/y"));
}

TEST(DetectorNetwork, refuses_a_mean_of_another_size) {
  auto model = make_detector_model(small_archive(), std::vector<float>(12));

  ASSERT_FALSE(model);
  EXPECT_THAT(model.error().message, HasSubstr("1280"));
}

TEST(ObjectNames, are_the_eighty_of_coco) {
  EXPECT_EQ(std::ranges::count_if(object_names, [](auto name) { return !name.empty(); }), 80);
  EXPECT_EQ(object_names[0], "");
  EXPECT_EQ(object_names[17], "cat");
  EXPECT_EQ(object_names[90], "toothbrush");
}

}  // namespace
}  // namespace aiva::convert
