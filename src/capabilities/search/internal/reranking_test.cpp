#include "capabilities/search/internal/reranking.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "ports/testing/fake_reranker.h"

namespace aiva::search {
namespace {

using ::testing::DoubleEq;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

// Answers only once its time is up.
class SlowReranker final : public Reranker {
 public:
  [[nodiscard]] const std::string& model() const override { return model_; }
  [[nodiscard]] std::size_t texts_max() const override { return 100; }
  Task<Result<RerankScores>> score(CallContext context, std::string,
                                   std::vector<std::string>) override {
    auto left = context.deadline - std::chrono::steady_clock::now();
    EXPECT_LE(left, std::chrono::milliseconds(1500));
    co_return fail(ErrorCode::timeout, "The call took too long");
  }

 private:
  std::string model_ = "slow";
};

// Answers what it was told to.
class FixedReranker final : public Reranker {
 public:
  explicit FixedReranker(std::vector<double> values) : values_(std::move(values)) {}
  [[nodiscard]] const std::string& model() const override { return model_; }
  [[nodiscard]] std::size_t texts_max() const override { return 2; }
  Task<Result<RerankScores>> score(CallContext, std::string, std::vector<std::string>) override {
    co_return RerankScores{.values = values_};
  }

 private:
  std::string model_ = "fixed";
  std::vector<double> values_;
};

class RerankingTest : public ::testing::Test {
 protected:
  // Hits with these texts, fused from the first to the last.
  void rank(const std::vector<std::string>& texts) {
    for (const auto& text : texts) {
      double fused = 1 - 0.1 * static_cast<double>(hits_.size());
      hits_.push_back(
          {.chunk = {.id = ChunkId::make(), .text = text}, .score = fused, .fused_score = fused});
    }
  }
  bool order(const std::string& query, RerankLimits limits = {}) {
    Reranking reranking(&reranker_, limits, metrics_);
    return sync_wait(reranking.order({}, query, hits_));
  }
  std::vector<std::string> texts() const {
    std::vector<std::string> found;
    for (const auto& hit : hits_) found.push_back(hit.chunk.text);
    return found;
  }
  std::vector<double> scores() const {
    std::vector<double> found;
    for (const auto& hit : hits_) found.push_back(hit.score);
    return found;
  }

  FakeReranker reranker_;
  Metrics metrics_;
  std::vector<TextHit> hits_;
};

TEST_F(RerankingTest, puts_the_best_answer_first_and_gives_its_score) {
  rank({"nothing", "one two", "one", "two one three"});

  EXPECT_TRUE(order("one two three"));

  EXPECT_THAT(texts(), ElementsAre("two one three", "one two", "one", "nothing"));
  EXPECT_THAT(scores(),
              ElementsAre(DoubleEq(1), DoubleEq(2 / 3.0), DoubleEq(1 / 3.0), DoubleEq(0)));
  EXPECT_DOUBLE_EQ(hits_[0].rerank_score.value(), 1);
  EXPECT_DOUBLE_EQ(hits_[0].fused_score, 0.7);
  EXPECT_DOUBLE_EQ(hits_[3].rerank_score.value(), 0);
}

TEST_F(RerankingTest, leaves_equal_ones_in_their_order) {
  rank({"a", "b", "c one"});

  EXPECT_TRUE(order("one"));

  EXPECT_THAT(texts(), ElementsAre("c one", "a", "b"));
}

TEST_F(RerankingTest, reads_no_more_than_it_may_and_puts_the_others_behind) {
  rank({"one", "one two", "one two", "one"});

  EXPECT_TRUE(order("one two", {.candidates_max = 2}));

  EXPECT_THAT(texts(), ElementsAre("one two", "one", "one two", "one"));
  EXPECT_THAT(scores(),
              ElementsAre(DoubleEq(1), DoubleEq(0.5), DoubleEq(0.5 * 0.8), DoubleEq(0.5 * 0.7)));
  EXPECT_FALSE(hits_[2].rerank_score.has_value());
  EXPECT_EQ(reranker_.texts().size(), 2U);
}

TEST_F(RerankingTest, reads_the_headings_of_a_chunk_too) {
  rank({"a", "b"});
  hits_[1].chunk.heading_path = "Returns";

  EXPECT_TRUE(order("Returns"));

  EXPECT_THAT(texts(), ElementsAre("b", "a"));
}

TEST_F(RerankingTest, changes_nothing_when_the_reranker_fails) {
  rank({"a", "one"});
  reranker_.fail_next(1, {.code = ErrorCode::unavailable, .message = "The model is gone"});

  EXPECT_FALSE(order("one"));

  EXPECT_THAT(texts(), ElementsAre("a", "one"));
  EXPECT_FALSE(hits_[0].rerank_score.has_value());
  EXPECT_THAT(metrics_.to_prometheus_text(),
              HasSubstr("aiva_search_reranked_total{outcome=\"failed\"} 1"));
}

TEST_F(RerankingTest, changes_nothing_when_the_reranker_takes_too_long) {
  rank({"a", "one"});
  SlowReranker slow;
  Reranking reranking(&slow, {}, metrics_);

  EXPECT_FALSE(sync_wait(reranking.order({}, "one", hits_)));

  EXPECT_THAT(texts(), ElementsAre("a", "one"));
}

TEST_F(RerankingTest, changes_nothing_for_what_are_no_scores) {
  rank({"a", "one"});
  const std::vector<double> answers[] = {{},         {0.1},    {0.1, 0.2, 0.3}, {0.1, std::nan("")},
                                         {0.1, 1.5}, {-1, 0.5}};
  for (const auto& values : answers) {
    FixedReranker fixed(values);
    Reranking reranking(&fixed, {}, metrics_);

    EXPECT_FALSE(sync_wait(reranking.order({}, "one", hits_)));

    EXPECT_THAT(texts(), ElementsAre("a", "one"));
    EXPECT_THAT(scores(), ElementsAre(DoubleEq(1), DoubleEq(0.9)));
  }
}

TEST_F(RerankingTest, asks_for_the_chunks_it_wants_to_read) {
  Reranking with(&reranker_, {.candidates_max = 30}, metrics_);
  Reranking without(nullptr, {.candidates_max = 30}, metrics_);

  EXPECT_EQ(with.chunks_needed(15), 30U);
  EXPECT_EQ(with.chunks_needed(60), 60U);
  EXPECT_EQ(without.chunks_needed(15), 15U);
  EXPECT_FALSE(sync_wait(without.order({}, "one", hits_)));
}

TEST_F(RerankingTest, says_what_hits_depend_on) {
  FixedReranker fixed({});
  Reranking off(nullptr, {}, metrics_);
  Reranking ten(&reranker_, {.candidates_max = 10}, metrics_);
  Reranking twenty(&reranker_, {.candidates_max = 20}, metrics_);
  Reranking other(&fixed, {.candidates_max = 10}, metrics_);

  EXPECT_EQ(off.form(), "");
  EXPECT_NE(ten.form(), twenty.form());
  EXPECT_NE(ten.form(), other.form());
}

}  // namespace
}  // namespace aiva::search
