#include "capabilities/embeddings/embeddings.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <future>
#include <optional>

#include "adapters/test_database/test_database.h"
#include "foundation/flight.h"
#include "ports/testing/fake_text_embedder.h"

namespace aiva::embeddings {
namespace {

int count_words(std::string_view text) {
  return 1 + static_cast<int>(std::ranges::count(text, ' '));
}

// Embeds nothing before it is let go.
class WaitingEmbedder final : public TextEmbedder {
 public:
  explicit WaitingEmbedder(TextEmbedder& inner) : inner_(inner) {}
  [[nodiscard]] const std::string& model() const override { return inner_.model(); }
  [[nodiscard]] std::size_t dimension() const override { return inner_.dimension(); }
  [[nodiscard]] std::size_t tokens_max() const override { return inner_.tokens_max(); }
  Task<Result<Embeddings>> embed(CallContext context, std::vector<std::string> texts) override {
    ++asked;
    asked.notify_all();
    CO_TRY_VOID(co_await gate.wait(context.home));
    auto embedding = inner_.embed(context, std::move(texts));
    auto embeddings = co_await std::move(embedding);
    co_return embeddings;
  }

  std::atomic<int> asked = 0;
  Flight gate;

 private:
  TextEmbedder& inner_;
};

class TextVectorsTest : public testing::Test {
 protected:
  std::unique_ptr<TextVectors> over(TextEmbedder& embedder, bool is_enforced = false) {
    billing =
        billing::make_billing(*database, clock, {.margin_percent = 20, .is_enforced = is_enforced});
    return make_text_vectors({.database = *database,
                              .embedder = embedder,
                              .count_tokens = count_words,
                              .billing = *billing,
                              .compute = compute},
                             {.nano_usd_per_token = 500'000, .batch = 2});
  }
  Result<VectorAnswer> embed(TextVectors& vectors, VectorRequest request) {
    return sync_wait(vectors.embed({.tenant = tenant}, std::move(request)));
  }
  billing::MicroUsd spent() { return -sync_wait(billing->balance({}, tenant)).value().available; }

  TestDatabase database;
  SystemClock clock;
  ThreadPool compute{{.name = "compute", .threads = 1}};
  TenantId tenant = database.add_tenant();
  std::unique_ptr<billing::Billing> billing;  // of the last one made
  FakeTextEmbedder fake{64};
};

TEST_F(TextVectorsTest, embeds_in_batches_in_order_and_charges_the_tokens) {
  auto vectors = over(fake);

  auto answer = embed(*vectors, {.model = "fake-words",
                                 .texts = {"red kite", "pine", "red kite", "low red sun", "pine"}});

  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->vectors.dimension, 64U);
  ASSERT_EQ(answer->vectors.values.size(), 320U);
  EXPECT_TRUE(std::ranges::equal(answer->vectors.row(0), answer->vectors.row(2)));
  EXPECT_TRUE(std::ranges::equal(answer->vectors.row(1), answer->vectors.row(4)));
  EXPECT_FALSE(std::ranges::equal(answer->vectors.row(0), answer->vectors.row(1)));
  EXPECT_EQ(answer->vectors.tokens, 9);
  EXPECT_EQ(answer->cost, 5400);  // 9 tokens at 500 micro-dollars and 20 %
  EXPECT_EQ(spent(), 5400);
}

TEST_F(TextVectorsTest, refuses_what_it_could_not_embed_whole) {
  auto vectors = over(fake);
  std::string long_text;
  for (int i = 0; i < 513; ++i) long_text += "w ";

  auto other = embed(*vectors, {.model = "gpt-4o", .texts = {"a"}});
  auto none = embed(*vectors, {.model = "fake-words", .texts = {}});
  auto empty = embed(*vectors, {.model = "fake-words", .texts = {"a", ""}});
  auto many =
      embed(*vectors, {.model = "fake-words", .texts = std::vector<std::string>(2049, "a")});
  auto long_one = embed(*vectors, {.model = "fake-words", .texts = {"a", long_text}});

  EXPECT_EQ(other.error().code, ErrorCode::not_found);
  EXPECT_EQ(none.error().code, ErrorCode::invalid);
  EXPECT_EQ(empty.error().code, ErrorCode::invalid);
  EXPECT_EQ(many.error().code, ErrorCode::invalid);
  ASSERT_EQ(long_one.error().code, ErrorCode::invalid);
  EXPECT_EQ(long_one.error().details.front().field, "input[1]");
  EXPECT_EQ(fake.texts_embedded(), 0U);
  EXPECT_EQ(spent(), 0);
}

TEST_F(TextVectorsTest, shortens_only_models_that_were_trained_for_it) {
  FakeTextEmbedder matryoshka(8, "text-embedding-3-small");
  auto vectors = over(matryoshka);

  auto whole = embed(*vectors, {.model = "text-embedding-3-small", .texts = {"a b c d"}});
  auto half =
      embed(*vectors, {.model = "text-embedding-3-small", .texts = {"a b c d"}, .dimension = 4});
  auto longer =
      embed(*vectors, {.model = "text-embedding-3-small", .texts = {"a"}, .dimension = 9});
  auto plain = over(fake);
  auto untrained = embed(*plain, {.model = "fake-words", .texts = {"a"}, .dimension = 4});
  auto same = embed(*plain, {.model = "fake-words", .texts = {"a"}, .dimension = 64});

  ASSERT_TRUE(half);
  ASSERT_EQ(half->vectors.values.size(), 4U);
  double square = 0;
  for (float value : half->vectors.values) square += static_cast<double>(value) * value;
  EXPECT_NEAR(square, 1, 1e-6);
  double scale = half->vectors.values[0] / whole->vectors.values[0];
  for (std::size_t i = 0; i < 4; ++i)
    EXPECT_NEAR(half->vectors.values[i], whole->vectors.values[i] * scale, 1e-6);
  EXPECT_EQ(longer.error().code, ErrorCode::invalid);
  EXPECT_EQ(untrained.error().details.front().field, "dimensions");
  EXPECT_TRUE(same);
}

TEST_F(TextVectorsTest, needs_credits_where_they_are_enforced) {
  auto vectors = over(fake, true);

  auto poor = embed(*vectors, {.model = "fake-words", .texts = {"a b"}});
  ASSERT_TRUE(sync_wait(billing->add({}, tenant, 1'000'000, "start")));
  auto rich = embed(*vectors, {.model = "fake-words", .texts = {"a b"}});

  EXPECT_EQ(poor.error().code, ErrorCode::quota_exceeded);
  EXPECT_TRUE(rich);
}

TEST_F(TextVectorsTest, lets_two_calls_at_once_not_spend_the_same_credits) {
  WaitingEmbedder slow(fake);
  auto vectors = over(slow, true);
  ASSERT_TRUE(sync_wait(billing->add({}, tenant, 1300, "enough for one")));
  std::promise<Result<VectorAnswer>> first;

  start(vectors->embed({.tenant = tenant}, {.model = "fake-words", .texts = {"a b"}}),
        [&first](std::exception_ptr, std::optional<Result<VectorAnswer>> answer) {
          first.set_value(*std::move(answer));
        });
  slow.asked.wait(0);
  auto during = sync_wait(billing->balance({}, tenant));
  auto second = embed(*vectors, {.model = "fake-words", .texts = {"a b"}});
  slow.gate.land({});
  auto answer = first.get_future().get();
  auto after = sync_wait(billing->balance({}, tenant));

  EXPECT_EQ(during->held, 1200);  // 2 tokens at 500 micro-dollars and 20 %
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, ErrorCode::quota_exceeded);
  EXPECT_EQ(slow.asked, 1);
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->cost, 1200);
  EXPECT_EQ(after->held, 0);
  EXPECT_EQ(after->balance, 100);
}

TEST_F(TextVectorsTest, costs_nothing_when_the_model_fails) {
  auto vectors = over(fake);
  fake.fail_next(1, Error{.code = ErrorCode::unavailable, .message = "down"});

  auto answer = embed(*vectors, {.model = "fake-words", .texts = {"a"}});

  EXPECT_EQ(answer.error().code, ErrorCode::unavailable);
  EXPECT_EQ(spent(), 0);
  EXPECT_EQ(sync_wait(billing->balance({}, tenant))->held, 0);
}

TEST_F(TextVectorsTest, serves_nothing_without_a_model) {
  FakeTextEmbedder none(8, "none");
  auto vectors = over(none);

  EXPECT_FALSE(vectors->model());
  EXPECT_EQ(embed(*vectors, {.model = "none", .texts = {"a"}}).error().code, ErrorCode::not_found);
}

}  // namespace
}  // namespace aiva::embeddings
