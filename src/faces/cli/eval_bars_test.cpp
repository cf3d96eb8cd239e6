#include "faces/cli/eval_bars.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace aiva::cli {
namespace {

using evaluation::Metric;

evaluation::Slice slice_of(std::string tag, double hit_5) {
  evaluation::Slice slice{.tag = std::move(tag), .questions = 4};
  slice.metrics[evaluation::index_of(Metric::hit_5)].mean = hit_5;
  return slice;
}

TEST(EvalBars, read_metric_tag_and_value) {
  auto all = parse_bar("hit@5=0.9", 5);
  auto tagged = parse_bar("recall@7:table=1", 7);
  auto exact = parse_bar("exact@10=0.95", 5);

  ASSERT_TRUE(all && tagged && exact);
  EXPECT_EQ(all->metric, Metric::hit_5);
  EXPECT_EQ(all->value, 0.9);
  EXPECT_EQ(tagged->metric, Metric::recall);
  EXPECT_EQ(tagged->tag, "table");
  EXPECT_FALSE(exact->metric);
}

TEST(EvalBars, say_what_is_wrong) {
  struct Wrong {
    const char* text;
    const char* told;
  };
  for (auto [text, told] :
       std::vector<Wrong>{{"hit@5", "must be METRIC=VALUE"},
                          {"hit@5=", "the value must be a number between 0 and 1"},
                          {"hit@5=90%", "the value must be a number between 0 and 1"},
                          {"hit@5=nan", "the value must be a number between 0 and 1"},
                          {"hit@5:=0.5", "the tag is missing"},
                          {"hit@4=0.5", "there is no such metric; there are hit@1, hit@3"},
                          {"exact@10:table=0.5", "over all questions only"}}) {
    auto bar = parse_bar(text, 5);
    ASSERT_FALSE(bar) << text;
    EXPECT_EQ(bar.error().code, ErrorCode::invalid);
    EXPECT_THAT(bar.error().message, testing::HasSubstr(told)) << text;
  }
}

TEST(EvalBars, are_held_against_the_first_run) {
  evaluation::Report report;
  report.runs.push_back({.slices = {slice_of("", 0.9), slice_of("table", 0.4)}});
  report.runs.push_back({.slices = {slice_of("", 1)}});
  std::vector<Bar> bars;
  for (const auto* text : {"hit@5=0.9", "hit@5=0.91", "hit@5:table=0.5", "exact@10=0.1"})
    bars.push_back(*parse_bar(text, 5));

  auto outcomes = hold_against(bars, report);

  ASSERT_EQ(outcomes.size(), 4U);
  EXPECT_TRUE(outcomes[0].is_met);
  EXPECT_FALSE(outcomes[1].is_met);
  EXPECT_FALSE(outcomes[2].is_met);
  EXPECT_EQ(outcomes[2].measured, 0.4);
  EXPECT_FALSE(outcomes[3].is_met) << "nothing was compared with an exact scan";
}

}  // namespace
}  // namespace aiva::cli
