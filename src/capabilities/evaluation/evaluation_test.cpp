#include "capabilities/evaluation/evaluation.h"

#include <gmock/gmock.h>

#include <stop_token>

#include "capabilities/evaluation/testing/searched_knowledge.h"

namespace aiva::evaluation {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

class EvaluationTest : public SearchedKnowledge {
 protected:
  void SetUp() override {
    SearchedKnowledge::SetUp();
    base_ = make_base();
    upload(base_->id, "Unused goods may be returned within 60 days of delivery.", "returns.txt");
    upload(base_->id, "Every lamp carries a warranty of five years.", "warranty.txt");
    upload(base_->id, "The Polaris torch weighs 92 grams and shines with 450 lumens.", "torch.txt");
    run_all_jobs();
    EvaluationParts parts{.subject = subject(),
                          .database = database_,
                          .objects = objects_,
                          .files = pool_,
                          .clock = clock_,
                          .open_workshop = [this]() -> Result<std::unique_ptr<Workshop>> {
                            return std::make_unique<TestWorkshop>(workshops_);
                          }};
    evaluation_ = make_evaluation(std::move(parts));
  }

  static GoldenQuestion asked(std::string question, std::string document, std::string contains) {
    return {.id = question,
            .question = question,
            .expected = {{.document = std::move(document), .contains = std::move(contains)}},
            .line = 7};
  }
  Plan plan(std::vector<GoldenQuestion> questions, std::vector<Setting> settings = {Setting{}}) {
    return {.base = base_->id, .questions = std::move(questions), .settings = std::move(settings)};
  }
  Result<Report> evaluate(Plan plan) {
    return sync_wait(evaluation_->run(context(), std::move(plan)));
  }
  static std::vector<std::string> details_of(const Error& error) {
    std::vector<std::string> found;
    for (const auto& detail : error.details) found.push_back(detail.field + " " + detail.message);
    return found;
  }

  knowledge::KnowledgeBasePointer base_;
  std::atomic<int> workshops_ = 0;
  std::unique_ptr<Evaluation> evaluation_;
};

TEST_F(EvaluationTest, measures_where_the_answers_stand) {
  auto questions = std::vector<GoldenQuestion>{
      asked("how many grams weighs the torch", "torch.txt", "92 grams"),
      asked("warranty of a lamp in years", "warranty.txt", ""),
      asked("goods returned within days", "warranty.txt", ""),
      {.id = "u", .question = "mayor of Bergen", .is_unanswerable = true}};
  questions[0].tags = {"number"};

  auto report = evaluate(plan(std::move(questions)));

  ASSERT_TRUE(report) << report.error().message;
  ASSERT_THAT(report->runs, SizeIs(1));
  const auto& run = report->runs.front();
  EXPECT_EQ(run.outcomes[0].rank, 1);
  EXPECT_EQ(run.outcomes[1].rank, 1);
  EXPECT_NE(run.outcomes[2].rank, 1);
  ASSERT_THAT(run.slices, SizeIs(2));
  EXPECT_EQ(run.slices[0].questions, 3U);
  EXPECT_DOUBLE_EQ(run.slices[0].metrics[index_of(Metric::hit_1)].mean, 2.0 / 3);
  EXPECT_EQ(run.slices[1].tag, "number");
  EXPECT_EQ(run.slices[1].metrics[index_of(Metric::hit_1)].mean, 1);
  ASSERT_TRUE(run.separation);
  EXPECT_EQ(run.separation->unanswerable, 1U);
  ASSERT_TRUE(run.exact);
  EXPECT_EQ(run.exact->mean, 1);
  EXPECT_EQ(run.exact->vectors, run.chunks);
  EXPECT_FALSE(report->is_changed);
}

TEST_F(EvaluationTest, bills_nothing) {
  auto entries = number("SELECT COUNT(*) FROM credit_transactions");

  ASSERT_TRUE(evaluate(plan({asked("a lamp", "warranty.txt", "")})));

  EXPECT_EQ(number("SELECT COUNT(*) FROM credit_transactions"), entries);
}

TEST_F(EvaluationTest, searches_one_list_where_asked_to) {
  auto report = evaluate(
      plan({asked("lamp warranty", "warranty.txt", "")},
           {{}, {.name = "w", .lists = Lists::words}, {.name = "v", .lists = Lists::vectors}}));

  ASSERT_TRUE(report) << report.error().message;
  EXPECT_TRUE(report->runs[0].outcomes[0].hits.front().cosine);
  for (const auto& hit : report->runs[1].outcomes[0].hits) EXPECT_FALSE(hit.cosine);
  for (const auto& hit : report->runs[2].outcomes[0].hits) EXPECT_TRUE(hit.cosine);
  EXPECT_THAT(report->comparisons, SizeIs(2));
}

TEST_F(EvaluationTest, cuts_documents_anew_and_leaves_nothing_behind) {
  upload(base_->id, paragraphs(6, "filler") + "\n\nThe code of the gate is 4711.", "long.txt");
  run_all_jobs();
  auto documents = number("SELECT COUNT(*) FROM documents");
  auto jobs = number("SELECT COUNT(*) FROM jobs");
  Setting small{.name = "chunk_size=200", .chunks = {{.chunk_size = 200}}};

  auto report = evaluate(plan({asked("code of the gate", "long.txt", "4711")}, {{}, small}));

  ASSERT_TRUE(report) << report.error().message
                      << testing::PrintToString(details_of(report.error()));
  EXPECT_GT(report->runs[1].chunks, report->runs[0].chunks);
  EXPECT_EQ(report->runs[1].outcomes[0].rank, 1);
  EXPECT_EQ(workshops_, 0);
  EXPECT_EQ(number("SELECT COUNT(*) FROM documents"), documents);
  EXPECT_EQ(number("SELECT COUNT(*) FROM jobs"), jobs);
  EXPECT_EQ(number("SELECT COUNT(*) FROM knowledge_bases"), 1);
  EXPECT_THAT(report->comparisons.front().better, ElementsAre(0U)) << "less filler around it";
  EXPECT_THAT(report->comparisons.front().worse, IsEmpty());
}

TEST_F(EvaluationTest, names_documents_by_the_id_of_the_original) {
  auto id = number("SELECT COUNT(*) FROM documents WHERE filename = 'torch.txt'");
  ASSERT_EQ(id, 1);
  auto listed = sync_wait(knowledge_->documents(context(), base_->id, {}));
  std::string torch;
  for (const auto& document : listed->items)
    if (document.filename == "torch.txt") torch = document.id.to_string();
  Setting small{.name = "chunk_size=200", .chunks = {{.chunk_size = 200}}};

  auto report = evaluate(plan({asked("Polaris torch", torch, "")}, {{}, small}));

  ASSERT_TRUE(report) << report.error().message;
  EXPECT_EQ(report->runs[0].outcomes[0].rank, 1);
  EXPECT_EQ(report->runs[1].outcomes[0].rank, 1);
}

TEST_F(EvaluationTest, ends_soon_and_cleans_up_when_cancelled) {
  std::stop_source stop;
  auto calls = std::make_shared<std::atomic<int>>(0);
  embedder_.before_each([&stop, calls] {
    if (++*calls == 5) stop.request_stop();
  });
  std::vector<GoldenQuestion> questions;
  for (int i = 0; i < 200; ++i)
    questions.push_back(asked("lamp " + std::to_string(i), "warranty.txt", ""));
  auto called = context();
  called.cancellation = stop.get_token();
  auto asked = plan(std::move(questions), {{.name = "c", .chunks = {{.chunk_size = 200}}}, {}});

  auto report = sync_wait(evaluation_->run(called, std::move(asked)));

  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code, ErrorCode::cancelled);
  EXPECT_EQ(workshops_, 0);
  EXPECT_LT(*calls, 20);
}

