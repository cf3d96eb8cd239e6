#include "adapters/onnx/clip_image_model.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <fstream>
#include <string>
#include <vector>

#include "adapters/onnx/clip_tokenizer.h"
#include "adapters/onnx/internal/clip_files.h"
#include "ports/testing/temporary_folder.h"

namespace aiva {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr const char* library = AIVA_TEST_ONNXRUNTIME;

class ClipModel : public testing::Test {
 protected:
  // As make_tiny_clip writes it: pictures are their mean colour, texts the sum of their words.
  void SetUp() override {
    constexpr auto how = std::filesystem::copy_options::recursive;
    std::filesystem::copy(AIVA_TEST_MODELS "/tiny_clip", folder_.path(), how);
  }
  void copy(const std::string& from, const std::string& to) {
    constexpr auto how = std::filesystem::copy_options::overwrite_existing;
    std::filesystem::copy_file(folder_.path() / from, folder_.path() / to, how);
  }
  void write(const std::string& name, const std::string& bytes) {
    std::ofstream(folder_.path() / name, std::ios::binary) << bytes;
  }
  [[nodiscard]] std::vector<std::int64_t> encode(std::string_view text,
                                                 std::size_t count_max = 77) const {
    auto tokenizer = ClipTokenizer::load(folder_.path() / "tokenizer.json");
    if (!tokenizer) ADD_FAILURE() << tokenizer.error().message << tokenizer.error().cause;
    return tokenizer->encode(text, count_max);
  }
  [[nodiscard]] std::unique_ptr<ImageModel> open() const {
    auto made = make_clip_image_model(
        {.library_path = library, .folder = folder_.path(), .model = "clip-test", .dimension = 3});
    if (!made) ADD_FAILURE() << made.error().message << " " << made.error().cause;
    return std::move(*made);
  }

