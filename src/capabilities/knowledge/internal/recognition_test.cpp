#include "capabilities/knowledge/internal/recognition.h"

#include <gtest/gtest.h>

#include <string>

#include "capabilities/knowledge/testing/knowledge_fixture.h"
#include "foundation/json.h"

namespace aiva::knowledge {
namespace {

using Action = Knowledge::DocumentAction;
using Texts = std::vector<std::string>;

class RecognitionOf : public KnowledgeFixture {
 protected:
  bool run_one() {
    auto jobs = lease_jobs();
    if (jobs.empty()) return false;
    auto outcome = sync_wait(knowledge_->work().run(context(), jobs.front()));
    EXPECT_TRUE(sync_wait(jobs_->finish({}, jobs.front().id, "w1", *outcome)).has_value());
    return true;
  }
  json::Object statistics(DocumentId id) {
    auto value = json::parse(status(id).processing_stats);
    return value ? value->get_object() : json::Object();
  }
  json::Object ocr(DocumentId id) { return statistics(id).at("ocr").get_object(); }
};

TEST_F(RecognitionOf, print_comes_after_the_text_which_is_found_at_once) {
  settings_.recognition_batch = 2;
  restart();
  auto base = make_base();
  auto document = upload(base->id, "First.\fSCAN Second.\fThird.\fSCAN Fourth.\fSCAN Fifth.");

  ASSERT_TRUE(run_one());

  EXPECT_EQ(status(document.id).status, DocumentStatus::completed);
  EXPECT_EQ(texts(), (Texts{"First.\n\nThird."}));
  EXPECT_EQ(statistics(document.id).at("pages_without_text"), 3);
  EXPECT_EQ(ocr(document.id).at("pages"), 3);
  EXPECT_EQ(ocr(document.id).at("done"), 0);
  ASSERT_TRUE(run_one());
  EXPECT_EQ(ocr(document.id).at("done"), 2);
  EXPECT_EQ(texts(), (Texts{"First.\n\nThird.", "Second.\n\nFourth."}));
  run_due_jobs();
  EXPECT_EQ(ocr(document.id).at("done"), 3);
  EXPECT_EQ(texts().size(), 3U);
  EXPECT_EQ(statistics(document.id).at("total_chunks"), 3);
  EXPECT_EQ(reader_.recognitions(), 2);
  EXPECT_EQ(indexed(base->id), 3U);
  expect_consistent_rows();
}

TEST_F(RecognitionOf, passages_stand_in_the_order_of_their_pages) {
  auto base = make_base();
  upload(base->id, "SCAN Front page.\f" + paragraphs(3, "word", "\f"));

  run_due_jobs();

  EXPECT_EQ(texts().front(), "Front page.");
  EXPECT_EQ(number("SELECT COUNT(*) FROM document_chunks a JOIN document_chunks b "
                   "ON b.chunk_index = a.chunk_index + 1 WHERE b.page_first < a.page_first"),
            0);
  expect_consistent_rows();
}

TEST_F(RecognitionOf, a_document_of_print_alone_waits_for_its_first_pages) {
  settings_.recognition_batch = 1;
  restart();
  auto base = make_base();
  auto document = upload(base->id, "SCAN One.\fSCAN Two.");

  ASSERT_TRUE(run_one());
  auto waiting = status(document.id);
  ASSERT_TRUE(run_one());
  auto first = status(document.id);
  run_due_jobs();

  EXPECT_EQ(waiting.status, DocumentStatus::processing);
  EXPECT_EQ(waiting.current_step, "Recognising print");
  EXPECT_FALSE(waiting.is_served);
  EXPECT_EQ(first.status, DocumentStatus::completed);
  EXPECT_EQ(first.total_chunks, 1);
  EXPECT_EQ(texts(), (Texts{"One.", "Two."}));
  EXPECT_EQ(number("SELECT COUNT(*) FROM credit_transactions WHERE operation = 'document'"), 1);
  expect_consistent_rows();
}

TEST_F(RecognitionOf, a_version_of_print_alone_leaves_the_old_one_until_its_first_pages) {
  auto base = make_base();
  auto document = add(base->id, staged("a.txt", "Old text.")).document;
  run_due_jobs();
  add(base->id, staged("a.txt", "SCAN New print."));

  ASSERT_TRUE(run_one());
  EXPECT_EQ(texts(), Texts{"Old text."});
  EXPECT_EQ(status(document.id).version, 1);
  expect_consistent_rows();
  run_due_jobs();

  EXPECT_EQ(texts(), Texts{"New print."});
  EXPECT_EQ(status(document.id).version, 2);
  EXPECT_EQ(sync_wait(objects_.list({}, "documents/", "", 10))->size(), 1U);
  expect_consistent_rows();
}

TEST_F(RecognitionOf, blank_pages_alone_fails_with_the_reason) {
  auto base = make_base();
  auto document = upload(base->id, "SCAN  \fSCAN  ");

  run_due_jobs();

  EXPECT_EQ(status(document.id).status, DocumentStatus::failed);
  EXPECT_EQ(status(document.id).error_message, "The document contains no text that can be read");
}

TEST_F(RecognitionOf, print_that_is_not_installed_leaves_the_text) {
  auto base = make_base();
  auto document = upload(base->id, "Text.\fSCAN Print.");
  auto alone = upload(base->id, "SCAN Print.");
  reader_.fail_recognition(Error{.code = ErrorCode::invalid, .message = "No recogniser"});

  run_all_jobs();

  EXPECT_EQ(status(document.id).status, DocumentStatus::completed);
  EXPECT_EQ(ocr(document.id).at("error"), "No recogniser");
  EXPECT_EQ(status(alone.id).status, DocumentStatus::failed);
  EXPECT_EQ(status(alone.id).error_message, "No recogniser");
  expect_consistent_rows();
}

TEST_F(RecognitionOf, print_is_tried_again_when_the_reason_may_pass) {
  auto base = make_base();
  auto document = upload(base->id, "Text.\fSCAN Print.");
  reader_.fail_recognition(Error{.code = ErrorCode::unavailable, .message = "No reader"});
  run_due_jobs();
  reader_.fail_recognition({});

  run_all_jobs();

  EXPECT_EQ(ocr(document.id).at("done"), 1);
  EXPECT_EQ(texts().size(), 2U);
}

TEST_F(RecognitionOf, print_that_takes_longer_than_it_may_is_not_tried_again) {
  auto base = make_base();
  auto document = upload(base->id, "Text.\fSCAN Print.");
  reader_.fail_recognition(Error{.code = ErrorCode::timeout, .message = "Too long"});
  run_due_jobs();
  reader_.fail_recognition({});

  run_all_jobs();

  EXPECT_EQ(reader_.recognitions(), 0);
  EXPECT_EQ(ocr(document.id).at("error"), "Too long");
  EXPECT_EQ(texts().size(), 1U);
}

TEST_F(RecognitionOf, a_document_that_changed_meanwhile_stores_nothing_of_the_old_one) {
  auto base = make_base();
  auto document = add(base->id, staged("a.txt", "Old.\fSCAN Old print.")).document;
  ASSERT_TRUE(run_one());
  embedder_.before_each([&] {
    embedder_.before_each({});
    add(base->id, staged("a.txt", "New."));
  });

  run_due_jobs();

  EXPECT_EQ(texts(), Texts{"New."});
  EXPECT_EQ(status(document.id).version, 2);
  expect_consistent_rows();
}

TEST_F(RecognitionOf, a_document_that_waits_for_it_is_cancelled_and_retried) {
  auto base = make_base();
  auto document = upload(base->id, "SCAN Print.");
  ASSERT_TRUE(run_one());

  ASSERT_TRUE(sync_wait(knowledge_->act(context(), document.id, Action::cancel)).has_value());
  EXPECT_EQ(run_due_jobs(), 0);
  ASSERT_TRUE(sync_wait(knowledge_->act(context(), document.id, Action::retry)).has_value());
  run_due_jobs();

  EXPECT_EQ(texts(), Texts{"Print."});
}

TEST_F(RecognitionOf, documents_lets_new_uploads_pass_between_two_batches) {
  settings_.recognition_batch = 1;
  restart();
  auto base = make_base();
  upload(base->id, "SCAN One.\fSCAN Two.\fSCAN Three.");
  ASSERT_TRUE(run_one());
  ASSERT_TRUE(run_one());
  auto fresh = upload(base->id, "Fresh.");

  ASSERT_TRUE(run_one());

  EXPECT_EQ(status(fresh.id).status, DocumentStatus::completed);
}

}  // namespace
}  // namespace aiva::knowledge