TEST_F(EvaluationTest, refuses_questions_that_do_not_fit) {
  auto chunk = asked("lamp", "", "");
  chunk.expected = {{.chunk = ChunkId::make()}};

  auto unknown = evaluate(plan({asked("lamp", "lamps.txt", ""), chunk}));
  auto anew = evaluate(plan({chunk}, {{.name = "c", .chunks = {{.chunk_size = 200}}}}));

  ASSERT_FALSE(unknown);
  EXPECT_EQ(unknown.error().code, ErrorCode::invalid);
  EXPECT_THAT(details_of(unknown.error()),
              ElementsAre("line 7: expected[0].document \"lamps.txt\" is no document of the "
                          "knowledge base",
                          "line 7: expected[0].chunk is no chunk of the knowledge base"));
  ASSERT_FALSE(anew);
  EXPECT_THAT(details_of(anew.error()), Contains(HasSubstr("cut anew; use contains")));
}

TEST_F(EvaluationTest, refuses_numbers_out_of_range) {
  auto wrong = plan({asked("lamp", "warranty.txt", "")});
  wrong.top_k = 51;
  wrong.concurrency = 0;

  auto report = evaluate(std::move(wrong));

  ASSERT_FALSE(report);
  EXPECT_THAT(details_of(report.error()), ElementsAre("top_k must be between 1 and 50",
                                                      "concurrency must be between 1 and 64"));
}

TEST_F(EvaluationTest, tells_what_no_chunk_holds) {
  auto report = evaluate(plan({asked("lamp warranty", "warranty.txt", "five years"),
                               asked("lamp price", "warranty.txt", "900 kroner")}));

  ASSERT_TRUE(report) << report.error().message;
  ASSERT_TRUE(report->runs.front().unreachable);
  EXPECT_THAT(*report->runs.front().unreachable, ElementsAre(1U));
}

TEST_F(EvaluationTest, of_another_tenant_does_not_exist) {
  auto asked_plan = plan({asked("lamp", "warranty.txt", "")});

  auto report = sync_wait(evaluation_->run(stranger(), std::move(asked_plan)));
  auto draft = sync_wait(evaluation_->draft(stranger(), base_->id, 10));

  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code, ErrorCode::not_found);
  ASSERT_FALSE(draft);
  EXPECT_EQ(draft.error().code, ErrorCode::not_found);
}

TEST_F(EvaluationTest, drafts_questions_that_find_their_own_sentences) {
  auto draft = sync_wait(evaluation_->draft(context(), base_->id, 10));

  ASSERT_TRUE(draft) << draft.error().message;
  EXPECT_THAT(*draft, SizeIs(3));
  auto read = read_golden_set(write_golden_set(*draft), GoldenFormat::json_lines);
  ASSERT_TRUE(read) << testing::PrintToString(details_of(read.error()));
  for (const auto& question : *read) EXPECT_THAT(question.question, Not(HasSubstr("92")));
  auto report = evaluate(plan(std::move(*read)));
  ASSERT_TRUE(report) << testing::PrintToString(details_of(report.error()));
  EXPECT_EQ(report->runs.front().slices.front().metrics[index_of(Metric::hit_1)].mean, 1);
}

TEST_F(EvaluationTest, drafts_nothing_out_of_nothing) {
  auto empty = make_base("Empty");

  auto draft = sync_wait(evaluation_->draft(context(), empty->id, 10));

  ASSERT_FALSE(draft);
  EXPECT_EQ(draft.error().code, ErrorCode::conflict);
}

}  // namespace
}  // namespace aiva::evaluation
