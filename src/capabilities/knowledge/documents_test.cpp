#include <gtest/gtest.h>

#include <string>

#include "capabilities/knowledge/testing/knowledge_fixture.h"

namespace aiva::knowledge {
namespace {

using Documents = KnowledgeFixture;
using Action = Knowledge::DocumentAction;

TEST_F(Documents, are_queued_with_their_file_when_the_upload_is_acknowledged) {
  auto base = make_base();

  auto document = sync_wait(knowledge_->add_document(
      context(), base->id, staged("C:\\docs\\Price List.PDF", "bytes", R"({"year":2025})")));

  ASSERT_TRUE(document.has_value()) << document.error().message;
  auto row = status(document->document.id);
  EXPECT_EQ(row.status, DocumentStatus::queued);
  EXPECT_EQ(row.filename, "Price List.PDF");
  EXPECT_EQ(row.file_type, "pdf");
  EXPECT_EQ(row.file_size_bytes, 5);
  EXPECT_EQ(row.metadata, R"({"year":2025})");
  EXPECT_EQ(row.progress, 0);
  EXPECT_TRUE(objects_.has("documents/" + tenant_.to_string() + "/" + row.id.to_string()));
  EXPECT_EQ(number("SELECT COUNT(*) FROM jobs WHERE subject = ? AND kind = 'ingest_document'",
                   {row.id.to_string()}),
            1);
}

TEST_F(Documents, with_impossible_fields_are_refused) {
  auto base = make_base();
  auto wrong_digest = staged("a.txt", "text");
  wrong_digest.content_sha256 = "short";
  auto too_large = staged("a.txt", "text");
  too_large.size_bytes = settings_.document_bytes_max + 1;
  auto add = [&](NewDocument document) {
    auto added = sync_wait(knowledge_->add_document(context(), base->id, std::move(document)));
    return added ? ErrorCode::internal : added.error().code;
  };

  EXPECT_EQ(add(staged("a.txt", "")), ErrorCode::invalid);
  EXPECT_EQ(add(staged("..", "text")), ErrorCode::invalid);
  EXPECT_EQ(add(staged(std::string("a\0b", 3), "text")), ErrorCode::invalid);
  EXPECT_EQ(add(staged("a.txt", "text", "[1]")), ErrorCode::invalid);
  EXPECT_EQ(add(wrong_digest), ErrorCode::invalid);
  EXPECT_EQ(add(too_large), ErrorCode::too_large);
  EXPECT_EQ(number("SELECT COUNT(*) FROM documents"), 0);
}

TEST_F(Documents, are_refused_without_credits) {
  is_billing_enforced_ = true;
  restart();
  auto base = make_base();

  auto poor = sync_wait(knowledge_->add_document(context(), base->id, staged("a.txt", "text")));
  ASSERT_TRUE(sync_wait(billing_->add({}, tenant_, 20'000, "gift")).has_value());
  auto rich = sync_wait(knowledge_->add_document(context(), base->id, staged("a.txt", "text")));

  ASSERT_FALSE(poor.has_value());
  EXPECT_EQ(poor.error().code, ErrorCode::quota_exceeded);
  EXPECT_TRUE(rich.has_value());
}

TEST_F(Documents, of_the_same_content_are_refused_only_on_request) {
  auto base = make_base();
  upload(base->id, "same");

  auto again = sync_wait(knowledge_->add_document(context(), base->id, staged("b.txt", "same")));
  auto unwanted = sync_wait(knowledge_->add_document(
      context(), base->id, staged("c.txt", "same", R"({"reject_duplicates":true})")));

  EXPECT_TRUE(again.has_value());
  ASSERT_FALSE(unwanted.has_value());
  EXPECT_EQ(unwanted.error().code, ErrorCode::conflict);
  auto objects = sync_wait(objects_.list({}, "documents/", "", 10));
  EXPECT_EQ(objects->size(), 2U);
}

TEST_F(Documents, leave_no_file_behind_when_their_rows_cannot_be_written) {
  settings_.documents_per_base_max = 0;
  restart();
  auto base = make_base();

  auto document = sync_wait(knowledge_->add_document(context(), base->id, staged("a", "text")));

  ASSERT_FALSE(document.has_value());
  EXPECT_EQ(sync_wait(objects_.list({}, "documents/", "", 10))->size(), 0U);
}

TEST_F(Documents, cannot_be_added_to_an_inactive_base) {
  auto base = make_base();
  ASSERT_TRUE(
      sync_wait(knowledge_->update(context(), base->id, {.status = "inactive"})).has_value());

  auto document = sync_wait(knowledge_->add_document(context(), base->id, staged("a", "text")));

  ASSERT_FALSE(document.has_value());
  EXPECT_EQ(document.error().code, ErrorCode::conflict);
}

TEST_F(Documents, stop_at_the_most_allowed_of_a_base) {
  settings_.documents_per_base_max = 1;
  restart();
  auto base = make_base();
  upload(base->id, "one");

  auto second = sync_wait(knowledge_->add_document(context(), base->id, staged("b", "two")));

  ASSERT_FALSE(second.has_value());
  EXPECT_EQ(second.error().code, ErrorCode::too_large);
}

TEST_F(Documents, are_listed_newest_first_by_status_and_page) {
  auto base = make_base();
  auto first = upload(base->id, "first");
  run_due_jobs();
  clock_.advance(std::chrono::seconds(1));
  auto second = upload(base->id, "second");
  clock_.advance(std::chrono::seconds(1));
  auto third = upload(base->id, "third");

  auto all = sync_wait(knowledge_->documents(context(), base->id, {.page = {.limit = 2}}));
  auto completed =
      sync_wait(knowledge_->documents(context(), base->id, {.status = DocumentStatus::completed}));

  EXPECT_EQ(all->total, 3);
  ASSERT_EQ(all->items.size(), 2U);
  EXPECT_EQ(all->items[0].id, third.id);
  EXPECT_EQ(all->items[1].id, second.id);
  ASSERT_EQ(completed->items.size(), 1U);
  EXPECT_EQ(completed->items[0].id, first.id);
}

TEST_F(Documents, that_wait_are_cancelled_and_retried) {
  auto base = make_base();
  auto document = upload(base->id, "Some text.");

  ASSERT_TRUE(sync_wait(knowledge_->act(context(), document.id, Action::cancel)).has_value());
  EXPECT_EQ(status(document.id).status, DocumentStatus::cancelled);
  EXPECT_EQ(run_due_jobs(), 0);
  auto again = sync_wait(knowledge_->act(context(), document.id, Action::cancel));
  EXPECT_EQ(again.error().code, ErrorCode::conflict);

  ASSERT_TRUE(sync_wait(knowledge_->act(context(), document.id, Action::retry)).has_value());
  EXPECT_EQ(status(document.id).status, DocumentStatus::queued);
  EXPECT_EQ(run_due_jobs(), 1);
  EXPECT_EQ(status(document.id).status, DocumentStatus::completed);
  auto useless = sync_wait(knowledge_->act(context(), document.id, Action::retry));
  EXPECT_EQ(useless.error().code, ErrorCode::conflict);
}

TEST_F(Documents, wake_the_worker_when_they_come_in) {
  auto base = make_base();
  auto wakes = std::make_shared<int>(0);  // the queue outlives this test's body
  jobs_->on_wake([wakes] { ++*wakes; });

  add(base->id, staged("a.txt", "Some text."));
  EXPECT_EQ(*wakes, 1);
  add(base->id, staged("a.txt", "Another version."));
  EXPECT_EQ(*wakes, 2);
}

TEST_F(Documents, are_removed_with_chunks_and_file_and_leave_the_index) {
  auto base = make_base();
  auto kept = upload(base->id, "Kept text.");
  auto removed = upload(base->id, "Removed text.");
  run_due_jobs();
  ASSERT_EQ(indexed(base->id), 2U);

  ASSERT_TRUE(sync_wait(knowledge_->act(context(), removed.id, Action::remove)).has_value());

  EXPECT_EQ(sync_wait(knowledge_->document(context(), removed.id)).error().code,
            ErrorCode::not_found);
  EXPECT_EQ(indexed(base->id), 1U);
  EXPECT_EQ(sync_wait(objects_.list({}, "documents/", "", 10))->size(), 1U);
  auto now = sync_wait(knowledge_->get(context(), base->id));
  EXPECT_EQ((*now)->document_count, 1);
  EXPECT_EQ((*now)->chunk_count, 1);
  EXPECT_EQ(status(kept.id).status, DocumentStatus::completed);
  expect_consistent_rows();
}

TEST_F(Documents, tell_listeners_of_every_change) {
  auto base = make_base();
  auto document = upload(base->id, "Some text.");
  std::vector<DocumentStatus> seen;
  auto listening = events_.subscribe(document.id, [&] { seen.push_back(DocumentStatus::queued); });
  ASSERT_TRUE(listening.has_value());

  run_due_jobs();

  EXPECT_GE(seen.size(), 5U);  // processing, chunking, embedding, storing, completed
}

}  // namespace
}  // namespace aiva::knowledge
