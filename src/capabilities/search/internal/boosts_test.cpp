#include "capabilities/search/internal/boosts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace aiva::search {
namespace {

using testing::ElementsAre;

constexpr UnixMs day = 24LL * 60 * 60 * 1000;
constexpr UnixMs now = 20'000 * day;

TextHit hit(std::string name, double score, std::string metadata = "{}", UnixMs created_at = now) {
  TextHit hit{.score = score, .fused_score = score};
  hit.chunk.id = ChunkId::make();
  hit.chunk.document = DocumentId::make();
  hit.chunk.text = std::move(name);
  hit.chunk.document_metadata = std::move(metadata);
  hit.chunk.document_created_at = created_at;
  return hit;
}

std::vector<std::string> names(const std::vector<TextHit>& hits) {
  std::vector<std::string> names;
  for (const auto& each : hits) names.push_back(each.chunk.text);
  return names;
}

TEST(Boosts, lift_documents_with_a_tag_or_fitting_metadata) {
  std::vector<TextHit> hits{hit("plain", 0.9), hit("old", 0.8, R"({"year":2019})"),
                            hit("faq", 0.5, R"({"tags":["faq","shop"],"year":2024})")};
  RankingOptions options{
      .tag_boosts = {{"faq", 1.5}, {"none", 9}},
      .metadata_boosts = {{{{"year", json::Object{{"gte", 2024}}}}, 2}, {{{"year", 2019}}, 0.5}}};

  apply_boosts(hits, options, now);

  EXPECT_THAT(names(hits), ElementsAre("faq", "plain", "old"));
  EXPECT_DOUBLE_EQ(hits[0].boost, 3);
  EXPECT_DOUBLE_EQ(hits[0].score, 1.5);
  EXPECT_DOUBLE_EQ(hits[0].fused_score, 0.5);
  EXPECT_DOUBLE_EQ(hits[1].boost, 1);
  EXPECT_DOUBLE_EQ(hits[2].boost, 0.5);
}

TEST(Boosts, stay_within_bounds_together) {
  std::vector<TextHit> hits{hit("both", 0.1, R"({"tags":["a","b"]})")};

  apply_boosts(hits, {.tag_boosts = {{"a", 10}, {"b", 10}}}, now);
  EXPECT_DOUBLE_EQ(hits[0].boost, 10);
  apply_boosts(hits, {.tag_boosts = {{"a", 0.1}, {"b", 0.1}}}, now);
  EXPECT_DOUBLE_EQ(hits[0].boost, 0.1);
}

TEST(Boosts, take_from_old_documents_what_the_half_life_says) {
  std::vector<TextHit> hits{hit("ancient", 1, "{}", 0), hit("month", 1, "{}", now - 30 * day),
                            hit("new", 1), hit("future", 1, "{}", now + day)};

  apply_boosts(hits, {.recency = Recency{.half_life_days = 30, .weight = 0.4}}, now);

  EXPECT_NEAR(hits[3].score, 0.6, 1e-6);
  EXPECT_EQ(hits[3].chunk.text, "ancient");
  EXPECT_NEAR(hits[2].score, 0.8, 1e-6);
  EXPECT_EQ(hits[2].chunk.text, "month");
  EXPECT_DOUBLE_EQ(hits[1].score, 1);
  EXPECT_DOUBLE_EQ(hits[0].score, 1);
}

TEST(Boosts, take_the_date_from_metadata_where_it_is_one) {
  // The day 20000 of Unix time is 2024-10-04.
  for (const auto& [metadata, wanted] :
       std::vector<std::pair<std::string, double>>{{R"({"published":"2024-10-03"})", 0.5},
                                                   {R"({"published":"2024-10-03T00:00:00Z"})", 0.5},
                                                   {R"({"published":"yesterday"})", 0.25},
                                                   {R"({"published":20000})", 0.25},
                                                   {"{}", 0.25},
                                                   {"no JSON", 0.25}}) {
    std::vector<TextHit> hits{hit("x", 1, metadata, now - 2 * day)};
    Recency recency{.half_life_days = 1, .weight = 1, .field = "published"};

    apply_boosts(hits, {.recency = recency}, now);

    EXPECT_NEAR(hits[0].recency, wanted, 1e-6) << metadata;
  }
}

TEST(Boosts, leave_hits_alone_without_options) {
  std::vector<TextHit> hits{hit("a", 0.5), hit("b", 0.5), hit("c", 0.9)};

  apply_boosts(hits, {}, now);

  EXPECT_THAT(names(hits), ElementsAre("a", "b", "c"));
}

}  // namespace
}  // namespace aiva::search
