#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "ports/reranker.h"

namespace aiva {

// A reranker, and a query with a text that answers it and one that does not.
struct RerankerSubject {
  std::unique_ptr<Reranker> reranker;
  std::string query;
  std::string good_text;
  std::string bad_text;
};

using RerankerSubjectFactory = std::function<RerankerSubject()>;

// What every Reranker promises. Run it with
// `INSTANTIATE_TEST_SUITE_P(Onnx, RerankerContract, ::testing::Values(make_subject));`.
class RerankerContract : public ::testing::TestWithParam<RerankerSubjectFactory> {
 protected:
  Result<RerankScores> score(std::vector<std::string> texts, CallContext context = {}) {
    return sync_wait(subject_.reranker->score(context, subject_.query, std::move(texts)));
  }

  RerankerSubject subject_ = GetParam()();
};

TEST_P(RerankerContract, scores_an_answer_above_what_is_none) {
  auto scores = score({subject_.bad_text, subject_.good_text});

  ASSERT_TRUE(scores.has_value()) << scores.error().message << scores.error().cause;
  ASSERT_EQ(scores->values.size(), 2U);
  EXPECT_LT(scores->values[0], scores->values[1]);
  EXPECT_GT(scores->tokens, 0);
  EXPECT_FALSE(subject_.reranker->model().empty());
}

TEST_P(RerankerContract, scores_a_text_the_same_in_any_company) {
  const auto& good = subject_.good_text;
  std::vector<std::string> texts(20, subject_.bad_text);
  for (std::size_t i = 0; i < texts.size(); ++i) texts[i].append(i, '!');
  texts[7] = good;

  auto alone = score({good});
  auto together = score(texts);

  ASSERT_TRUE(alone && together);
  EXPECT_NEAR(alone->values[0], together->values[7], 1e-5);
}

TEST_P(RerankerContract, gives_numbers_between_0_and_1_for_whatever_it_reads) {
  std::string endless;
  while (endless.size() < 200'000) endless += "endless words ";
  std::vector<std::string> texts = {
      "",           " \n\t ", "\xff\xfe\x80",        std::string(3, '\0'),
      "質問と答え", endless,  std::string(5000, 'x')};

  auto scores = score(texts);

  ASSERT_TRUE(scores.has_value()) << scores.error().message << scores.error().cause;
  ASSERT_EQ(scores->values.size(), texts.size());
  for (double value : scores->values) {
    EXPECT_GE(value, 0);
    EXPECT_LE(value, 1);
  }
  EXPECT_TRUE(score({})->values.empty());
}

TEST_P(RerankerContract, refuses_a_call_that_is_over_or_too_large) {
  std::stop_source source;
  source.request_stop();
  auto cancelled = score({"text"}, {.cancellation = source.get_token()});
  auto late = score({"text"}, {.deadline = std::chrono::steady_clock::now()});
  auto large = score(std::vector<std::string>(subject_.reranker->texts_max() + 1));

  ASSERT_FALSE(cancelled || late || large);
  EXPECT_EQ(cancelled.error().code, ErrorCode::cancelled);
  EXPECT_EQ(late.error().code, ErrorCode::timeout);
  EXPECT_EQ(large.error().code, ErrorCode::too_large);
}

}  // namespace aiva
