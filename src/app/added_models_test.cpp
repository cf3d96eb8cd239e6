#include "app/added_models.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <string>

#include "ports/testing/temporary_folder.h"

namespace aiva::app {
namespace {

using testing::HasSubstr;

class AddedModels : public testing::Test {
 protected:
  void note(const std::string& name, const std::string& text) {
    auto place = added_model_folder(folder_.path(), name);
    std::filesystem::create_directories(place);
    std::ofstream(place / "aiva.json") << text;
  }

  TemporaryFolder folder_;
};

TEST_F(AddedModels, knows_what_was_noted) {
  AddedClip clip{.name = "vit",
                 .model = "clip-vit-0123456789ab",
                 .dimension = 512,
                 .picture_side = 224,
                 .tokens_max = 77};
  note("vit", describe(clip));

  auto found = find_added_clip(folder_.path(), "vit");

  ASSERT_TRUE(found) << found.error().message;
  EXPECT_EQ(found->model, "clip-vit-0123456789ab");
  EXPECT_EQ(found->dimension, 512U);
  EXPECT_EQ(found->tokens_max, 77U);
}

TEST_F(AddedModels, refuses_names_that_are_none) {
  note("broken", "{}");

  for (const char* name : {"", "nowhere", "../vit", "VIT", ".hidden", "broken"}) {
    auto found = find_added_clip(folder_.path(), name);
    ASSERT_FALSE(found) << name;
    EXPECT_EQ(found.error().code, ErrorCode::invalid) << name;
  }
}

TEST_F(AddedModels, know_no_model_whose_note_is_a_folder) {
  std::filesystem::create_directories(added_model_folder(folder_.path(), "vit") / "aiva.json");

  EXPECT_EQ(find_added_clip(folder_.path(), "vit").error().code, ErrorCode::invalid);
}

TEST_F(AddedModels, changes_nothing_when_the_folder_is_no_clip) {
  auto source = folder_.path() / "clip";
  std::filesystem::create_directories(source);

  auto added = add_clip({.library = "libonnxruntime.so",
                         .data_folder = folder_.path() / "data",
                         .source = source,
                         .name = {}});
  auto misnamed = add_clip({.library = "libonnxruntime.so",
                            .data_folder = folder_.path() / "data",
                            .source = source,
                            .name = "packaged"});

  ASSERT_FALSE(added || misnamed);
  EXPECT_THAT(added.error().message, HasSubstr("no vision_model.onnx"));
  EXPECT_THAT(misnamed.error().message, HasSubstr("name"));
  EXPECT_FALSE(std::filesystem::exists(folder_.path() / "data"));
}

TEST_F(AddedModels, knows_rerankers_and_clips_apart) {
  note("reader",
       describe(AddedReranker{
           .name = "reader", .model = "reader-0123456789ab", .tokens_max = 512, .logits = 1}));
  note("vit", describe(AddedClip{.name = "vit",
                                 .model = "clip-vit-0123456789ab",
                                 .dimension = 512,
                                 .picture_side = 224,
                                 .tokens_max = 77}));

  auto found = find_added_reranker(folder_.path(), "reader");

  ASSERT_TRUE(found) << found.error().message;
  EXPECT_EQ(found->model, "reader-0123456789ab");
  EXPECT_EQ(found->tokens_max, 512U);
  EXPECT_EQ(found->logits, 1U);
  for (const char* name : {"vit", "none", "nowhere", "../reader"}) {
    auto other = find_added_reranker(folder_.path(), name);
    ASSERT_FALSE(other) << name;
    EXPECT_EQ(other.error().code, ErrorCode::invalid) << name;
  }
  EXPECT_FALSE(find_added_clip(folder_.path(), "reader"));
}

TEST_F(AddedModels, changes_nothing_when_the_folder_is_no_reranker) {
  auto source = folder_.path() / "reader";
  std::filesystem::create_directories(source);

  auto added = add_reranker({.library = "libonnxruntime.so",
                             .data_folder = folder_.path() / "data",
                             .source = source,
                             .name = {}});

  ASSERT_FALSE(added);
  EXPECT_THAT(added.error().message, HasSubstr("no model.onnx"));
  EXPECT_FALSE(std::filesystem::exists(folder_.path() / "data"));
}

}  // namespace
}  // namespace aiva::app
