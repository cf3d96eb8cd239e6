#include "capabilities/search/internal/diversity.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace aiva::search {
namespace {

using testing::ElementsAre;

class Diversity : public testing::Test {
 protected:
  void add(std::string text, double score, std::vector<float> vector = {}) {
    TextHit hit{.score = score};
    hit.chunk.id = ChunkId::make();
    hit.chunk.text = std::move(text);
    candidates_.push_back({.chunk = hit.chunk.id, .vector = std::move(vector)});
    hits_.push_back(std::move(hit));
  }
  std::vector<std::string> choose(double lambda, std::size_t count_max) {
    diversify(hits_, candidates_, {.lambda = lambda, .count_max = count_max});
    std::vector<std::string> texts;
    for (const auto& hit : hits_) texts.push_back(hit.chunk.text);
    return texts;
  }

  std::vector<TextHit> hits_;
  std::vector<Candidate> candidates_;
};

TEST_F(Diversity, prefers_another_direction_to_the_same_again) {
  add("first", 1.0, {1, 0});
  add("again", 0.9, {1, 0});
  add("other", 0.6, {0, 1});

  EXPECT_THAT(choose(0.5, 2), ElementsAre("first", "other"));
  EXPECT_DOUBLE_EQ(hits_[0].mmr_penalty.value(), 0);
  EXPECT_DOUBLE_EQ(hits_[1].mmr_penalty.value(), 0);
  EXPECT_DOUBLE_EQ(hits_[1].score, 0.6);
}

TEST_F(Diversity, puts_what_repeats_last_and_says_what_that_took) {
  add("first", 1.0, {1, 0});
  add("again", 0.9, {0.6F, 0.8F});
  add("other", 0.6, {0, 1});

  EXPECT_THAT(choose(0.5, 9), ElementsAre("first", "other", "again"));
  EXPECT_NEAR(hits_[2].mmr_penalty.value(), 0.5 * 0.8, 1e-6);
}

TEST_F(Diversity, goes_by_the_score_alone_at_one) {
  add("first", 1.0, {1, 0});
  add("again", 0.9, {1, 0});
  add("other", 0.6, {0, 1});

  EXPECT_THAT(choose(1, 3), ElementsAre("first", "again", "other"));
}

TEST_F(Diversity, compares_words_where_a_vector_is_missing) {
  add("The lamp burns at night", 1.0, {1, 0});
  add("the LAMP burns at night.", 0.9);
  add("Tents are cleaned with water", 0.8);

  EXPECT_THAT(choose(0.5, 2),
              ElementsAre("The lamp burns at night", "Tents are cleaned with water"));
}

TEST_F(Diversity, does_not_care_for_the_size_of_scores) {
  add("first", 4.0, {1, 0});
  add("again", 3.6, {1, 0});
  add("other", 2.4, {0, 1});

  EXPECT_THAT(choose(0.5, 2), ElementsAre("first", "other"));
}

TEST_F(Diversity, of_nothing_is_nothing) { EXPECT_TRUE(choose(0.5, 5).empty()); }

}  // namespace
}  // namespace aiva::search
