#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "ports/image_model.h"

namespace aiva {

// A model for which pictures are alike whose colours are alike, and which sees an apple on what is
// red. With texts it knows the words red, green and blue.
class FakeImageModel final : public ImageModel {
 public:
  explicit FakeImageModel(bool has_text = false) : has_text_(has_text) {}

  // While set, every call fails with this error.
  void fail_with(std::optional<Error> error) { error_ = std::move(error); }
  // From now on calls with a picture whose first byte is this fail with `invalid`.
  void refuse(std::uint8_t first_byte) { refused_ = first_byte; }
  // How many pictures each call for pictures had.
  [[nodiscard]] const std::vector<std::size_t>& calls() const { return calls_; }

  [[nodiscard]] const std::string& model() const override { return model_; }
  [[nodiscard]] std::size_t dimension() const override { return 4; }
  [[nodiscard]] int picture_side() const override { return 16; }
  [[nodiscard]] bool has_text() const override { return has_text_; }

  Task<Result<SeenPictures>> embed_images(CallContext context,
                                          std::vector<Picture> pictures) override {
    CO_TRY_VOID(context.check());
    calls_.push_back(pictures.size());
    if (error_) co_return fail(*error_);
    SeenPictures seen;
    seen.vectors.model = model_;
    seen.vectors.dimension = dimension();
    for (const auto& picture : pictures) {
      if (!picture.is_whole()) co_return fail(ErrorCode::invalid, "A picture is not whole");
      if (refused_ && picture.rgb.front() == *refused_)
        co_return fail(ErrorCode::invalid, "The model does not like this picture");
      std::vector<float> sums(3);
      for (std::size_t i = 0; i < picture.rgb.size(); ++i) sums[i % 3] += picture.rgb[i];
      auto pixels = static_cast<float>(picture.rgb.size()) / 3;
      append(sums[0] / pixels, sums[1] / pixels, sums[2] / pixels, seen.vectors.values);
      seen.objects.emplace_back();
      bool is_red = sums[0] > 2 * sums[1] && sums[0] > 2 * sums[2];
      if (is_red) seen.objects.back().push_back({.name = "apple", .score = 0.9});
    }
    co_return seen;
  }

  Task<Result<Embeddings>> embed_texts(CallContext context,
                                       std::vector<std::string> texts) override {
    CO_TRY_VOID(context.check());
    if (!has_text_) co_return fail(ErrorCode::unavailable, "The image model does not read texts");
    if (error_) co_return fail(*error_);
    Embeddings made;
    made.model = model_;
    made.dimension = dimension();
    for (const auto& text : texts) {
      auto level = [&text](const char* word) { return text.contains(word) ? 255.0F : 0.0F; };
      append(level("red"), level("green"), level("blue"), made.values);
    }
    co_return made;
  }

 private:
  static void append(float red, float green, float blue, std::vector<float>& values) {
    constexpr float floor = 1;  // black has a direction too
    float length = std::sqrt(red * red + green * green + blue * blue + floor);
    for (float value : {red, green, blue, floor}) values.push_back(value / length);
  }

  std::string model_ = "fake-colours";
  bool has_text_;
  std::optional<Error> error_;
  std::optional<std::uint8_t> refused_;
  std::vector<std::size_t> calls_;
};

}  // namespace aiva
