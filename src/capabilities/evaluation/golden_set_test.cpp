#include "capabilities/evaluation/golden_set.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace aiva::evaluation {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;

std::vector<std::string> mistakes_in(std::string_view text, GoldenFormat format) {
  auto read = read_golden_set(text, format);
  if (read) return {"none"};
  std::vector<std::string> found;
  for (const auto& detail : read.error().details)
    found.push_back(detail.field + " " + detail.message);
  if (found.empty()) found.push_back(read.error().message);
  return found;
}

TEST(GoldenSet, reads_json_lines) {
  auto read = read_golden_set(
      R"({"id":"a","question":"How long?","expected":[{"document":"h.pdf","pages":[3,"5-6"],)"
      R"("contains":"60 days","grade":3},{"document":"faq.md","grade":0}],"tags":["number"]})"
      "\n\n"
      R"({"id":"b","question":"Who is the mayor?","unanswerable":true})",
      GoldenFormat::json_lines);

  ASSERT_TRUE(read) << read.error().message;
  ASSERT_THAT(*read, SizeIs(2));
  const auto& first = read->front();
  EXPECT_EQ(first.line, 1U);
  EXPECT_THAT(first.tags, ElementsAre("number"));
  ASSERT_THAT(first.expected, SizeIs(2));
  EXPECT_THAT(first.expected[0].pages, ElementsAre(PageRange{3, 3}, PageRange{5, 6}));
  EXPECT_EQ(first.expected[0].grade, 3);
  EXPECT_EQ(first.wanted_count(), 1U);
  EXPECT_TRUE(read->back().is_unanswerable);
  EXPECT_EQ(read->back().line, 3U);
}

TEST(GoldenSet, reads_rows_of_one_id_as_targets_of_one_question) {
  auto read = read_golden_set(
      "id,question,document,pages,contains,grade,unanswerable,tags\r\n"
      "a,\"Weight, and\nprice?\",m.md,2;4-5,\"1,200 \"\"g\"\"\",2,,number; table\r\n"
      "a,,p.csv,,kroner,,,\r\n"
      "b,Who is the mayor?,,,,,true,\r\n",
      GoldenFormat::csv);

  ASSERT_TRUE(read) << read.error().message << " " << mistakes_in("", GoldenFormat::csv).front();
  ASSERT_THAT(*read, SizeIs(2));
  const auto& first = read->front();
  EXPECT_EQ(first.question, "Weight, and\nprice?");
  EXPECT_THAT(first.tags, ElementsAre("number", "table"));
  ASSERT_THAT(first.expected, SizeIs(2));
  EXPECT_EQ(first.expected[0].contains, "1,200 \"g\"");
  EXPECT_THAT(first.expected[0].pages, ElementsAre(PageRange{2, 2}, PageRange{4, 5}));
  EXPECT_EQ(first.expected[1].document, "p.csv");
  EXPECT_EQ(read->back().line, 5U);
}

TEST(GoldenSet, writes_what_it_reads) {
  std::vector<GoldenQuestion> questions{
      {.id = "a",
       .question = "How \"long\"?",
       .expected = {{.document = "h.pdf", .pages = {{1, 1}, {3, 9}}, .contains = "ä", .grade = 3}},
       .tags = {"x"},
       .line = 1},
      {.id = "b", .question = "Nothing?", .is_unanswerable = true, .line = 2}};

  auto read = read_golden_set(write_golden_set(questions), GoldenFormat::json_lines);

  ASSERT_TRUE(read) << read.error().message;
  ASSERT_THAT(*read, SizeIs(2));
  EXPECT_EQ(read->front().expected, questions.front().expected);
  EXPECT_EQ(read->front().question, questions.front().question);
  EXPECT_EQ(read->back().is_unanswerable, true);
}

struct Wrong {
  const char* text;
  const char* told;
};

