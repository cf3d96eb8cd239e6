#include "capabilities/knowledge/internal/ingestion.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "capabilities/knowledge/testing/knowledge_fixture.h"
#include "foundation/json.h"

namespace aiva::knowledge {
namespace {

using IngestionOf = KnowledgeFixture;
using Action = Knowledge::DocumentAction;
using Kind = JobOutcome::Kind;

TEST_F(IngestionOf, a_document_stores_chunks_with_pages_headings_and_vectors) {
  auto base = make_base();
  auto document = upload(base->id, "# Returns\n\nSend it back.\f# Refunds\n\nPaid in 14 days.");

  EXPECT_EQ(run_due_jobs(), 1);

  auto row = status(document.id);
  EXPECT_EQ(row.status, DocumentStatus::completed);
  EXPECT_EQ(row.progress, 100);
  EXPECT_EQ(row.page_count, 2);
  EXPECT_EQ(row.file_type, "txt");
  EXPECT_EQ(row.total_chunks, 2);
  EXPECT_EQ(row.processed_chunks, 2);
  auto hits = nearest(base->id, "paid days", 1);
  auto chunks = sync_wait(knowledge_->chunks(context(), {hits.at(0).chunk}));
  ASSERT_EQ(chunks->size(), 1U);
  const auto& chunk = chunks->front();
  EXPECT_EQ(chunk.text, "Paid in 14 days.");
  EXPECT_EQ(chunk.heading_path, "Refunds");
  EXPECT_EQ(chunk.page_first, 2);
  EXPECT_EQ(page_at(chunk, 5), 2);
  EXPECT_EQ(chunk.index, 1);
  EXPECT_EQ(chunk.document_name, "notes.txt");
  expect_consistent_rows();
}

TEST_F(IngestionOf, a_document_tells_its_statistics) {
  auto base = make_base();
  auto document = upload(base->id, paragraphs(3, "w", "\f"));

  run_due_jobs();

  auto stats = json::parse(status(document.id).processing_stats);
  ASSERT_TRUE(stats.has_value());
  const auto& object = stats->get_object();
  EXPECT_EQ(object.at("total_pages"), 3);
  EXPECT_EQ(object.at("total_chunks"), number("SELECT COUNT(*) FROM document_chunks"));
  EXPECT_EQ(object.at("chunks_by_type").get_object().at("text"), object.at("total_chunks"));
  EXPECT_EQ(object.at("embedding_model"), "fake-words");
  EXPECT_GE(object.at("total_tokens").to_number<int>(), 900);
  EXPECT_FALSE(object.at("is_partial").get_bool());
}

TEST_F(IngestionOf, a_base_with_its_own_chunk_size_cuts_by_characters) {
  auto base = sync_wait(knowledge_->create(
      context(), {.name = "Small", .settings = R"({"chunk_size":120,"chunk_overlap":20})"}));
  upload((*base)->id, paragraphs(2));

  run_due_jobs();

  EXPECT_GT(number("SELECT COUNT(*) FROM document_chunks"), 20);
  EXPECT_LE(number("SELECT MAX(length(text)) FROM document_chunks"), 120);
  expect_consistent_rows();
}

// A server without an embedder: a model without dimensions.
class NoEmbedder final : public TextEmbedder {
 public:
  [[nodiscard]] const std::string& model() const override { return model_; }
  [[nodiscard]] std::size_t dimension() const override { return 0; }
  [[nodiscard]] std::size_t tokens_max() const override { return 512; }
  Task<Result<Embeddings>> embed(CallContext, std::vector<std::string>) override {
    co_return fail(ErrorCode::unavailable, "No text embedder is configured");
  }

