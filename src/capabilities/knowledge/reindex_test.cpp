#include <gtest/gtest.h>

#include <string>

#include "capabilities/knowledge/testing/knowledge_fixture.h"

namespace aiva::knowledge {
namespace {

using Action = Knowledge::DocumentAction;

class ReindexOf : public KnowledgeFixture {
 protected:
  ReindexProgress start(KnowledgeBaseId base) {
    auto progress = sync_wait(knowledge_->work().reindex(context(), base));
    EXPECT_TRUE(progress.has_value());
    return progress.value_or(ReindexProgress{});
  }
  ReindexProgress progress(KnowledgeBaseId base) {
    auto statistics = sync_wait(knowledge_->statistics(context(), base));
    EXPECT_TRUE(statistics.has_value());
    return statistics ? statistics->reindex : ReindexProgress{};
  }
  // Leases one job and does it.
  bool run_one() {
    auto jobs = lease_jobs();
    if (jobs.empty()) return false;
    auto outcome = sync_wait(knowledge_->work().run(context(), jobs.front()));
    EXPECT_TRUE(sync_wait(jobs_->finish({}, jobs.front().id, "w1", *outcome)).has_value());
    return true;
  }
};

TEST_F(ReindexOf, a_base_reads_every_document_again_while_searches_go_on) {
  auto base = make_base();
  for (int i = 0; i < 3; ++i) upload(base->id, paragraphs(2, "d" + std::to_string(i)));
  run_due_jobs();
  ASSERT_TRUE(sync_wait(knowledge_->ensure_indexed(context(), base->id)).has_value());
  auto before = texts();
  EXPECT_EQ(progress(base->id).state, "none");

  EXPECT_EQ(start(base->id).state, "running");
  ASSERT_TRUE(run_one());
  EXPECT_EQ(texts(), before);
  ASSERT_TRUE(run_one());
  auto middle = progress(base->id);
  run_due_jobs();

  EXPECT_EQ(middle.state, "running");
  EXPECT_EQ(middle.documents, 3);
  EXPECT_EQ(middle.done, 1);
  EXPECT_EQ(progress(base->id).state, "completed");
  EXPECT_EQ(progress(base->id).done, 3);
  EXPECT_EQ(texts(), before);
  EXPECT_EQ(number("SELECT COUNT(*) FROM credit_transactions WHERE operation = 'document'"), 3);
  EXPECT_EQ(indexed(base->id), before.size());
  expect_consistent_rows();
}

TEST_F(ReindexOf, a_base_asked_for_twice_happens_once) {
  auto base = make_base();
  upload(base->id, "Text.");
  run_due_jobs();

  start(base->id);
  start(base->id);

  EXPECT_EQ(run_due_jobs(), 2);  // the base, its document
  EXPECT_EQ(start(base->id).state, "running");
}

TEST_F(ReindexOf, a_base_follows_from_other_chunk_settings) {
  auto base = make_base();
  upload(base->id, paragraphs(2));
  run_due_jobs();
  auto before = texts().size();

  ASSERT_TRUE(
      sync_wait(knowledge_->update(context(), base->id, {.settings = R"({"chunk_size":120})"}))
          .has_value());
  run_due_jobs();

  EXPECT_GT(texts().size(), before * 5);
  EXPECT_LE(number("SELECT MAX(length(text)) FROM document_chunks"), 120);
  ASSERT_TRUE(sync_wait(knowledge_->update(context(), base->id,
                                           {.settings = R"({"chunk_size":120,"x":1})"}))
                  .has_value());
  EXPECT_EQ(run_due_jobs(), 0);
  expect_consistent_rows();
}

TEST_F(ReindexOf, a_base_follows_from_another_embedding_model_once) {
  auto base = make_base();
  auto other = make_base("Other");
  upload(base->id, "Text.");
  upload(other->id, "More text.");
  run_due_jobs();
  auto forget = sync_wait(write(*rows_, {}, [&](SqlSession& sql) {
    return sql.execute("UPDATE documents SET embedding_model = 'another' WHERE kb_id = ?",
                       {base->id});
  }));
  ASSERT_TRUE(forget.has_value());
  EXPECT_EQ(sync_wait(knowledge_->statistics(context(), base->id))->documents_of_other_models, 1);

  EXPECT_EQ(sync_wait(knowledge_->work().reindex_other_models({})), 1);
  EXPECT_EQ(sync_wait(knowledge_->work().reindex_other_models({})), 0);
  EXPECT_EQ(run_due_jobs(), 2);

  EXPECT_EQ(sync_wait(knowledge_->statistics(context(), base->id))->documents_of_other_models, 0);
  EXPECT_EQ(progress(base->id).state, "completed");
  EXPECT_EQ(progress(other->id).state, "none");
}

TEST_F(ReindexOf, a_base_comes_behind_new_uploads) {
  auto base = make_base();
  auto old = upload(base->id, "Old.");
  run_due_jobs();
  start(base->id);
  ASSERT_TRUE(run_one());
  auto fresh = upload(base->id, "Fresh.");

  ASSERT_TRUE(run_one());

  EXPECT_EQ(status(fresh.id).status, DocumentStatus::completed);
  EXPECT_EQ(status(old.id).status, DocumentStatus::queued);
}

TEST_F(ReindexOf, a_base_is_called_off_and_leaves_what_was_there) {
  auto base = make_base();
  for (int i = 0; i < 3; ++i) upload(base->id, "Text " + std::to_string(i));
  run_due_jobs();
  auto before = texts();
  start(base->id);
  ASSERT_TRUE(run_one());
  ASSERT_TRUE(run_one());

  auto cancelled = sync_wait(knowledge_->work().cancel_reindex(context(), base->id));

  ASSERT_TRUE(cancelled.has_value());
  EXPECT_EQ(cancelled->state, "cancelled");
  EXPECT_EQ(run_due_jobs(), 0);
  EXPECT_EQ(texts(), before);
  EXPECT_EQ(number("SELECT COUNT(*) FROM documents WHERE status = 'completed'"), 3);
  auto again = sync_wait(knowledge_->work().cancel_reindex(context(), base->id));
  EXPECT_EQ(again.error().code, ErrorCode::conflict);
  EXPECT_EQ(start(base->id).state, "running");
  run_due_jobs();
  EXPECT_EQ(progress(base->id).state, "completed");
  expect_consistent_rows();
}

TEST_F(ReindexOf, a_document_that_is_cancelled_goes_back_to_what_it_was) {
  auto base = make_base();
  auto document = upload(base->id, "Text.");
  run_due_jobs();
  start(base->id);
  ASSERT_TRUE(run_one());

  ASSERT_TRUE(sync_wait(knowledge_->act(context(), document.id, Action::cancel)).has_value());

  EXPECT_EQ(status(document.id).status, DocumentStatus::completed);
  EXPECT_EQ(status(document.id).total_chunks, 1);
  expect_consistent_rows();
}

TEST_F(ReindexOf, a_base_shows_documents_that_failed_and_still_finds_them) {
  auto base = make_base();
  auto document = upload(base->id, "Text.");
  run_due_jobs();
  start(base->id);
  auto forget = sync_wait(write(*rows_, {}, [](SqlSession& sql) {
    return sql.execute("UPDATE chunk_vectors SET text_sha256 = ''");
  }));
  ASSERT_TRUE(forget.has_value());  // so that it has to be embedded again
  embedder_.fake().fail_next(1, {.code = ErrorCode::invalid, .message = "No such model"});

  run_due_jobs();

  EXPECT_EQ(progress(base->id).state, "completed");
  EXPECT_EQ(progress(base->id).failed, 1);
  EXPECT_EQ(status(document.id).status, DocumentStatus::failed);
  EXPECT_TRUE(status(document.id).is_served);
  EXPECT_EQ(texts().size(), 1U);
  expect_consistent_rows();
}

TEST_F(ReindexOf, a_base_of_many_documents_goes_on_in_rounds) {
  auto base = make_base();
  for (int i = 0; i < 401; ++i) upload(base->id, "Text.");
  run_due_jobs();

  start(base->id);

  EXPECT_EQ(run_due_jobs(), 3 + 401);
  EXPECT_EQ(progress(base->id).done, 401);
}

TEST_F(ReindexOf, a_base_is_its_tenants_business) {
  auto base = make_base();

  auto started = sync_wait(knowledge_->work().reindex(stranger(), base->id));
  auto stopped = sync_wait(knowledge_->work().cancel_reindex(stranger(), base->id));

  EXPECT_EQ(started.error().code, ErrorCode::not_found);
  EXPECT_EQ(stopped.error().code, ErrorCode::not_found);
  EXPECT_EQ(run_due_jobs(), 0);
}

TEST_F(ReindexOf, a_base_that_is_deleted_ends_quietly) {
  auto base = make_base();
  upload(base->id, "Text.");
  run_due_jobs();
  start(base->id);
  auto jobs = lease_jobs();
  ASSERT_EQ(jobs.size(), 1U);
  ASSERT_TRUE(sync_wait(knowledge_->remove(context(), base->id)).has_value());

  auto outcome = sync_wait(knowledge_->work().run(context(), jobs.front()));

  ASSERT_TRUE(outcome.has_value());
  EXPECT_EQ(outcome->kind, JobOutcome::Kind::completed);
  EXPECT_EQ(run_due_jobs(), 0);
}

}  // namespace
}  // namespace aiva::knowledge
