#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cmath>
#include <stop_token>
#include <string>
#include <vector>

#include "adapters/openai/internal/embedding_answer.h"
#include "adapters/openai/openai.h"
#include "foundation/crypto.h"
#include "foundation/json.h"
#include "ports/testing/scripted_http_client.h"

namespace aiva {
namespace {

using openai::read_embedding_answer;

std::string pack(const std::vector<float>& vector) {
  return to_base64(std::string_view(reinterpret_cast<const char*>(vector.data()),
                                    vector.size() * sizeof(float)));
}

TEST(EmbeddingAnswer, reads_numbers_and_base64_alike) {
  auto numbers = read_embedding_answer(
      R"({"data":[{"index":0,"embedding":[3,4.0]}],"usage":{"prompt_tokens":7}})", 1);
  auto packed =
      read_embedding_answer(R"({"data":[{"index":0,"embedding":")" + pack({3, 4}) + R"("}]})", 1);

  ASSERT_TRUE(numbers.has_value());
  ASSERT_TRUE(packed.has_value());
  EXPECT_EQ(numbers->values, packed->values);
  EXPECT_FLOAT_EQ(numbers->values[0], 0.6F);
  EXPECT_FLOAT_EQ(numbers->values[1], 0.8F);
  EXPECT_EQ(numbers->tokens, 7);
  EXPECT_EQ(packed->tokens, 0);
}

TEST(EmbeddingAnswer, puts_rows_where_their_index_says) {
  auto answer = read_embedding_answer(
      R"({"data":[{"index":1,"embedding":[0,1]},{"index":0,"embedding":[1,0]}]})", 2);

  ASSERT_TRUE(answer.has_value());
  EXPECT_EQ(answer->values, (std::vector<float>{1, 0, 0, 1}));
}

TEST(EmbeddingAnswer, refuses_what_makes_no_sense) {
  const char* answers[] = {"",
                           "[]",
                           "{}",
                           R"({"data":{}})",
                           R"({"data":[]})",
                           R"({"data":[null]})",
                           R"({"data":[{"index":0}]})",
                           R"({"data":[{"index":0,"embedding":null}]})",
                           R"({"data":[{"index":0,"embedding":[]}]})",
                           R"({"data":[{"index":0,"embedding":[1,"2"]}]})",
                           R"({"data":[{"index":0,"embedding":"AAA"}]})",
                           R"({"data":[{"index":0,"embedding":"AAAA"}]})",
                           R"({"data":[{"index":0,"embedding":[0,0]}]})",
                           R"({"data":[{"index":1,"embedding":[1]}]})",
                           R"({"data":[{"index":-1,"embedding":[1]}]})",
                           R"({"data":[{"index":0,"embedding":[1e300,1e300]}]})",
                           R"({"data":[{"index":0,"embedding":[1]},{"index":1,"embedding":[1]}]})"};
  for (const auto* text : answers) {
    auto answer = read_embedding_answer(text, 1);
    ASSERT_FALSE(answer.has_value()) << text;
    EXPECT_EQ(answer.error().code, ErrorCode::unavailable) << text;
  }
  auto nan = R"({"data":[{"index":0,"embedding":")" + pack({NAN, 1}) + R"("}]})";
  EXPECT_FALSE(read_embedding_answer(nan, 1).has_value());
  const char* twice = R"({"data":[{"index":0,"embedding":[1]},{"index":0,"embedding":[1]}]})";
  EXPECT_FALSE(read_embedding_answer(twice, 2).has_value());
  const char* uneven = R"({"data":[{"index":0,"embedding":[1]},{"index":1,"embedding":[1,0]}]})";
  EXPECT_FALSE(read_embedding_answer(uneven, 2).has_value());
}

// Answers with one vector a text: (text length, 1), and ten tokens a request.
class OpenAiEmbedder : public ::testing::Test {
 protected:
  static Result<HttpResponse> answer(const HttpRequest& request) {
    auto body = json::parse(request.body);
    auto& asked = body->as_object();
    std::string text = R"({"usage":{"prompt_tokens":10},"data":[)";
    int index = 0;
    for (const auto& input : asked["input"].as_array()) {
      auto length = std::to_string(input.as_string().size());
      text += std::string(index > 0 ? "," : "") + R"({"index":)" + std::to_string(index) +
              R"(,"embedding":[)" + length + ",1]}";
      ++index;
    }
    return HttpResponse{.status = 200, .body = text + "]}"};
  }
  std::unique_ptr<TextEmbedder> make(OpenAiEmbedderOptions options = {}) {
    options.server.base_url = "http://models.example/v1";
    options.server.default_model = "text-embedding-3-small";
    // Time passes while it pauses.
    options.server.now = [this] { return now_; };
    options.server.pause = [this](CallContext context, std::chrono::milliseconds time) {
      return pass(std::move(context), time);
    };
    return make_openai_text_embedder(std::move(options), http_);
  }

