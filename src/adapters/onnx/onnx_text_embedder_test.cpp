#include "adapters/onnx/onnx_text_embedder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <cmath>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "adapters/onnx/internal/reference_entries.h"

namespace aiva {
namespace {

OnnxEmbedderOptions test_options() {
  return {.library_path = AIVA_TEST_ONNXRUNTIME,
          .model_path = AIVA_TEST_MODELS "/sentence_encoder.onnx",
          .vocab_path = AIVA_TEST_MODELS "/sentence_encoder.vocab",
          .threads = 2};
}

class OnnxTextEmbedderTest : public testing::Test {
 protected:
  static void SetUpTestSuite() { embedder_ = make_onnx_text_embedder(test_options()).value(); }
  static void TearDownTestSuite() { embedder_.reset(); }

  static Embeddings embed(std::vector<std::string> texts) {
    auto result = sync_wait(embedder_->embed({}, std::move(texts)));
    EXPECT_TRUE(result) << result.error().message << " " << result.error().cause;
    return result.value_or(Embeddings{});
  }
  static double cosine(std::span<const float> a, std::span<const float> b) {
    double sum = 0;
    for (std::size_t i = 0; i < a.size(); ++i) sum += static_cast<double>(a[i]) * b[i];
    return sum;
  }

  static std::unique_ptr<TextEmbedder> embedder_;
};
std::unique_ptr<TextEmbedder> OnnxTextEmbedderTest::embedder_;

TEST_F(OnnxTextEmbedderTest, describes_itself) {
  EXPECT_EQ(embedder_->model(), "universal-sentence-encoder-lite");
  EXPECT_EQ(embedder_->dimension(), 512U);
  EXPECT_EQ(embedder_->tokens_max(), 128U);
}

TEST_F(OnnxTextEmbedderTest, gives_the_vectors_of_the_original) {
  const auto entries = read_reference_entries(AIVA_TEST_DATA "/reference.json");
  std::vector<std::string> texts;
  std::int64_t tokens = 0;
  for (const auto& entry : entries) {
    texts.push_back(entry.text);
    tokens += static_cast<std::int64_t>(std::min<std::size_t>(entry.token_count, 128));
  }

  const auto embeddings = embed(texts);

  EXPECT_EQ(embeddings.model, embedder_->model());
  EXPECT_EQ(embeddings.tokens, tokens);
  for (std::size_t i = 0; i < entries.size(); ++i)
    for (std::size_t j = 0; j < entries[i].head.size(); ++j)
      EXPECT_NEAR(embeddings.row(i)[j], entries[i].head[j], 1e-5) << entries[i].text;
}

TEST_F(OnnxTextEmbedderTest, brings_like_meanings_near) {
  const auto embeddings =
      embed({"How do I reset my password?",
             "I forgot my login credentials and need to recover my account.",
             "A man is playing a guitar on stage.", "Someone performs music with a guitar.",
             "The stock market fell sharply on Monday.",
             "Shares dropped steeply at the start of the week.",
             "Refunds are issued within 14 days of purchase.", "What is your money-back policy?",
             "The weather in Paris is sunny today."});

  auto near = [&](std::size_t a, std::size_t b) {
    return cosine(embeddings.row(a), embeddings.row(b));
  };
  EXPECT_NEAR(near(0, 1), 0.64, 0.005);
  EXPECT_NEAR(near(2, 3), 0.69, 0.005);
  EXPECT_NEAR(near(4, 5), 0.57, 0.005);
  EXPECT_NEAR(near(6, 7), 0.31, 0.005);
  EXPECT_LT(near(0, 8), 0.1);
}

TEST_F(OnnxTextEmbedderTest, gives_unit_vectors_even_for_the_empty_text) {
  const auto embeddings = embed({"", " \n ", "a", "\xFF\xFE"});

  for (std::size_t i = 0; i < 4; ++i)
    EXPECT_NEAR(cosine(embeddings.row(i), embeddings.row(i)), 1, 1e-5) << i;
  EXPECT_GT(cosine(embeddings.row(0), embeddings.row(1)), 0.9999);
}

TEST_F(OnnxTextEmbedderTest, gives_a_text_the_same_vector_in_any_company) {
  std::vector<std::string> texts;
  for (int i = 0; i < 120; ++i) {
    std::string text = "Row " + std::to_string(i);
    for (int j = 0; j < i % 40; ++j) text += " and more";
    texts.push_back(text);
  }

  const auto together = embed(texts);

  for (std::size_t i = 0; i < texts.size(); i += 7) {
    const auto alone = embed({texts[i]});
    for (std::size_t j = 0; j < 512; ++j)
      ASSERT_NEAR(together.row(i)[j], alone.row(0)[j], 2e-6) << i;
  }
}

TEST_F(OnnxTextEmbedderTest, reads_the_head_of_a_megabyte) {
  std::string text;
  while (text.size() < 1 << 20) text += "A long text goes on and on. ";

  const auto embeddings = embed({text, text.substr(0, 4096)});

  EXPECT_EQ(embeddings.tokens, 256);
  EXPECT_GT(cosine(embeddings.row(0), embeddings.row(1)), 0.9999);
}

TEST_F(OnnxTextEmbedderTest, counts_line_ends_as_spaces) {
  const auto embeddings = embed(
      {"The invoice is due\nwithin  thirty\r\n days.", "The invoice is due within thirty days."});

  EXPECT_GT(cosine(embeddings.row(0), embeddings.row(1)), 0.9999);
}

TEST_F(OnnxTextEmbedderTest, serves_concurrent_calls) {
  const std::vector<std::string> texts(30, "Each of these calls runs beside the others.");
  const auto expected = embed({texts.front()});
  std::vector<std::jthread> threads;
  threads.reserve(6);
  std::atomic<int> wrong = 0;

  for (int i = 0; i < 6; ++i) {
    threads.emplace_back([&, i] {
      for (int round = 0; round < 3; ++round) {
        auto call = i % 2 == 0 ? texts : std::vector{texts.front()};
        const auto result = sync_wait(embedder_->embed({}, std::move(call)));
        if (!result || cosine(result->row(0), expected.row(0)) < 0.9999) ++wrong;
      }
    });
  }
  threads.clear();

  EXPECT_EQ(wrong, 0);
}

TEST_F(OnnxTextEmbedderTest, refuses_a_call_that_is_over_or_too_large) {
  std::stop_source source;
  source.request_stop();

  const auto cancelled =
      sync_wait(embedder_->embed({.cancellation = source.get_token()}, {"text"}));
  const auto late =
      sync_wait(embedder_->embed({.deadline = std::chrono::steady_clock::time_point()}, {"text"}));
  const auto large = sync_wait(embedder_->embed({}, std::vector<std::string>(5000, "text")));

  ASSERT_FALSE(cancelled);
  EXPECT_EQ(cancelled.error().code, ErrorCode::cancelled);
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().code, ErrorCode::timeout);
  ASSERT_FALSE(large);
  EXPECT_EQ(large.error().code, ErrorCode::too_large);
}

TEST_F(OnnxTextEmbedderTest, gives_no_rows_for_no_texts) {
  const auto embeddings = embed({});

  EXPECT_TRUE(embeddings.values.empty());
  EXPECT_EQ(embeddings.tokens, 0);
}

TEST_F(OnnxTextEmbedderTest, cannot_be_made_without_its_files) {
  auto without_library = test_options();
  without_library.library_path = "/nowhere/libonnxruntime.so";
  auto without_vocabulary = test_options();
  without_vocabulary.vocab_path = "/nowhere/pieces.vocab";
  auto with_wrong_file = test_options();
  with_wrong_file.vocab_path = with_wrong_file.model_path;

  EXPECT_EQ(make_onnx_text_embedder(without_library).error().code, ErrorCode::unavailable);
  EXPECT_EQ(make_onnx_text_embedder(without_vocabulary).error().code, ErrorCode::unavailable);
  EXPECT_EQ(make_onnx_text_embedder(with_wrong_file).error().code, ErrorCode::invalid);
}

class Int8TextEmbedder : public OnnxTextEmbedderTest {
 protected:
  static std::unique_ptr<TextEmbedder> make_int8() {
    auto options = test_options();
    options.model_path = AIVA_TEST_MODELS "/sentence_encoder_int8.onnx";
    return make_onnx_text_embedder(options).value();
  }
};

TEST_F(Int8TextEmbedder, stays_near_the_original) {
  std::vector<std::string> texts;
  for (const auto& entry : read_reference_entries(AIVA_TEST_DATA "/reference.json"))
    texts.push_back(entry.text);
  auto exact = embed(texts);

  auto quick = sync_wait(make_int8()->embed({}, texts));

  ASSERT_TRUE(quick) << quick.error().cause;
  EXPECT_EQ(quick->model, exact.model);
  for (std::size_t i = 0; i < texts.size(); ++i)
    EXPECT_GT(cosine(quick->row(i), exact.row(i)), 0.99) << texts[i];
}

TEST_F(Int8TextEmbedder, gives_a_text_the_same_vector_in_any_company) {
  auto embedder = make_int8();
  auto alone = sync_wait(embedder->embed({}, {"Refunds are issued within 14 days."}));
  auto beside = sync_wait(embedder->embed(
      {}, {"!!! ??? 12345 67890", "Refunds are issued within 14 days.", "A", "The weather"}));

  ASSERT_TRUE(alone && beside);
  EXPECT_TRUE(std::ranges::equal(alone->row(0), beside->row(1)));
}

}  // namespace
}  // namespace aiva