  TemporaryFolder folder_;
};

Picture paint(int red, int green, int blue, int width = 48, int height = 32) {
  Picture picture{.width = width, .height = height};
  for (int i = 0; i < width * height; ++i)
    for (int value : {red, green, blue}) picture.rgb.push_back(static_cast<std::uint8_t>(value));
  return picture;
}

TEST_F(ClipModel, tokenizes_as_clip_does) {
  EXPECT_THAT(encode("red"), ElementsAre(19, 8, 20));
  EXPECT_THAT(encode("  Red BLUE\n"), ElementsAre(19, 8, 11, 20));
  EXPECT_THAT(encode("red!11"), ElementsAre(19, 8, 13, 12, 12, 20)) << "each digit is a word";
  EXPECT_THAT(encode("red's"), ElementsAre(19, 8, 14, 20));
  EXPECT_THAT(encode("u\xCC\x88"), ElementsAre(19, 17, 18, 20)) << "composed before its bytes";
  EXPECT_THAT(encode(""), ElementsAre(19, 20));
}

TEST_F(ClipModel, cuts_a_text_and_keeps_its_end) {
  std::string text;
  for (int i = 0; i < 200; ++i) text += "red ";

  auto ids = encode(text);

  EXPECT_EQ(ids.size(), 77U);
  EXPECT_EQ(ids.back(), 20);
  EXPECT_EQ(encode(std::string(100'000, 'r')).size(), 77U);
  EXPECT_THAT(encode("red red red", 3), ElementsAre(19, 8, 20));
}

TEST_F(ClipModel, gives_the_vectors_one_can_compute_by_hand) {
  auto model = open();

  auto seen = sync_wait(model->embed_images({}, {paint(255, 51, 0)}));
  auto read = sync_wait(model->embed_texts({}, {"red red blue"}));

  ASSERT_TRUE(seen) << seen.error().message << " " << seen.error().cause;
  // (1 - 0.5) / 0.5 = 1; (0.2 - 0.5) / 0.5 = -0.6; (0 - 0.5) / 0.25 = -2; length √5.36.
  EXPECT_NEAR(seen->vectors.values[0], 1 / 2.31517, 1e-4);
  EXPECT_NEAR(seen->vectors.values[1], -0.6 / 2.31517, 1e-4);
  EXPECT_NEAR(seen->vectors.values[2], -2 / 2.31517, 1e-4);
  ASSERT_TRUE(read) << read.error().message << " " << read.error().cause;
  EXPECT_NEAR(read->values[0], 2 / 2.23607, 1e-4);
  EXPECT_NEAR(read->values[2], 1 / 2.23607, 1e-4);
  EXPECT_EQ(read->tokens, 5);
  EXPECT_EQ(read->model, "clip-test");
  EXPECT_TRUE(model->has_text());
  EXPECT_EQ(model->picture_side(), 32);
}

TEST_F(ClipModel, looks_at_the_middle_of_a_picture) {
  auto preparation = read_clip_preparation(folder_.path() / "preprocessor_config.json");
  ASSERT_TRUE(preparation) << preparation.error().message;
  auto picture = paint(0, 0, 0, 96, 32);
  for (int y = 0; y < 32; ++y)
    for (int x = 32; x < 64; ++x) picture.rgb[static_cast<std::size_t>((y * 96 + x) * 3)] = 200;

  auto prepared = preparation->prepare(picture);

  EXPECT_EQ(prepared.width, 32);
  EXPECT_EQ(prepared.height, 32);
  EXPECT_EQ(prepared.rgb.front(), 200);
  EXPECT_EQ(prepared.rgb[31 * 3], 200);
}

TEST_F(ClipModel, reads_the_forms_a_preparation_comes_in) {
  auto read = [this](const char* text) {
    write("preprocessor_config.json", text);
    return read_clip_preparation(folder_.path() / "preprocessor_config.json");
  };
  constexpr const char* rest = R"("image_mean":[0,0,0],"image_std":[1,1,1]})";

  auto number = read((std::string(R"({"size":224,"crop_size":224,)") + rest).c_str());
  auto squeezed =
      read((std::string(R"({"size":{"height":20,"width":30},"resample":2,)") + rest).c_str());

  ASSERT_TRUE(number && squeezed);
  EXPECT_EQ(number->crop.width, 224);
  EXPECT_FALSE(number->is_squeezed);
  EXPECT_TRUE(squeezed->is_squeezed);
  EXPECT_EQ(squeezed->prepare(paint(1, 2, 3)).width, 30);
  for (const char* wrong : {"[]", "{}", R"({"size":0})", R"({"size":224,"resample":1})",
                            R"({"size":224,"crop_size":300})", R"({"size":224})",
                            R"({"size":224,"image_mean":[0,0,0],"image_std":[1,0,1]})"}) {
    auto made = read(wrong);
    ASSERT_FALSE(made) << wrong;
    EXPECT_EQ(made.error().code, ErrorCode::invalid) << wrong;
  }
}

TEST_F(ClipModel, is_checked_before_it_is_added) {
  auto report = check_clip_folder(library, folder_.path());

  ASSERT_TRUE(report) << report.error().message << " " << report.error().cause;
  EXPECT_EQ(report->dimension, 3U);
  EXPECT_EQ(report->picture_side, 32);
  EXPECT_EQ(report->tokens_max, 77U);
  EXPECT_EQ(report->fingerprint.size(), 12U);
  EXPECT_THAT(report->files, ElementsAre("onnx/vision_model.onnx", "onnx/text_model.onnx",
                                         "tokenizer.json", "preprocessor_config.json"));
}

TEST_F(ClipModel, says_what_does_not_fit) {
  auto message = [this] {
    auto report = check_clip_folder(library, folder_.path());
    return report ? std::string() : report.error().message;
  };

  copy("onnx/narrow_text_model.onnx", "onnx/text_model.onnx");
  EXPECT_THAT(message(), HasSubstr("pictures have 3 numbers, texts 2"));
  write("onnx/text_model.onnx", "no model");
  EXPECT_THAT(message(), HasSubstr("cannot be loaded"));
  copy("onnx/vision_model.onnx", "onnx/text_model.onnx");
  EXPECT_THAT(message(), HasSubstr("does not fit"));
  write("tokenizer.json", R"({"model":{"vocab":{},"merges":[]}})");
  EXPECT_THAT(message(), HasSubstr("tokenizer"));
  std::filesystem::remove(folder_.path() / "onnx/text_model.onnx");
  EXPECT_THAT(message(), HasSubstr("no text_model.onnx"));
}

TEST_F(ClipModel, notices_that_its_files_have_changed) {
  auto model = make_clip_image_model(
      {.library_path = library, .folder = folder_.path(), .model = "clip-test", .dimension = 512});
  ASSERT_TRUE(model);

  auto seen = sync_wait((*model)->embed_images({}, {paint(1, 2, 3)}));

  ASSERT_FALSE(seen);
  EXPECT_EQ(seen.error().code, ErrorCode::unavailable);
}

}  // namespace
}  // namespace aiva
