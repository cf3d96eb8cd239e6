#include "capabilities/search/internal/answer_cache.h"

#include <gtest/gtest.h>

namespace aiva::search {
namespace {

using std::chrono::seconds;

class AnswerCacheTest : public testing::Test {
 protected:
  static NewAnswer answer(std::string query, std::vector<float> vector, std::int64_t found,
                          AnswerCache::Clock::time_point made) {
    return {.query = std::move(query),
            .vector = std::move(vector),
            .answer = std::make_shared<const SearchAnswer>(
                SearchAnswer{.hits = {}, .total_found = found}),
            .made = made};
  }

  AnswerCache cache_{{.time_to_live = seconds(100), .answers_per_base_max = 3, .bases_max = 2}};
  CacheScope scope_{.base = KnowledgeBaseId::make(), .version = 4, .form = "f"};
  AnswerCache::Clock::time_point now_{};
};

TEST_F(AnswerCacheTest, knows_the_same_question_in_another_case_and_spacing) {
  cache_.put(scope_, answer("When are  Refunds paid?", {1, 0}, 7, now_));

  auto found = cache_.find(scope_, " when are refunds\tpaid? ", now_ + seconds(9));

  ASSERT_TRUE(found);
  EXPECT_EQ(found->answer->total_found, 7);
  EXPECT_EQ(found->original_query, "When are  Refunds paid?");
  EXPECT_EQ(found->similarity, 1);
  EXPECT_EQ(found->age_s, 9);
  EXPECT_FALSE(cache_.find(scope_, "when are refunds made?", now_));
}

TEST_F(AnswerCacheTest, finds_the_nearest_question_that_is_near_enough) {
  cache_.put(scope_, answer("refunds", {1, 0}, 1, now_));
  cache_.put(scope_, answer("the refund", {0.96F, 0.28F}, 2, now_));

  auto found = cache_.find_near(scope_, "a refund", std::vector{0.968F, 0.251F}, now_);

  ASSERT_TRUE(found);
  EXPECT_EQ(found->original_query, "the refund");
  EXPECT_GT(found->similarity, 0.99);
  EXPECT_FALSE(cache_.find_near(scope_, "a refund", std::vector{0.6F, 0.8F}, now_));
  EXPECT_FALSE(cache_.find_near(scope_, "a refund", std::vector{1.0F}, now_));
}

TEST_F(AnswerCacheTest, takes_no_other_number_code_or_negation_for_similar) {
  cache_.put(scope_, answer("Is part AB-12 in stock?", {1, 0}, 1, now_));
  std::vector same{1.0F, 0.0F};

  EXPECT_TRUE(cache_.find_near(scope_, "is the part ab-12 in stock", same, now_));
  EXPECT_FALSE(cache_.find_near(scope_, "Is part AB-13 in stock?", same, now_));
  EXPECT_FALSE(cache_.find_near(scope_, "Is part AB in stock?", same, now_));
  EXPECT_FALSE(cache_.find_near(scope_, "Is part AB-12 not in stock?", same, now_));
  EXPECT_FALSE(cache_.find_near(scope_, "Isn't part AB-12 in stock?", same, now_));
}

TEST_F(AnswerCacheTest, forgets_a_base_on_demand_and_at_another_epoch) {
  auto other = scope_;
  other.base = KnowledgeBaseId::make();
  cache_.put(scope_, answer("a", {1, 0}, 1, now_));
  cache_.put(scope_, answer("b", {1, 0}, 1, now_));
  cache_.put(other, answer("a", {1, 0}, 1, now_));

  EXPECT_EQ(cache_.clear(scope_.base), 2);
  EXPECT_EQ(cache_.clear(scope_.base), 0);
  EXPECT_FALSE(cache_.find(scope_, "a", now_));
  EXPECT_TRUE(cache_.find(other, "a", now_));

  auto later = other;
  later.epoch = 9;
  EXPECT_FALSE(cache_.find(later, "a", now_));
  cache_.put(later, answer("b", {1, 0}, 1, now_));
  EXPECT_TRUE(cache_.find(later, "b", now_));
  EXPECT_FALSE(cache_.find(other, "a", now_));
}

TEST_F(AnswerCacheTest, gives_no_answer_that_is_over_whatever_came_before_it) {
  cache_.put(scope_, answer("new", {1, 0}, 1, now_));
  cache_.put(scope_, answer("older", {1, 0}, 1, now_ - seconds(50)));

  EXPECT_TRUE(cache_.find(scope_, "older", now_ + seconds(49)));
  EXPECT_FALSE(cache_.find(scope_, "older", now_ + seconds(50)));
  EXPECT_FALSE(cache_.find_near(scope_, "the older", std::vector{1.0F, 0.0F}, now_ + seconds(50)));
}

TEST_F(AnswerCacheTest, keeps_bases_forms_and_versions_apart) {
  cache_.put(scope_, answer("q", {1, 0}, 1, now_));
  auto other_form = scope_;
  other_form.form = "g";
  auto other_base = scope_;
  other_base.base = KnowledgeBaseId::make();
  auto next = scope_;
  next.version = 5;

  for (const auto& scope : {other_form, other_base, next}) {
    EXPECT_FALSE(cache_.find(scope, "q", now_));
    EXPECT_FALSE(cache_.find_near(scope, "q", std::vector{1.0F, 0.0F}, now_));
  }
  cache_.put(next, answer("r", {1, 0}, 2, now_));

  EXPECT_FALSE(cache_.find(scope_, "q", now_));
  EXPECT_TRUE(cache_.find(next, "r", now_));
  cache_.put(scope_, answer("late", {1, 0}, 3, now_));
  EXPECT_FALSE(cache_.find(next, "late", now_));
}

TEST_F(AnswerCacheTest, forgets_the_old_and_what_has_no_room) {
  cache_.put(scope_, answer("a", {1, 0}, 1, now_));
  EXPECT_TRUE(cache_.find(scope_, "a", now_ + seconds(99)));
  EXPECT_FALSE(cache_.find(scope_, "a", now_ + seconds(100)));

  for (auto query : {"b", "c", "d", "e"}) cache_.put(scope_, answer(query, {1, 0}, 1, now_));
  EXPECT_FALSE(cache_.find(scope_, "b", now_));
  EXPECT_TRUE(cache_.find(scope_, "e", now_));

  for (int i = 0; i < 2; ++i)
    cache_.put({.base = KnowledgeBaseId::make(), .version = 1, .form = "f"},
               answer("x", {}, 1, now_));
  EXPECT_FALSE(cache_.find(scope_, "e", now_));
}

TEST_F(AnswerCacheTest, keeps_nothing_without_a_time_to_live) {
  AnswerCache none({.time_to_live = seconds(0)});

  none.put(scope_, answer("q", {1, 0}, 1, now_));

  EXPECT_FALSE(none.find(scope_, "q", now_));
}

TEST(FormOf, tells_requests_apart_by_everything_but_the_question) {
  SearchRequest one{.query = "a", .top_k = 5};
  SearchRequest same{.query = "b", .top_k = 5};
  EXPECT_EQ(form_of(one), form_of(same));

  for (auto change :
       std::vector<SearchRequest>{{.query = "a", .top_k = 6},
                                  {.query = "a", .type = SearchType::text},
                                  {.query = "a", .filter = {.tags = {"x"}}},
                                  {.query = "a", .filter = {.metadata = {{"year", 1}}}},
                                  {.query = "a", .filter = {.page_min = 1}},
                                  {.query = "a", .filter = {.page_max = 1}},
                                  {.query = "a", .filter = {.created_from = 1}},
                                  {.query = "a", .filter = {.kinds = {PassageKind::code}}},
                                  {.query = "a", .filter = {.documents = {DocumentId::make()}}}})
    EXPECT_NE(form_of(one), form_of(change));
}

}  // namespace
}  // namespace aiva::search
