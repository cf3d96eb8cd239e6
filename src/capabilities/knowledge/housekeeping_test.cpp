#include "capabilities/knowledge/housekeeping.h"

#include <gtest/gtest.h>

#include "capabilities/knowledge/testing/knowledge_fixture.h"

namespace aiva::knowledge {
namespace {

class HousekeepingOf : public KnowledgeFixture {
 protected:
  std::unique_ptr<Housekeeping> make() {
    return make_housekeeping({.database = database_,
                              .objects = objects_,
                              .index = *index_,
                              .jobs = *jobs_,
                              .clock = clock_,
                              .events = &events_});
  }
  void forget_jobs() {
    auto forgotten = sync_wait(
        write(*rows_, {}, [](SqlSession& sql) { return sql.execute("DELETE FROM jobs"); }));
    EXPECT_TRUE(forgotten.has_value());
  }
};

TEST_F(HousekeepingOf, documents_queues_those_in_work_without_a_job) {
  auto base = make_base();
  auto done = upload(base->id, "Done.");
  run_due_jobs();
  auto stranded = upload(base->id, "Stranded.");
  forget_jobs();
  auto waiting = upload(base->id, "Waiting.");

  auto count = sync_wait(make()->requeue_stranded(context()));
  auto again = sync_wait(make()->requeue_stranded(context()));

  EXPECT_EQ(count, 1);
  EXPECT_EQ(again, 0);
  EXPECT_EQ(run_due_jobs(), 2);
  for (const auto& document : {done, stranded, waiting})
    EXPECT_EQ(status(document.id).status, DocumentStatus::completed);
}

TEST_F(HousekeepingOf, documents_goes_through_more_than_one_round) {
  auto base = make_base();
  for (int i = 0; i < 501; ++i) upload(base->id, "Text.");
  forget_jobs();

  EXPECT_EQ(sync_wait(make()->requeue_stranded(context())), 501);
  EXPECT_EQ(number("SELECT COUNT(*) FROM jobs WHERE state = 'queued'"), 501);
}

TEST_F(HousekeepingOf, files_removes_old_ones_that_no_document_names) {
  auto base = make_base();
  auto kept = upload(base->id, "Kept.");
  auto prefix = "documents/" + tenant_.to_string() + "/";
  for (const auto& key : {prefix + DocumentId::make().to_string(), prefix + "x"})
    ASSERT_TRUE(
        sync_wait(objects_.put_file({}, key, staged("a.txt", "Orphan.").staged_path)).has_value());

  clock_.advance(std::chrono::milliseconds(unix_ms_now() - clock_.unix_ms()));
  EXPECT_EQ(sync_wait(make()->sweep_files(context())), 0);
  clock_.advance(std::chrono::hours(2));
  EXPECT_EQ(sync_wait(make()->sweep_files(context())), 2);

  EXPECT_TRUE(objects_.has(prefix + kept.id.to_string()));
  EXPECT_EQ(sync_wait(objects_.list({}, "documents/", "", 10))->size(), 1U);
}

TEST_F(HousekeepingOf, indexes_erases_those_whose_knowledge_base_is_gone) {
  auto base = make_base();
  upload(base->id, "Kept.");
  run_due_jobs();
  ASSERT_TRUE(sync_wait(knowledge_->ensure_indexed(context(), base->id)).has_value());
  auto gone = KnowledgeBaseId::make();
  ASSERT_TRUE(sync_wait(index_->open({}, gone, {"m", 3})).has_value());

  EXPECT_EQ(sync_wait(make()->sweep_indexes(context())), 1);
  EXPECT_EQ(sync_wait(make()->sweep_indexes(context())), 0);

  EXPECT_EQ(index_->version(gone), std::nullopt);
  EXPECT_NE(index_->version(base->id), std::nullopt);
}

}  // namespace
}  // namespace aiva::knowledge
