#include "capabilities/search/ranking_options.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <set>
#include <string>

namespace aiva::search {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::vector<std::string> fields(const RankingOptions& options) {
  std::vector<std::string> fields;
  for (const auto& mistake : mistakes_of(options)) fields.push_back(mistake.field);
  return fields;
}

std::string text(const RankingOptions& options) {
  std::string text;
  JsonWriter writer(text);
  write_options(writer, options);
  return text;
}

TEST(RankingOptions, may_be_at_the_ends_of_their_ranges) {
  EXPECT_THAT(fields({}), IsEmpty());
  EXPECT_THAT(fields({.fusion = Fusion::weighted,
                      .weights = FusionWeights{0, 10},
                      .tag_boosts = {{"a", 0.1}, {"b", 10}},
                      .metadata_boosts = {{{{"year", 2024}}, 2}},
                      .recency = Recency{.half_life_days = 0.1, .weight = 1, .field = "date"},
                      .mmr_lambda = 0}),
              IsEmpty());
}

TEST(RankingOptions, name_every_mistake) {
  double nan = std::numeric_limits<double>::quiet_NaN();
  EXPECT_THAT(fields({.weights = FusionWeights{0, 0}}), ElementsAre("weights"));
  EXPECT_THAT(fields({.weights = FusionWeights{-1, 11}}),
              ElementsAre("weights.vector", "weights.keyword"));
  EXPECT_THAT(fields({.weights = FusionWeights{nan, 1}}), ElementsAre("weights.vector"));
  EXPECT_THAT(fields({.mmr_lambda = 1.1}), ElementsAre("mmr.lambda"));
  EXPECT_THAT(fields({.recency = Recency{.half_life_days = 0, .weight = 2}}),
              ElementsAre("recency.half_life_days", "recency.weight"));
  EXPECT_THAT(fields({.recency = Recency{.field = std::string(201, 'x')}}),
              ElementsAre("recency.field"));
  EXPECT_THAT(fields({.tag_boosts = {{"a", 0.05}, {"b", 11}}}),
              ElementsAre("boosts.tags.a", "boosts.tags.b"));
  EXPECT_THAT(fields({.metadata_boosts = {{{}, 0}, {{{"a", json::Array{}}}, 1}}}),
              ElementsAre("boosts.metadata.0.factor", "boosts.metadata.0.match",
                          "boosts.metadata.1.match.a"));
  EXPECT_THAT(fields({.tag_boosts = std::vector<TagBoost>(21, {"a", 1}),
                      .metadata_boosts = std::vector<MetadataBoost>(11, {{{"a", 1}}, 1})}),
              ElementsAre("boosts.tags", "boosts.metadata"));
}

TEST(RankingOptions, have_texts_of_their_own) {
  std::set<std::string> texts;
  for (const auto& options : std::vector<RankingOptions>{
           {},
           {.fusion = Fusion::weighted},
           {.weights = FusionWeights{}},
           {.mmr_lambda = 0.7},
           {.mmr_lambda = 0.5},
           {.recency = Recency{}},
           {.recency = Recency{.field = "date"}},
           {.tag_boosts = {{"a", 2}}},
           {.metadata_boosts = {{{{"a", 1}}, 2}}},
       })
    texts.insert(text(options));

  EXPECT_EQ(texts.size(), 9U);
}

TEST(RankingOptions, say_whether_all_candidates_matter) {
  EXPECT_FALSE(RankingOptions{}.reorders());
  EXPECT_FALSE((RankingOptions{.fusion = Fusion::weighted}).reorders());
  EXPECT_TRUE((RankingOptions{.mmr_lambda = 0.5}).reorders());
  EXPECT_TRUE((RankingOptions{.recency = Recency{}}).reorders());
}

TEST(Fusion, has_names_that_read_back) {
  for (auto fusion : {Fusion::rrf, Fusion::weighted})
    EXPECT_EQ(parse_fusion(to_string(fusion)), fusion);
  EXPECT_FALSE(parse_fusion("max"));
}

}  // namespace
}  // namespace aiva::search
