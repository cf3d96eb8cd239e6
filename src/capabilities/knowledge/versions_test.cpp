#include <gtest/gtest.h>

#include <string>

#include "capabilities/knowledge/testing/knowledge_fixture.h"

namespace aiva::knowledge {
namespace {

using VersionsOf = KnowledgeFixture;
using Action = Knowledge::DocumentAction;
using Texts = std::vector<std::string>;

TEST_F(VersionsOf, a_file_that_came_before_answer_the_document_that_is_there) {
  auto base = make_base();
  auto first = add(base->id, staged("a.txt", "Same."));
  run_due_jobs();

  auto file = staged("a.txt", "Same.");
  auto again = add(base->id, file);

  EXPECT_FALSE(first.is_duplicate);
  EXPECT_TRUE(again.is_duplicate);
  EXPECT_EQ(again.document.id, first.document.id);
  EXPECT_EQ(again.document.status, DocumentStatus::completed);
  EXPECT_EQ(run_due_jobs(), 0);
  EXPECT_FALSE(std::filesystem::exists(file.staged_path));
  EXPECT_EQ(sync_wait(objects_.list({}, "documents/", "", 10))->size(), 1U);
  EXPECT_EQ(number("SELECT COUNT(*) FROM documents"), 1);
}

TEST_F(VersionsOf, the_same_bytes_start_a_failed_document_again) {
  auto base = make_base();
  auto first = add(base->id, staged("a.txt", "text"));
  auto key = "documents/" + tenant_.to_string() + "/" + first.document.id.to_string();
  ASSERT_TRUE(sync_wait(objects_.remove({}, key)).has_value());
  run_due_jobs();
  ASSERT_EQ(status(first.document.id).status, DocumentStatus::failed);

  auto again = add(base->id, staged("a.txt", "text"));
  run_due_jobs();

  EXPECT_EQ(again.document.id, first.document.id);
  EXPECT_EQ(status(first.document.id).status, DocumentStatus::completed);
  EXPECT_EQ(sync_wait(objects_.list({}, "documents/", "", 10))->size(), 1U);
  expect_consistent_rows();
}

TEST_F(VersionsOf, other_bytes_of_the_same_name_take_the_place_of_the_old_ones_at_once) {
  auto base = make_base();
  auto first = add(base->id, staged("a.txt", "Old text.", R"({"year":2024})"));
  run_due_jobs();
  ASSERT_TRUE(sync_wait(knowledge_->ensure_indexed(context(), base->id)).has_value());
  Texts seen;
  embedder_.before_each([&] {
    seen = texts();
    EXPECT_EQ(index_->size(base->id), 1U);
  });

  auto second = add(base->id, staged("a.txt", "New text.\n\nAnd more."));
  auto waiting = status(first.document.id);
  run_due_jobs();

  EXPECT_EQ(second.document.id, first.document.id);
  EXPECT_FALSE(second.is_duplicate);
  EXPECT_EQ(waiting.status, DocumentStatus::queued);
  EXPECT_EQ(waiting.version, 1);
  EXPECT_EQ(waiting.next_version, 2);
  EXPECT_TRUE(waiting.is_served);
  EXPECT_EQ(seen, Texts{"Old text."});
  auto row = status(first.document.id);
  EXPECT_EQ(row.status, DocumentStatus::completed);
  EXPECT_EQ(row.version, 2);
  EXPECT_EQ(row.next_version, 0);
  EXPECT_EQ(row.metadata, R"({"year":2024})");
  EXPECT_EQ(row.content_sha256, to_hex(sha256("New text.\n\nAnd more.")));
  EXPECT_EQ(texts(), Texts{"New text.\n\nAnd more."});
  EXPECT_EQ(indexed(base->id), 1U);
  EXPECT_EQ(sync_wait(objects_.list({}, "documents/", "", 10))->size(), 1U);
  EXPECT_EQ(number("SELECT COUNT(*) FROM credit_transactions WHERE operation = 'document'"), 2);
  expect_consistent_rows();
}

TEST_F(VersionsOf, a_version_that_cannot_be_read_leaves_the_old_one_in_place) {
  auto base = make_base();
  auto first = add(base->id, staged("a.txt", "Old text."));
  run_due_jobs();

  add(base->id, staged("a.txt", "BROKEN new text"));
  run_due_jobs();

  auto row = status(first.document.id);
  EXPECT_EQ(row.status, DocumentStatus::failed);
  EXPECT_EQ(row.error_message, "The document is damaged");
  EXPECT_TRUE(row.is_served);
  EXPECT_EQ(row.version, 1);
  EXPECT_EQ(texts(), Texts{"Old text."});
  expect_consistent_rows();
}

TEST_F(VersionsOf, the_old_bytes_again_call_a_new_version_off) {
  auto base = make_base();
  auto first = add(base->id, staged("a.txt", "Old text."));
  run_due_jobs();
  add(base->id, staged("a.txt", "New text."));

  auto back = add(base->id, staged("a.txt", "Old text."));

  EXPECT_TRUE(back.is_duplicate);
  EXPECT_EQ(back.document.status, DocumentStatus::completed);
  EXPECT_EQ(run_due_jobs(), 0);
  EXPECT_EQ(texts(), Texts{"Old text."});
  EXPECT_EQ(status(first.document.id).next_version, 0);
  EXPECT_EQ(sync_wait(objects_.list({}, "documents/", "", 10))->size(), 1U);
  expect_consistent_rows();
}

TEST_F(VersionsOf, a_third_version_passes_the_second_that_is_still_being_read) {
  auto base = make_base();
  auto first = add(base->id, staged("a.txt", "One."));
  run_due_jobs();
  add(base->id, staged("a.txt", "Two."));
  embedder_.before_each([&] {
    embedder_.before_each({});
    add(base->id, staged("a.txt", "Three."));
  });

  run_due_jobs();

  EXPECT_EQ(texts(), Texts{"Three."});
  EXPECT_EQ(status(first.document.id).version, 3);
  EXPECT_EQ(sync_wait(objects_.list({}, "documents/", "", 10))->size(), 1U);
  expect_consistent_rows();
}

TEST_F(VersionsOf, a_cancelled_version_leaves_the_old_one_and_can_be_retried) {
  auto base = make_base();
  auto first = add(base->id, staged("a.txt", "Old text."));
  run_due_jobs();
  add(base->id, staged("a.txt", "New text."));

  ASSERT_TRUE(sync_wait(knowledge_->act(context(), first.document.id, Action::cancel)).has_value());
  EXPECT_EQ(run_due_jobs(), 0);
  EXPECT_EQ(texts(), Texts{"Old text."});
  expect_consistent_rows();
  ASSERT_TRUE(sync_wait(knowledge_->act(context(), first.document.id, Action::retry)).has_value());
  run_due_jobs();

  EXPECT_EQ(texts(), Texts{"New text."});
  EXPECT_EQ(status(first.document.id).version, 2);
}

TEST_F(VersionsOf, a_document_go_with_it_when_it_is_removed) {
  auto base = make_base();
  auto first = add(base->id, staged("a.txt", "Old text."));
  run_due_jobs();
  add(base->id, staged("a.txt", "New text."));

  ASSERT_TRUE(sync_wait(knowledge_->act(context(), first.document.id, Action::remove)).has_value());

  EXPECT_EQ(sync_wait(objects_.list({}, "documents/", "", 10))->size(), 0U);
  EXPECT_TRUE(texts().empty());
  EXPECT_EQ(run_due_jobs(), 0);
  expect_consistent_rows();
}

TEST_F(VersionsOf, a_name_stay_apart_when_both_are_to_be_kept) {
  auto base = make_base();
  add(base->id, staged("a.txt", "One."));
  auto other = staged("a.txt", "Two.");
  other.keeps_both = true;
  add(base->id, other);
  run_due_jobs();

  auto found = texts();
  std::ranges::sort(found);
  EXPECT_EQ(found, (Texts{"One.", "Two."}));
}

TEST_F(VersionsOf, a_path_are_told_apart_by_their_folders) {
  auto base = make_base();
  auto one = staged("north/read me.txt", "North.");
  auto two = staged("south\\..\\./read me.txt", "South.");
  one.has_path = two.has_path = true;

  auto first = add(base->id, one);
  auto second = add(base->id, two);

  EXPECT_NE(first.document.id, second.document.id);
  EXPECT_EQ(second.document.filename, "south/read me.txt");
}

TEST_F(VersionsOf, one_base_know_nothing_of_another_bases_documents) {
  auto base = make_base("One");
  auto other = make_base("Two");

  auto first = add(base->id, staged("a.txt", "Same."));
  auto second = add(other->id, staged("a.txt", "Same."));

  EXPECT_FALSE(second.is_duplicate);
  EXPECT_NE(first.document.id, second.document.id);
}

TEST_F(VersionsOf, their_metadata_change_without_being_read_again) {
  auto base = make_base();
  auto document = add(base->id, staged("a.txt", "Text.", R"({"year":2024,"old":true})")).document;
  run_due_jobs();
  auto& work = knowledge_->work();

  auto merged = sync_wait(
      work.merge_metadata(context(), document.id, R"({"year":2025,"old":null,"tags":["x"]})"));
  ASSERT_TRUE(merged.has_value());
  EXPECT_EQ(merged->metadata, R"({"year":2025,"tags":["x"]})");
  auto replaced = sync_wait(work.set_metadata(context(), document.id, R"({"a":1})"));
  EXPECT_EQ(replaced->metadata, R"({"a":1})");

  auto code = [](const auto& result) { return result ? ErrorCode::internal : result.error().code; };
  auto huge = R"({"a":")" + std::string(16 * 1024, 'x') + "\"}";
  EXPECT_EQ(code(sync_wait(work.set_metadata(context(), document.id, "[]"))), ErrorCode::invalid);
  EXPECT_EQ(code(sync_wait(work.set_metadata(context(), document.id, huge))), ErrorCode::invalid);
  EXPECT_EQ(code(sync_wait(work.set_metadata(stranger(), document.id, "{}"))),
            ErrorCode::not_found);
  EXPECT_EQ(code(sync_wait(work.merge_metadata(stranger(), document.id, "{}"))),
            ErrorCode::not_found);
  EXPECT_EQ(status(document.id).metadata, R"({"a":1})");
}

}  // namespace
}  // namespace aiva::knowledge
