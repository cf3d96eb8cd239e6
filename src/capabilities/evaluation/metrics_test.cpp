#include "capabilities/evaluation/metrics.h"

#include <gtest/gtest.h>

#include <cmath>

namespace aiva::evaluation {
namespace {

constexpr auto lost = Judgement::not_found;

knowledge::Chunk passage(std::string document, int first, int last, std::string text) {
  return {.id = ChunkId::make(),
          .document = DocumentId::make(),
          .text = std::move(text),
          .heading_path = "Orders > Returns",
          .page_first = first,
          .page_last = last,
          .document_name = std::move(document)};
}

std::vector<int> grades_of(const GoldenQuestion& question, const knowledge::Chunk& chunk,
                           const DocumentAliases* aliases = nullptr) {
  std::vector<const knowledge::Chunk*> hits{&chunk};
  return Judge(question, aliases).judge(hits).grades;
}

TEST(Judge, wants_everything_a_target_says) {
  auto chunk = passage("books/h.pdf", 3, 4, "Within 60\n  DAYS of delivery.");
  Target target{.document = "h.pdf",
                .pages = {{4, 7}},
                .contains = "60 days OF",
                .chunk = chunk.id,
                .grade = 2};
  auto grade = [&chunk](const Target& wanted) {
    return grades_of({.id = "a", .question = "q", .expected = {wanted}}, chunk).front();
  };

  EXPECT_EQ(grade(target), 2);
  EXPECT_EQ(grade({.document = chunk.document.to_string(), .grade = 1}), 1);
  EXPECT_EQ(grade({.contains = "returns", .grade = 1}), 1) << "headings count";
  EXPECT_EQ(grade({.document = "oh.pdf"}), 0);
  EXPECT_EQ(grade({.document = "h.pdf", .pages = {{1, 2}, {5, 5}}}), 0);
  EXPECT_EQ(grade({.contains = "160 days"}), 0);
  EXPECT_EQ(grade({.chunk = ChunkId::make()}), 0);
}

TEST(Judge, refuses_what_looks_right_and_is_wrong) {
  auto chunk = passage("h.pdf", 1, 1, "60 days");
  GoldenQuestion question{
      .id = "a",
      .question = "q",
      .expected = {{.contains = "60 days", .grade = 3}, {.document = "h.pdf", .grade = 0}}};

  EXPECT_EQ(grades_of(question, chunk).front(), 0);
}

TEST(Judge, knows_a_copy_of_a_document) {
  auto chunk = passage("h.pdf", 1, 1, "text");
  auto original = DocumentId::make();
  GoldenQuestion question{
      .id = "a", .question = "q", .expected = {{.document = original.to_string(), .grade = 1}}};
  DocumentAliases aliases{{chunk.document, original}};

  EXPECT_EQ(grades_of(question, chunk).front(), 0);
  EXPECT_EQ(grades_of(question, chunk, &aliases).front(), 1);
}

TEST(Metrics, count_places_of_relevant_hits) {
  Judgement judgement{.grades = {0, 0, 2, 0, 1, 0, 0, 0, 0, 1},
                      .found_first = {2, 4, lost},
                      .target_grades = {2, 1, 1}};

  auto values = score(judgement, 5);

  EXPECT_EQ(values[index_of(Metric::hit_1)], 0);
  EXPECT_EQ(values[index_of(Metric::hit_3)], 1);
  EXPECT_EQ(values[index_of(Metric::hit_10)], 1);
  EXPECT_DOUBLE_EQ(values[index_of(Metric::reciprocal_rank)], 1.0 / 3);
  EXPECT_DOUBLE_EQ(values[index_of(Metric::recall)], 2.0 / 3);
  EXPECT_DOUBLE_EQ(values[index_of(Metric::precision)], 2.0 / 5);
  auto found = 3 / std::log2(4.0) + 1 / std::log2(6.0);
  auto ideal = 3 / std::log2(2.0) + 1 / std::log2(3.0) + 1 / std::log2(4.0);
  EXPECT_DOUBLE_EQ(values[index_of(Metric::ndcg_10)], found / ideal);
}

TEST(Metrics, are_zero_without_hits_and_one_at_best) {
  Judgement none{.grades = {}, .found_first = {lost}, .target_grades = {1}};
  Judgement best{.grades = {3}, .found_first = {0, 0}, .target_grades = {3, 1}};

  for (auto value : score(none, 5)) EXPECT_EQ(value, 0);
  EXPECT_EQ(score(best, 1)[index_of(Metric::ndcg_10)], 1) << "one passage may cover both";
  EXPECT_EQ(score(best, 1)[index_of(Metric::precision)], 1);
}

TEST(Metrics, are_called_by_their_names) {
  for (auto metric : all_metrics) EXPECT_EQ(parse_metric(name_of(metric, 7), 7), metric);
  EXPECT_EQ(parse_metric("recall", 5), Metric::recall);
  EXPECT_FALSE(parse_metric("recall@9", 5));
  EXPECT_FALSE(parse_metric("hit@2", 5));
}

}  // namespace
}  // namespace aiva::evaluation
