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
    auto added = sync_wait(
        knowledge_->add_document(context(), base->id, staged("a" + std::to_string(i), text)));
    if (added) acknowledged.push_back(added->document.id);
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
  EXPECT_EQ(indexed(base->id),
            static_cast<std::size_t>(number("SELECT COUNT(*) FROM document_chunks")));
  expect_consistent_rows();
}

// The same while versions take each other's place, archives are unpacked and print is recognised.
class SourcesSurvive : public IngestionSurvives {
 protected:
  // Hands a file in as a person would: again and again until it is acknowledged.
  void insist(KnowledgeBaseId base, const std::string& name, const std::string& text) {
    for (int i = 0; i < 5; ++i) {
      if (sync_wait(knowledge_->add_document(context(), base, staged(name, text)))) return;
      restart();
    }
    ADD_FAILURE() << "not acknowledged: " << name;
  }
  std::vector<std::string> texts_of(const std::string& name) {
    std::vector<std::string> found;
    auto outcome = sync_wait(read(*rows_, {}, [&](SqlSession& session) {
      return session.query(
          "SELECT c.text FROM document_chunks c JOIN documents d ON d.id = c.document_id "
          "WHERE d.filename = ? ORDER BY c.chunk_index",
          {name}, [&found](const SqlRow& row) -> Result<void> {
            found.emplace_back(row.text(0));
            return {};
          });
    }));
    EXPECT_TRUE(outcome.has_value());
    return found;
  }
};

TEST_P(SourcesSurvive, a_crash_at_any_moment) {
  using Texts = std::vector<std::string>;
  settings_.recognition_batch = 1;
  restart();
  auto base = make_base();
  std::minstd_rand random(GetParam() * 104729 + 3);
  insist(base->id, "note.txt", "Old.");
  insist(base->id, "kept.txt", "Kept.");
  run_all_jobs();

  arm(random);
  insist(base->id, "note.txt", "New.");
  insist(base->id, "kept.txt", "BROKEN");
  insist(base->id, "scan.txt", "SCAN One.\fTwo.\fSCAN Three.");
  insist(base->id, "print.txt", "SCAN Print.\fSCAN More.");
  insist(base->id, "papers.zip",
         InlineDocumentReader::archive_of({{"in/a.txt", "A."}, {"in/b.txt", "B."}}));
  for (int crashes = 0; crashes < 3; ++crashes) {
    arm(random);
    clock_.advance(lease);
    run_due_jobs();
    auto note = texts_of("note.txt");
    EXPECT_TRUE(note == Texts{"Old."} || note == Texts{"New."}) << note.size();
    restart();
  }
  run_all_jobs();

  EXPECT_EQ(texts_of("note.txt"), Texts{"New."});
  EXPECT_EQ(texts_of("kept.txt"), Texts{"Kept."});
  EXPECT_EQ(texts_of("scan.txt"), (Texts{"One.", "Two.", "Three."}));
  EXPECT_EQ(texts_of("print.txt"), (Texts{"Print.", "More."}));
  EXPECT_EQ(texts_of("in/a.txt"), Texts{"A."});
  EXPECT_EQ(texts_of("in/b.txt"), Texts{"B."});
  EXPECT_EQ(number("SELECT COUNT(*) FROM documents"), 7);
  EXPECT_EQ(number("SELECT COUNT(*) FROM jobs WHERE state IN ('queued', 'running', 'dead')"), 0);
  EXPECT_EQ(indexed(base->id),
            static_cast<std::size_t>(number("SELECT COUNT(*) FROM document_chunks")));
  expect_consistent_rows();
}

INSTANTIATE_TEST_SUITE_P(Seeds, IngestionSurvives, ::testing::Range(0U, 50U));
INSTANTIATE_TEST_SUITE_P(Seeds, SourcesSurvive, ::testing::Range(0U, 60U));

}  // namespace
}  // namespace aiva::knowledge
