#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include "adapters/openai/testing/openai_emulator_fixture.h"
#include "foundation/json.h"

namespace aiva {
namespace {

using std::chrono::milliseconds;

class OpenAiEmulator : public OpenAiEmulatorFixture {
 protected:
  void limit(const std::string& limits) { control("POST", "/_limits", limits); }
  std::size_t requests_arrived() {
    return json::parse(control("GET", "/_requests", ""))->as_array().size();
  }
  std::unique_ptr<TextEmbedder> make_embedder(OpenAiEmbedderOptions options = {}) {
    options.server = server_;
    options.server.default_model = "text-embedding-3-small";
    options.dimension = 8;
    return make_openai_text_embedder(std::move(options), *http_);
  }
  std::string ask(const std::string& content) {
    return OpenAiEmulatorFixture::ask({.messages = {{ChatRole::user, content}}});
  }
};

constexpr const char* question =
    "[1] Goods may be returned within thirty days.\n\nWhen may goods be returned?";

TEST_F(OpenAiEmulator, streams_a_grounded_answer_with_usage) {
  EXPECT_EQ(ask(question), "Goods may be returned within thirty days. [1]");

  EXPECT_GT(usage_.input_tokens, 10);
  EXPECT_EQ(usage_.output_tokens, 11);
}

TEST_F(OpenAiEmulator, gets_through_a_busy_spell) {
  cause(R"({"kind":"rate_limit","retry_after_s":0})");
  cause(R"({"kind":"server_error"})");
  cause(R"({"kind":"drop"})");

  EXPECT_EQ(ask(question), "Goods may be returned within thirty days. [1]");
}

TEST_F(OpenAiEmulator, notices_every_way_an_answer_breaks_off) {
  for (const std::string kind : {"cut_stream", "malformed_sse"}) {
    cause(R"({"kind":")" + kind + R"(","after_chunks":3})");
    EXPECT_EQ(ask(question), "Goods may!The model's answer broke off") << kind;
  }
  cause(R"({"kind":"stream_error","after_chunks":3})");
  EXPECT_EQ(ask(question), "Goods may!The model provider has a problem");
}

TEST_F(OpenAiEmulator, gives_up_on_a_silent_server_at_its_deadline) {
  cause(R"({"kind":"hang"})");
  server_.timeout = milliseconds(100);

  EXPECT_EQ(ask(question), "!The other side took too long");
}

TEST_F(OpenAiEmulator, says_that_its_key_is_refused) {
  server_.api_key = "sk-wrong";

  EXPECT_EQ(ask(question), "!The model provider refuses our key");
}

TEST_F(OpenAiEmulator, embeds_related_texts_near_each_other) {
  auto server = server_;
  server.default_model = "text-embedding-3-small";
  auto embedder = make_openai_text_embedder({.server = server, .dimension = 256}, *http_);
  std::vector<std::string> texts(250, "filling");
  texts[0] = "return goods within thirty days";
  texts[1] = "how to return goods";
  texts[2] = "";

  auto embeddings = sync_wait(embedder->embed({}, texts));

  ASSERT_TRUE(embeddings.has_value()) << embeddings.error().cause;
  EXPECT_EQ(embeddings->values.size(), 250U * 256U);
  auto cosine = [&embeddings](std::size_t a, std::size_t b) {
    auto left = embeddings->row(a);
    return std::inner_product(left.begin(), left.end(), embeddings->row(b).begin(), 0.0F);
  };
  EXPECT_NEAR(cosine(0, 0), 1, 1e-5);
  EXPECT_GT(cosine(0, 1), cosine(0, 249) + 0.2F);
}

TEST_F(OpenAiEmulator, refuses_embeddings_that_make_no_sense) {
  auto server = server_;
  server.default_model = "text-embedding-3-small";
  auto embedder = make_openai_text_embedder({.server = server}, *http_);
  for (const std::string kind : {"wrong_json", "wrong_shape"}) {
    cause(R"({"kind":")" + kind + R"("})");
    auto embeddings = sync_wait(embedder->embed({}, {"text"}));
    ASSERT_FALSE(embeddings.has_value()) << kind;
    EXPECT_EQ(embeddings.error().code, ErrorCode::unavailable) << kind;
  }
}

TEST_F(OpenAiEmulator, embeds_through_every_passing_fault) {
  auto embedder = make_embedder({.batch_max = 2});
  cause(R"({"kind":"rate_limit","retry_after_s":0})");
  cause(R"({"kind":"server_error"})");
  cause(R"({"kind":"drop"})");
  ASSERT_TRUE(sync_wait(embedder->embed({}, {"a", "b", "c"})).has_value());

  server_.timeout = milliseconds(200);
  cause(R"({"kind":"hang"})");
  cause(R"({"kind":"overloaded"})");
  cause(R"({"kind":"cut_body"})");
  auto embeddings = sync_wait(make_embedder()->embed({}, {"a"}));

  ASSERT_TRUE(embeddings.has_value()) << embeddings.error().cause;
  EXPECT_EQ(embeddings->values.size(), 8U);
}

TEST_F(OpenAiEmulator, keeps_below_the_limit_it_is_told) {
  limit(R"({"requests_per_minute":600,"tokens_per_minute":1000000})");
  auto embedder = make_embedder({.batch_max = 1, .limits = {.requests_per_minute = 300}});

  auto embeddings = sync_wait(embedder->embed({}, std::vector<std::string>(12, "text")));

  ASSERT_TRUE(embeddings.has_value()) << embeddings.error().cause;
  EXPECT_EQ(embeddings->tokens, 12);
  EXPECT_EQ(requests_arrived(), 12U);  // none of them was refused
}

TEST_F(OpenAiEmulator, gets_through_a_limit_it_was_not_told) {
  limit(R"({"requests_per_minute":600})");
  auto embedder = make_embedder({.batch_max = 1});

  auto embeddings = sync_wait(embedder->embed({}, std::vector<std::string>(14, "text")));

  ASSERT_TRUE(embeddings.has_value()) << embeddings.error().cause;
  EXPECT_GE(requests_arrived(), 14U);
}

TEST_F(OpenAiEmulator, gives_up_on_a_limit_that_outlasts_the_deadline) {
  limit(R"({"requests_per_minute":60,"tokens_per_minute":60})");
  auto embedder = make_embedder();
  ASSERT_TRUE(sync_wait(embedder->embed({}, {"a"})).has_value());
  CallContext context{.deadline = std::chrono::steady_clock::now() + milliseconds(300)};

  auto embeddings = sync_wait(embedder->embed(context, {"b"}));

  ASSERT_FALSE(embeddings.has_value());
  EXPECT_EQ(embeddings.error().code, ErrorCode::unavailable);
  EXPECT_EQ(embeddings.error().retry_after_s, 1);
}

TEST_F(OpenAiEmulator, splits_a_request_of_more_tokens_than_one_may_have) {
  std::string text;
  while (text.size() < 16'000) text += "a ";

  auto embeddings = sync_wait(make_embedder({.batch_tokens_max = 1'000'000})
                                  ->embed({}, std::vector<std::string>(50, text)));

  ASSERT_TRUE(embeddings.has_value()) << embeddings.error().cause;
  EXPECT_EQ(embeddings->values.size(), 50U * 8U);
  EXPECT_EQ(requests_arrived(), 3U);
}

TEST_F(OpenAiEmulator, moderates_texts_in_several_requests) {
  auto server = server_;
  server.default_model = "omni-moderation-latest";
  auto moderator = make_openai_moderator(server, *http_);
  std::vector<std::string> texts(40, "Good morning");
  texts.back() = "I will kill you, idiot";

  auto report = sync_wait(moderator->look_at({}, texts));
  cause(R"({"kind":"wrong_shape","on":"moderations"})");
  auto nonsense = sync_wait(moderator->look_at({}, {"Hello"}));
  cause(R"({"kind":"server_error","on":"moderations","count":9})");
  auto down = sync_wait(moderator->look_at({}, {"Hello"}));

  ASSERT_TRUE(report) << report.error().message;
  EXPECT_TRUE(report->is_flagged);
  EXPECT_EQ(report->categories.size(), 13U);
  for (const auto& category : report->categories) {
    EXPECT_EQ(category.is_flagged, category.name == "violence") << category.name;
    if (category.name == "harassment") EXPECT_EQ(category.score, 0.44);
  }
  ASSERT_FALSE(nonsense);
  EXPECT_EQ(nonsense.error().code, ErrorCode::unavailable);
  ASSERT_FALSE(down);
  EXPECT_EQ(down.error().code, ErrorCode::unavailable);
}

}  // namespace
}  // namespace aiva
