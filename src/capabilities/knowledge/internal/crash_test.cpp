#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "capabilities/knowledge/testing/knowledge_fixture.h"

namespace aiva::knowledge {
namespace {

using Moment = CrashingDatabase::Moment;

// The process dies at one random moment between the first upload and the last ingested document,
// and once more after its restart.
class IngestionSurvives : public KnowledgeFixture, public ::testing::WithParamInterface<unsigned> {
 protected:
  void arm(std::minstd_rand& random) {
    auto moment = static_cast<Moment>(random() % 3);
    int latest = moment == Moment::statement ? 60 : 20;
    database_.crash_at(moment, 1 + static_cast<int>(random() % static_cast<unsigned>(latest)));
  }
};

TEST_P(IngestionSurvives, a_crash_at_any_moment) {
  auto base = make_base();
  std::minstd_rand random(GetParam() * 7919 + 1);
  std::vector<DocumentId> acknowledged;
  arm(random);

  for (int i = 0; i < 4; ++i) {
    auto text = i == 3 ? std::string("BROKEN") : paragraphs(2, "d" + std::to_string(i));
    auto added = sync_wait(knowledge_->add_document(context(), base->id, staged("a.txt", text)));
    if (added) acknowledged.push_back(added->id);
  }
  run_due_jobs();
  restart();
  arm(random);
  clock_.advance(lease);
  run_due_jobs();
  restart();
  run_all_jobs();

  for (auto id : acknowledged) {
    auto document = status(id);
    EXPECT_TRUE(is_final(document.status)) << to_string(document.status);
    if (document.status == DocumentStatus::failed)
      EXPECT_EQ(document.error_message, "The document is damaged");
  }
  EXPECT_EQ(number("SELECT COUNT(*) FROM documents WHERE status NOT IN ('completed', 'failed')"),
            0);
  EXPECT_EQ(number("SELECT COUNT(*) FROM jobs WHERE state IN ('queued', 'running', 'dead')"), 0);
  EXPECT_EQ(number("SELECT COUNT(*) FROM documents WHERE status = 'completed'"),
            number("SELECT COUNT(*) FROM credit_transactions WHERE operation = 'document'"));
  ASSERT_TRUE(sync_wait(knowledge_->ensure_indexed(context(), base->id)).has_value());
  EXPECT_EQ(vectors_->size(base->id),
            static_cast<std::size_t>(number("SELECT COUNT(*) FROM document_chunks")));
  expect_consistent_rows();
}

INSTANTIATE_TEST_SUITE_P(Seeds, IngestionSurvives, ::testing::Range(0U, 50U));

}  // namespace
}  // namespace aiva::knowledge
