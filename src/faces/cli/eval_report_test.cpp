#include "faces/cli/eval_report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "foundation/json.h"

namespace aiva::cli {
namespace {

using evaluation::Metric;
using evaluation::Outcome;
using testing::HasSubstr;
using testing::Not;

Outcome outcome_of(int rank, std::string document) {
  Outcome outcome{.rank = rank, .time_ms = 1.5, .best_cosine = 0.5};
  if (rank == 1) outcome.values[evaluation::index_of(Metric::hit_1)] = 1;
  outcome.hits.push_back({.chunk = ChunkId::make(),
                          .document = std::move(document),
                          .page_first = 3,
                          .page_last = 4,
                          .score = 0.75,
                          .cosine = 0.5,
                          .grade = rank == 1 ? 3 : 0});
  return outcome;
}

// Two settings over two questions, the second of which nothing answers.
evaluation::Report sample_report() {
  evaluation::Report report{.base_name = "Manuals", .embedding_model = "m"};
  report.questions = {{.id = "q1", .question = "How \"long\", please?", .tags = {"a", "b"}},
                      {.id = "q2", .question = "Why?", .is_unanswerable = true}};
  evaluation::Slice all{.tag = "", .questions = 1};
  all.metrics[evaluation::index_of(Metric::hit_1)] = {.mean = 0, .interval = {0, 0}};
  report.runs.push_back({.chunks = 7,
                         .slices = {all},
                         .unreachable = std::vector<std::size_t>{0},
                         .outcomes = {outcome_of(0, "x,y.md"), outcome_of(0, "z.md")}});
  all.metrics[evaluation::index_of(Metric::hit_1)].mean = 1;
  report.runs.push_back({.setting = {.name = "vector_weight=1"},
                         .chunks = 7,
                         .slices = {all},
                         .exact = evaluation::ExactRecall{.questions = 2, .vectors = 7},
                         .outcomes = {outcome_of(1, "x,y.md"), outcome_of(0, "z.md")}});
  evaluation::Comparison comparison{.run = 1, .better = {0}};
  comparison.metrics[0] = {.mean = 1, .interval = {1, 1}, .wins = 1, .sign_p = 1};
  report.comparisons.push_back(comparison);
  return report;
}

TEST(EvalReport, is_a_table_for_a_person) {
  auto bars = hold_against({*parse_bar("hit@1=0.5", 5)}, sample_report());

  auto text = eval_table(sample_report(), bars);

  EXPECT_THAT(text, HasSubstr("Knowledge base 'Manuals', 2 questions, 1 of them without"));
  EXPECT_THAT(text, HasSubstr("as it is (7 chunks)"));
  EXPECT_THAT(text, HasSubstr("Not found (1): q1\n"));
  EXPECT_THAT(text, HasSubstr("In no chunk as a whole (1): q1\n"));
  EXPECT_THAT(text, HasSubstr("vector_weight=1 against as it is"));
  EXPECT_THAT(text, HasSubstr("Better (1): q1 (none → 1)"));
  EXPECT_THAT(text, HasSubstr("clear"));
  EXPECT_THAT(text, HasSubstr("MISSED  hit@1=0.5: 0.0000"));
  EXPECT_THAT(text, Not(HasSubstr("Worse")));
}

TEST(EvalReport, is_json_for_programs) {
  auto bars = hold_against({*parse_bar("hit@1=0", 5)}, sample_report());

  auto value = json::parse(eval_json(sample_report(), bars));

  ASSERT_TRUE(value) << value.error().message;
  const auto& report = value->as_object();
  EXPECT_EQ(report.at("format"), 1);
  const auto& runs = report.at("runs").as_array();
  ASSERT_EQ(runs.size(), 2U);
  EXPECT_TRUE(runs[0].at("exact").is_null());
  EXPECT_EQ(runs[1].at("exact").at("vectors"), 7);
  EXPECT_EQ(runs[0].at("slices").at(0).at("metrics").at("hit@1").at("mean").to_number<double>(), 0);
  EXPECT_TRUE(runs[0].at("slices").at(0).at("tag").is_null());
  EXPECT_EQ(runs[1].at("questions").at(0).at("rank"), 1);
  EXPECT_EQ(runs[1].at("questions").at(0).at("hits").at(0).at("page_last"), 4);
  EXPECT_EQ(runs[1].at("questions").at(1).as_object().if_contains("rank"), nullptr);
  EXPECT_EQ(report.at("comparisons").at(0).at("better").at(0), "q1");
  EXPECT_EQ(report.at("comparisons").at(0).at("metrics").at("hit@1").at("is_clear"), true);
  EXPECT_EQ(report.at("bars").at(0).at("is_met"), true);
}

TEST(EvalReport, is_rows_for_spreadsheets) {
  auto text = eval_csv(sample_report());

  EXPECT_EQ(std::ranges::count(text, '\n'), 5);
  EXPECT_THAT(text, HasSubstr("setting,id,unanswerable,tags,rank,hit@1,hit@3,hit@5,hit@10,mrr,"
                              "ndcg@10,recall@5,precision@5,time_ms,best_cosine,first_document,"
                              "first_page,question\r\n"));
  EXPECT_THAT(text, HasSubstr("vector_weight=1,q1,false,a;b,1,1,0,0,0,0,0,0,0,1.500,0.5,"
                              "\"x,y.md\",3,\"How \"\"long\"\", please?\"\r\n"));
  EXPECT_THAT(text, HasSubstr("as it is,q2,true,,,,,,,,,,,1.500,0.5,z.md,3,Why?\r\n"));
}

}  // namespace
}  // namespace aiva::cli