TEST(GoldenSet, names_the_line_of_every_mistake_in_json) {
  for (auto [text, told] : std::vector<Wrong>{
           {"", "The golden set has no question"},
           {"\n{", "line 2 Malformed JSON"},
           {"[]", "line 1: body must be an object"},
           {R"({"question":"q","unanswerable":true})", "line 1: id is required"},
           {R"({"id":"a","question":" ","unanswerable":true})", "line 1: question must not be"},
           {R"({"id":"a","question":"q"})", "line 1: expected must name"},
           {R"({"id":"a","question":"q","expected":[{}]})", "line 1: expected[0] must name"},
           {R"({"id":"a","question":"q","expected":[{"pages":3}]})", "of which document"},
           {R"({"id":"a","question":"q","expected":[{"document":"d","grade":4}]})",
            "line 1: expected[0].grade must be between 0 and 3"},
           {R"({"id":"a","question":"q","expected":[{"document":"d","pages":"9-3"}]})",
            "line 1: expected[0].pages must be pages like"},
           {R"({"id":"a","question":"q","expected":[{"document":"d","pages":0}]})", "not \"0\""},
           {R"({"id":"a","question":"q","expected":[{"chunk":"7"}]})", "must be the id of a chunk"},
           {R"({"id":"a","question":"q","expected":[{"document":"d","page":1}]})",
            "line 1: expected[0].page is no field"},
           {R"({"id":"a","question":"q","unanswerable":true,"expected":[{"document":"d"}]})",
            "line 1: expected must be empty or of grade 0"},
           {R"({"id":"a","question":"q","unanswerable":true,"tags":["x:y"]})", "line 1: tags must"},
           {"{\"id\":\"a\",\"question\":\"q\",\"unanswerable\":true}\n"
            "{\"id\":\"a\",\"question\":\"r\",\"unanswerable\":true}",
            "line 2: id \"a\" is that of line 1"},
           {"{\"id\":\"a\",\"question\":\"q\",\"unanswerable\":true}\n"
            "{\"id\":\"b\",\"question\":\"q\",\"unanswerable\":true}",
            "line 2: question is that of line 1"},
           {"{\"id\":\"\xff\"}", "The golden set is not UTF-8"}})
    EXPECT_THAT(mistakes_in(text, GoldenFormat::json_lines).front(), HasSubstr(told)) << text;
}

TEST(GoldenSet, names_the_line_of_every_mistake_in_csv) {
  for (auto [text, told] : std::vector<Wrong>{
           {"", "line 1 must name the columns"},
           {"id,document\n", "line 1: question is a column that is missing"},
           {"id,question,colour\n", "line 1: colour is no column"},
           {"id,question,id\n", "line 1: id is there twice"},
           {"id,question\na,b,c\n", "line 2 has 3 cells under 2 columns"},
           {"id,question\na,\"b\n", "line 2 begins a quotation that is never closed"},
           {"id,question\na,b\"c\n", "line 2 has a quote within a cell"},
           {"id,question\na,\"b\"c\n", "line 2 has text behind a closing quote"},
           {"id,question\na,b\n", "line 2: expected must name"},
           {"id,question,document\na,\"x\ny\",d\na,other,d\n", "line 4: question differs"},
           {"id,question,document,grade\na,b,d,best\n", "line 2: grade must be between"},
           {"id,question,unanswerable\na,b,perhaps\n", "line 2: unanswerable must be true or"}})
    EXPECT_THAT(mistakes_in(text, GoldenFormat::csv).front(), HasSubstr(told)) << text;
}

TEST(GoldenSet, stops_after_a_hundred_mistakes) {
  std::string text;
  for (int i = 0; i < 500; ++i) text += "{}\n";

  auto found = mistakes_in(text, GoldenFormat::json_lines);

  EXPECT_LE(found.size(), 102U);
  EXPECT_GE(found.size(), 100U);
}

TEST(GoldenSet, survives_anything) {
  const std::string lines =
      R"({"id":"a","question":"q","expected":[{"document":"d","pages":[1,"2-3"],"grade":2}]})"
      "\n"
      R"({"id":"b","question":"r","unanswerable":true,"tags":["x","y"]})";
  const std::string rows = "id,question,pages,document,tags\r\na,\"q \"\"x\"\"\",1;2-3,d,x;y\r\n";
  std::uint32_t state = 1;
  auto dice = [&state](std::size_t count) {
    state = state * 1664525U + 1013904223U;
    return (state >> 8U) % count;
  };
  int valid = 0;

  for (int round = 0; round < 4000; ++round) {
    auto format = round % 2 == 0 ? GoldenFormat::json_lines : GoldenFormat::csv;
    auto text = format == GoldenFormat::csv ? rows : lines;
    for (auto changes = 1 + dice(4); changes > 0; --changes) {
      auto at = dice(text.size());
      if (dice(3) == 0)
        text.erase(at, 1 + dice(8));
      else
        text[at] = "\",\n\r{}[]:x0-9\xc3\x00"[dice(16)];
      if (text.empty()) text = "x";
    }
    auto read = read_golden_set(text, format);
    valid += read ? 1 : 0;
    if (read) {
      auto again = read_golden_set(write_golden_set(*read), GoldenFormat::json_lines);
      ASSERT_TRUE(again) << text << again.error().message;
      EXPECT_EQ(again->size(), read->size());
    } else {
      EXPECT_FALSE(read.error().message.empty());
    }
  }

  EXPECT_GT(valid, 50) << "some changes must leave a set that is valid";
}

}  // namespace
}  // namespace aiva::evaluation