 private:
  std::string model_ = "none";
};

TEST_F(IngestionOf, a_document_without_an_embedder_is_found_by_keywords) {
  NoEmbedder none;
  auto knowledge = make_knowledge({.database = database_,
                                   .objects = objects_,
                                   .jobs = *jobs_,
                                   .reader = reader_,
                                   .embedder = none,
                                   .count_tokens = count_words,
                                   .index = *index_,
                                   .billing = *billing_,
                                   .clock = clock_,
                                   .metrics = metrics_},
                                  settings_);
  auto base = make_base();
  auto document = upload(base->id, "Some text.");

  auto outcome = sync_wait(knowledge->work().run(context(), lease_jobs().at(0)));

  EXPECT_EQ(outcome->kind, Kind::completed);
  EXPECT_EQ(status(document.id).status, DocumentStatus::completed);
  EXPECT_EQ(number("SELECT COUNT(*) FROM document_chunks"), 1);
  EXPECT_EQ(number("SELECT COUNT(*) FROM chunk_vectors"), 0);
  EXPECT_TRUE(sync_wait(knowledge->ensure_indexed(context(), base->id)).has_value());
}

TEST_F(IngestionOf, a_document_is_charged_once) {
  settings_.price_per_page = 100;
  restart();
  auto base = make_base();
  auto document = upload(base->id, "One.\fTwo.");
  run_due_jobs();

  // The same job again, as after a crash between the last transaction and the job's end.
  Job again{.tenant = tenant_, .kind = ingest_job_kind, .subject = document.id.to_string()};
  auto outcome = sync_wait(knowledge_->work().run(context(), again));

  EXPECT_EQ(outcome->kind, Kind::completed);
  auto history = sync_wait(billing_->history({}, tenant_, 10, 0));
  ASSERT_EQ(history->total, 1);
  EXPECT_EQ(history->entries.front().operation, "document");
  EXPECT_EQ(history->entries.front().reference, document.id.to_string());
  EXPECT_EQ(history->entries.front().amount, 242);  // (2 pages * 100 + 1 for embedding) * 1.2
  expect_consistent_rows();
}

TEST_F(IngestionOf, a_damaged_document_fails_at_once_with_the_reason) {
  auto base = make_base();
  auto document = upload(base->id, "BROKEN bytes");

  EXPECT_EQ(run_due_jobs(), 1);

  auto row = status(document.id);
  EXPECT_EQ(row.status, DocumentStatus::failed);
  EXPECT_EQ(row.error_message, "The document is damaged");
  clock_.advance(std::chrono::hours(1));
  EXPECT_EQ(run_due_jobs(), 0);
}

TEST_F(IngestionOf, a_document_without_text_fails_with_the_reason) {
  auto base = make_base();
  auto document = upload(base->id, " \n\n \f ");

  run_due_jobs();

  EXPECT_EQ(status(document.id).status, DocumentStatus::failed);
  EXPECT_EQ(status(document.id).error_message, "The document contains no text that can be read");
}

TEST_F(IngestionOf, too_much_text_fails_with_the_reason) {
  settings_.document_text_bytes_max = 1024 * 1024;
  restart();
  auto base = make_base();
  auto document = upload(base->id, paragraphs(700));

  run_due_jobs();

  EXPECT_EQ(status(document.id).status, DocumentStatus::failed);
  EXPECT_EQ(status(document.id).error_message, "The document has more than 1 MB of text");
}

TEST_F(IngestionOf, a_file_that_is_gone_fails_with_the_reason) {
  auto base = make_base();
  auto document = upload(base->id, "text");
  auto key = "documents/" + tenant_.to_string() + "/" + document.id.to_string();
  ASSERT_TRUE(sync_wait(objects_.remove({}, key)).has_value());

  run_due_jobs();

  EXPECT_EQ(status(document.id).error_message, "The uploaded file is gone");
}

TEST_F(IngestionOf, what_may_pass_is_tried_again_later_and_later) {
  auto base = make_base();
  auto document = upload(base->id, "text");
  embedder_.fake().fail_next(2, {.code = ErrorCode::unavailable, .message = "No embedder"});

  EXPECT_EQ(run_due_jobs(), 1);
  EXPECT_EQ(status(document.id).status, DocumentStatus::queued);
  EXPECT_EQ(status(document.id).current_step, "Waiting to try again: No embedder");
  clock_.advance(std::chrono::milliseconds(1999));
  EXPECT_EQ(run_due_jobs(), 0);
  clock_.advance(std::chrono::milliseconds(500));
  EXPECT_EQ(run_due_jobs(), 1);
  clock_.advance(std::chrono::milliseconds(7900));
  EXPECT_EQ(run_due_jobs(), 0);
  clock_.advance(std::chrono::seconds(2));
  EXPECT_EQ(run_due_jobs(), 1);
  EXPECT_EQ(status(document.id).status, DocumentStatus::completed);
}

TEST_F(IngestionOf, what_never_passes_is_given_up_after_five_attempts) {
  auto base = make_base();
  auto document = upload(base->id, "text");
  embedder_.fake().fail_next(100, {.code = ErrorCode::timeout, .message = "No answer"});

  int attempts = 0;
  for (int i = 0; i < 20; ++i) {
    attempts += run_due_jobs();
    clock_.advance(std::chrono::minutes(15));
  }

  EXPECT_EQ(attempts, 5);
  EXPECT_EQ(status(document.id).status, DocumentStatus::failed);
  EXPECT_EQ(status(document.id).error_message, "Given up after 5 attempts: No answer");
}

TEST_F(IngestionOf, what_takes_longer_to_read_than_it_may_is_not_read_again) {
  auto base = make_base();
  auto document = upload(base->id, "ENDLESS");

  int attempts = 0;
  for (int i = 0; i < 5; ++i) {
    attempts += run_due_jobs();
    clock_.advance(std::chrono::minutes(15));
  }

  EXPECT_EQ(attempts, 1);
  EXPECT_EQ(status(document.id).status, DocumentStatus::failed);
  EXPECT_EQ(status(document.id).error_message, "Reading the document took too long");
}

TEST_F(IngestionOf, a_cancelled_document_stores_nothing) {
  auto base = make_base();
  auto document = upload(base->id, paragraphs(200));
  embedder_.before_each([&] {
    embedder_.before_each({});
    auto cancelled = sync_wait(knowledge_->act(context(), document.id, Action::cancel));
    EXPECT_TRUE(cancelled.has_value());
  });

  run_due_jobs();

  EXPECT_EQ(status(document.id).status, DocumentStatus::cancelled);
  EXPECT_EQ(number("SELECT COUNT(*) FROM document_chunks"), 0);
  EXPECT_EQ(number("SELECT COUNT(*) FROM jobs WHERE state = 'cancelled'"), 1);
  expect_consistent_rows();
}

TEST_F(IngestionOf, a_stopped_job_goes_back_to_the_queue_untouched) {
  auto base = make_base();
  auto document = upload(base->id, paragraphs(200));
  std::stop_source stop;
  embedder_.before_each([&] { stop.request_stop(); });
  auto jobs = lease_jobs();
  auto call = context();
  call.cancellation = stop.get_token();

  auto outcome = sync_wait(knowledge_->work().run(call, jobs.at(0)));

  EXPECT_EQ(outcome->kind, Kind::cancelled);
  EXPECT_EQ(status(document.id).status, DocumentStatus::queued);
  EXPECT_EQ(number("SELECT COUNT(*) FROM document_chunks"), 0);
}

TEST_F(IngestionOf, a_document_deleted_meanwhile_stores_nothing) {
  auto base = make_base();
  auto document = upload(base->id, paragraphs(20));
  embedder_.before_each([&] {
    embedder_.before_each({});
    auto removed = sync_wait(knowledge_->act(context(), document.id, Action::remove));
    EXPECT_TRUE(removed.has_value());
  });

  run_due_jobs();

  EXPECT_EQ(number("SELECT COUNT(*) FROM documents"), 0);
  EXPECT_EQ(number("SELECT COUNT(*) FROM document_chunks"), 0);
  expect_consistent_rows();
}

TEST_F(IngestionOf, a_base_deleted_meanwhile_stores_nothing) {
  auto base = make_base();
  upload(base->id, paragraphs(20));
  embedder_.before_each([&] {
    embedder_.before_each({});
    EXPECT_TRUE(sync_wait(knowledge_->remove(context(), base->id)).has_value());
  });

  run_due_jobs();

  EXPECT_EQ(number("SELECT COUNT(*) FROM knowledge_bases"), 0);
  EXPECT_EQ(number("SELECT COUNT(*) FROM document_chunks"), 0);
  EXPECT_EQ(number("SELECT COUNT(*) FROM chunk_vectors"), 0);
  expect_consistent_rows();
}

TEST_F(IngestionOf, a_lost_lease_leaves_the_document_to_its_new_owner) {
  auto base = make_base();
  auto document = upload(base->id, paragraphs(20));
  std::optional<JobOutcome> second;
  embedder_.before_each([&] {
    embedder_.before_each({});
    clock_.advance(lease + std::chrono::seconds(1));
    auto jobs = lease_jobs("w2");
    ASSERT_EQ(jobs.size(), 1U);
    second = *sync_wait(knowledge_->work().run(context(), jobs.front()));
    EXPECT_TRUE(sync_wait(jobs_->finish({}, jobs.front().id, "w2", *second)).has_value());
  });
  auto jobs = lease_jobs("w1");

  auto first = sync_wait(knowledge_->work().run(context(), jobs.at(0)));

  EXPECT_EQ(second->kind, Kind::completed);
  EXPECT_EQ(first->kind, Kind::cancelled);
  EXPECT_EQ(status(document.id).status, DocumentStatus::completed);
  auto late = sync_wait(jobs_->finish({}, jobs.at(0).id, "w1", *first));
  EXPECT_EQ(late.error().code, ErrorCode::conflict);
  EXPECT_EQ(number("SELECT COUNT(*) FROM jobs WHERE state = 'completed'"), 1);
  expect_consistent_rows();
}

TEST_F(IngestionOf, a_retry_takes_over_from_a_job_that_does_not_know_yet) {
  auto base = make_base();
  auto document = upload(base->id, paragraphs(20));
  embedder_.before_each([&] {
    embedder_.before_each({});
    EXPECT_TRUE(sync_wait(knowledge_->act(context(), document.id, Action::cancel)).has_value());
    EXPECT_TRUE(sync_wait(knowledge_->act(context(), document.id, Action::retry)).has_value());
  });

  EXPECT_EQ(run_due_jobs(), 2);

  EXPECT_EQ(status(document.id).status, DocumentStatus::completed);
  expect_consistent_rows();
}

TEST_F(IngestionOf, a_job_without_attempts_left_tells_the_document) {
  auto base = make_base();
  auto document = upload(base->id, "text");
  for (int i = 0; i < 50; ++i) {
    ASSERT_EQ(lease_jobs().size(), 1U);
    clock_.advance(lease + std::chrono::seconds(1));
  }

  EXPECT_EQ(run_due_jobs(), 1);

  EXPECT_EQ(status(document.id).status, DocumentStatus::failed);
  EXPECT_EQ(status(document.id).error_message, "Given up after it was interrupted 50 times");
  EXPECT_EQ(number("SELECT COUNT(*) FROM jobs WHERE state = 'dead'"), 1);
}

TEST_F(IngestionOf, several_documents_by_two_workers_keeps_every_count_right) {
  auto base = make_base();
  ASSERT_TRUE(sync_wait(knowledge_->ensure_indexed(context(), base->id)).has_value());
  for (int i = 0; i < 12; ++i) upload(base->id, paragraphs(3, "d" + std::to_string(i)));

  std::thread other([this] { run_due_jobs("w2"); });
  run_due_jobs("w1");
  other.join();

  EXPECT_EQ(number("SELECT COUNT(*) FROM documents WHERE status = 'completed'"), 12);
  auto rows = number("SELECT COUNT(*) FROM document_chunks");
  EXPECT_EQ(indexed(base->id), static_cast<std::size_t>(rows));
  EXPECT_EQ(index_->version(base->id), 12);
  EXPECT_EQ(number("SELECT COUNT(DISTINCT id) FROM document_chunks"), rows);
  expect_consistent_rows();
}

}  // namespace
}  // namespace aiva::knowledge
