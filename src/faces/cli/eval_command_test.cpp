#include "faces/cli/eval_command.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ports/testing/temporary_folder.h"

namespace aiva::cli {
namespace {

using testing::HasSubstr;

class EvalRequestOf : public ::testing::Test {
 protected:
  EvalArguments arguments(const std::string& name, const std::string& text) {
    return {.golden = folder_.write(name, text).string()};
  }
  static std::string mistake(const EvalArguments& arguments) {
    auto request = read_eval_request(arguments);
    if (request) return "none";
    auto text = request.error().message;
    for (const auto& detail : request.error().details)
      text += "; " + detail.field + " " + detail.message;
    return text;
  }

  TemporaryFolder folder_;
  const std::string line_ =
      R"({"id":"a","question":"q","expected":[{"document":"d"}],"tags":["table"]})"
      "\n";
};

TEST_F(EvalRequestOf, files_settings_and_bars) {
  auto given = arguments("set.jsonl", line_);
  given.settings = {"vector_weight=1", "lists=words"};
  given.bars = {"hit@5:table=0.5"};
  given.top_k = 9;
  given.seed = 4;

  auto request = read_eval_request(given);

  ASSERT_TRUE(request) << request.error().message;
  EXPECT_EQ(request->plan.questions.size(), 1U);
  ASSERT_EQ(request->plan.settings.size(), 3U);
  EXPECT_TRUE(request->plan.settings.front().name.empty());
  EXPECT_EQ(request->plan.settings.back().lists, evaluation::Lists::words);
  EXPECT_EQ(request->plan.top_k, 9);
  EXPECT_EQ(request->plan.resampling.seed, 4U);
  EXPECT_EQ(request->bars.size(), 1U);
}

TEST_F(EvalRequestOf, rows_of_a_csv) {
  auto request = read_eval_request(arguments("set.csv", "id,question,document\na,q,d\n"));

  ASSERT_TRUE(request) << request.error().message;
  EXPECT_EQ(request->plan.questions.front().expected.front().document, "d");
}

TEST_F(EvalRequestOf, nothing_wrong) {
  EXPECT_THAT(mistake({.golden = "/nowhere/set.jsonl"}), HasSubstr("There is no file"));
  EXPECT_THAT(mistake({.golden = folder_.path().string() + "/.csv/../x.jsonl"}),
              HasSubstr("There is no file"));
  EXPECT_THAT(mistake(arguments("set.txt", line_)), HasSubstr("must end in .jsonl or .csv"));
  EXPECT_THAT(mistake(arguments("set.jsonl", "{}\n")), HasSubstr("; line 1: id is required"));
  auto setting = arguments("set.jsonl", line_);
  setting.settings = {"colour=red"};
  EXPECT_THAT(mistake(setting), HasSubstr("there is no \"colour\""));
  auto bar = arguments("set.jsonl", line_);
  bar.bars = {"mrr:code=0.5"};
  EXPECT_THAT(mistake(bar), HasSubstr("no question with an answer has the tag \"code\""));
}

}  // namespace
}  // namespace aiva::cli