  // How many texts each request had.
  std::vector<std::size_t> texts_asked() {
    std::vector<std::size_t> counts;
    for (const auto& request : http_.requests())
      counts.push_back(json::parse(request.body)->as_object()["input"].as_array().size());
    return counts;
  }

  ScriptedHttpClient http_{answer};

 private:
  Task<Result<void>> pass(CallContext context, std::chrono::milliseconds time) {
    now_ += time;
    co_return context.check();
  }

  std::chrono::steady_clock::time_point now_ = std::chrono::steady_clock::now();
};

TEST_F(OpenAiEmbedder, embeds_in_batches_and_keeps_the_order) {
  auto embedder = make({.batch_max = 2});

  auto embeddings = sync_wait(embedder->embed({}, {"a", "bb", "ccc", "dddd", "eeeee"}));

  ASSERT_TRUE(embeddings.has_value());
  EXPECT_EQ(http_.requests().size(), 3U);
  EXPECT_EQ(embeddings->tokens, 30);
  EXPECT_EQ(embeddings->dimension, 2U);
  for (std::size_t i = 0; i < 5; ++i)
    EXPECT_FLOAT_EQ(embeddings->row(i)[0] / embeddings->row(i)[1], static_cast<float>(i + 1));
}

TEST_F(OpenAiEmbedder, learns_the_dimension_when_it_is_not_told) {
  auto embedder = make();
  EXPECT_EQ(embedder->dimension(), 0U);

  ASSERT_TRUE(sync_wait(embedder->embed({}, {"a"})).has_value());

  EXPECT_EQ(embedder->dimension(), 2U);
  EXPECT_EQ(http_.requests().at(0).body.find("dimensions"), std::string::npos);
}

TEST_F(OpenAiEmbedder, refuses_vectors_of_another_dimension_than_configured) {
  auto embedder = make({.dimension = 8});

  auto embeddings = sync_wait(embedder->embed({}, {"a"}));

  ASSERT_FALSE(embeddings.has_value());
  EXPECT_EQ(embeddings.error().code, ErrorCode::unavailable);
  EXPECT_NE(http_.requests().at(0).body.find("\"dimensions\":8"), std::string::npos);
}

TEST_F(OpenAiEmbedder, cuts_texts_beyond_the_model_and_fills_empty_ones) {
  auto embedder = make({.tokens_max = 3});

  ASSERT_TRUE(sync_wait(embedder->embed({}, {"", "1234567", "12345\xc3\xa4"})).has_value());

  auto body = json::parse(http_.requests().at(0).body);
  auto& input = body->as_object()["input"].as_array();
  EXPECT_EQ(input[0].as_string(), " ");
  EXPECT_EQ(input[1].as_string(), "123456");
  EXPECT_EQ(input[2].as_string(), "12345");
}

TEST_F(OpenAiEmbedder, keeps_the_tokens_of_a_request_below_their_limit) {
  auto embedder = make({.batch_tokens_max = 100});  // of two bytes each at the most
  std::vector<std::string> texts(5, std::string(90, 'a'));
  texts[4] = std::string(1000, 'b');

  auto embeddings = sync_wait(embedder->embed({}, texts));

  ASSERT_TRUE(embeddings.has_value());
  EXPECT_EQ(embeddings->values.size(), 10U);
  EXPECT_THAT(texts_asked(), testing::ElementsAre(2, 2, 1));
}

TEST_F(OpenAiEmbedder, fits_requests_into_the_limits_of_a_minute) {
  auto embedder = make({.limits = {.tokens_per_minute = 800},
                        .estimate_tokens = [](std::string_view) { return 40; }});

  ASSERT_TRUE(sync_wait(embedder->embed({}, std::vector<std::string>(5, "a"))).has_value());

  EXPECT_THAT(texts_asked(), testing::ElementsAre(2, 2, 1));
}

TEST_F(OpenAiEmbedder, halves_a_request_that_is_too_large_for_the_provider) {
  ScriptedHttpClient http([](const HttpRequest& request) -> Result<HttpResponse> {
    auto body = json::parse(request.body);
    if (body->as_object()["input"].as_array().size() > 2)
      return HttpResponse{.status = 400, .body = R"({"error":{"code":"max_tokens_per_request"}})"};
    return answer(request);
  });
  auto embedder = make_openai_text_embedder({}, http);

  auto embeddings = sync_wait(embedder->embed({}, {"a", "bb", "ccc", "dddd", "eeeee"}));

  ASSERT_TRUE(embeddings.has_value()) << embeddings.error().cause;
  EXPECT_EQ(embeddings->tokens, 30);
  for (std::size_t i = 0; i < 5; ++i)
    EXPECT_FLOAT_EQ(embeddings->row(i)[0] / embeddings->row(i)[1], static_cast<float>(i + 1));
}

TEST_F(OpenAiEmbedder, asks_again_after_silence_unless_the_call_is_over) {
  int asked = 0;
  std::stop_source source;
  ScriptedHttpClient http([&](const HttpRequest& request) -> Result<HttpResponse> {
    if (++asked < 3) return fail(ErrorCode::timeout, "The other side took too long");
    if (asked == 4) source.request_stop();
    if (asked >= 4) return fail(ErrorCode::timeout, "The other side took too long");
    return answer(request);
  });
  auto embedder =
      make_openai_text_embedder({.server = {.backoff_first = std::chrono::milliseconds(1)}}, http);

  EXPECT_TRUE(sync_wait(embedder->embed({}, {"a"})).has_value());
  EXPECT_EQ(asked, 3);
  EXPECT_FALSE(sync_wait(embedder->embed({.cancellation = source.get_token()}, {"a"})));
  EXPECT_EQ(asked, 4);
}

TEST_F(OpenAiEmbedder, asks_nothing_for_no_texts) {
  auto embeddings = sync_wait(make()->embed({}, {}));

  ASSERT_TRUE(embeddings.has_value());
  EXPECT_TRUE(embeddings->values.empty());
  EXPECT_TRUE(http_.requests().empty());
}

TEST(OpenAiEmbedderFallback, asks_for_numbers_where_base64_is_unknown) {
  ScriptedHttpClient http([](const HttpRequest& request) -> Result<HttpResponse> {
    if (request.body.find("base64") != std::string::npos)
      return HttpResponse{.status = 400, .body = R"({"error":{"param":"encoding_format"}})"};
    return HttpResponse{.status = 200, .body = R"({"data":[{"index":0,"embedding":[1,0]}]})"};
  });
  auto embedder = make_openai_text_embedder({.server = {.default_model = "local"}}, http);

  EXPECT_TRUE(sync_wait(embedder->embed({}, {"a"})).has_value());
  EXPECT_TRUE(sync_wait(embedder->embed({}, {"a"})).has_value());

  EXPECT_EQ(http.requests().size(), 3U);
}

}  // namespace
}  // namespace aiva
