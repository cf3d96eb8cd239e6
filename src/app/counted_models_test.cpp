#include "app/counted_models.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>

#include "ports/testing/fake_image_model.h"
#include "ports/testing/fake_text_embedder.h"

namespace aiva::app {
namespace {

bool shows(const Metrics& metrics, const std::string& line) {
  return metrics.to_prometheus_text().find("\n" + line + "\n") != std::string::npos;
}

TEST(CountedModels, texts_are_counted_and_calls_timed) {
  Metrics metrics;
  auto made = std::make_unique<FakeTextEmbedder>();
  auto& inner = *made;
  auto embedder = count_texts(std::move(made), metrics);

  auto vectors = sync_wait(embedder->embed({}, {"one", "two", "three"}));
  inner.fail_next(1, {.code = ErrorCode::unavailable, .message = "away"});
  auto failed = sync_wait(embedder->embed({}, {"four"}));
  inner.fail_next(1, {.code = ErrorCode::cancelled, .message = "gone"});
  auto given_up = sync_wait(embedder->embed({}, {"five"}));

  ASSERT_TRUE(vectors.has_value());
  EXPECT_EQ(vectors->values.size(), 3 * embedder->dimension());
  EXPECT_FALSE(failed.has_value());
  EXPECT_FALSE(given_up.has_value());
  EXPECT_TRUE(shows(metrics, "aiva_embedding_texts_total 3"));
  EXPECT_TRUE(shows(metrics, "aiva_embedding_seconds_count 1"));
  EXPECT_TRUE(shows(metrics, "aiva_embedding_failures_total 1"));
}

TEST(CountedModels, pictures_and_texts_about_them_are_told_apart) {
  Metrics metrics;
  auto model = count_pictures(std::make_unique<FakeImageModel>(), metrics);
  auto side = static_cast<std::size_t>(model->picture_side());
  Picture grey{.width = model->picture_side(), .height = model->picture_side()};
  grey.rgb.assign(side * side * 3, 128);

  ASSERT_TRUE(sync_wait(model->embed_images({}, {grey, grey})).has_value());
  std::ignore = sync_wait(model->embed_texts({}, {"a grey picture"}));

  EXPECT_TRUE(shows(metrics, R"(aiva_image_inferences_total{kind="picture"} 2)"));
  EXPECT_TRUE(shows(metrics, R"(aiva_image_inference_seconds_count{kind="picture"} 1)"));
  EXPECT_TRUE(shows(metrics, R"(aiva_image_inference_seconds_count{kind="text"} )" +
                                 std::string(model->has_text() ? "1" : "0")));
}

}  // namespace
}  // namespace aiva::app
