#include <gtest/gtest.h>

#include <string>

#include "capabilities/knowledge/testing/knowledge_fixture.h"

namespace aiva::knowledge {
namespace {

using KnowledgeBases = KnowledgeFixture;

std::vector<std::string> fields_of(const Error& error) {
  std::vector<std::string> fields;
  for (const auto& detail : error.details) fields.push_back(detail.field);
  return fields;
}

TEST_F(KnowledgeBases, shows_what_was_created) {
  auto base = sync_wait(knowledge_->create(
      context(), {.name = "  Handbook ",
                  .description = "For new staff",
                  .type = "faq",
                  .settings = R"({"chunk_size":500,"chunk_overlap":50,"colour":"red"})"}));

  ASSERT_TRUE(base.has_value()) << base.error().message;
  EXPECT_EQ((*base)->name, "Handbook");
  EXPECT_TRUE((*base)->tenant_name.starts_with("Acme"));
  EXPECT_EQ((*base)->type, "faq");
  EXPECT_EQ((*base)->status, "active");
  EXPECT_EQ((*base)->chunks.chunk_size, 500);
  EXPECT_EQ((*base)->chunks.chunk_overlap, 50);
  EXPECT_EQ((*base)->created_at, clock_.unix_ms());
  auto found = sync_wait(knowledge_->get(context(), (*base)->id));
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ((*found)->description, "For new staff");
}

TEST_F(KnowledgeBases, names_every_wrong_field) {
  auto base = sync_wait(
      knowledge_->create(context(), {.name = " ",
                                     .description = std::string(6000, 'x'),
                                     .type = "poem",
                                     .settings = R"({"chunk_size":50,"chunk_overlap":9000})"}));

  ASSERT_FALSE(base.has_value());
  EXPECT_EQ(base.error().code, ErrorCode::invalid);
  EXPECT_EQ(fields_of(base.error()),
            (std::vector<std::string>{"name", "description", "type", "settings.chunk_size",
                                      "settings.chunk_overlap"}));
}

TEST_F(KnowledgeBases, refuses_settings_that_are_no_object) {
  for (const auto* settings : {"", "[]", "1", "{", R"({"chunk_size":500,"chunk_overlap":500})"}) {
    auto base = sync_wait(knowledge_->create(context(), {.name = "A", .settings = settings}));
    ASSERT_FALSE(base.has_value()) << settings;
    EXPECT_EQ(base.error().code, ErrorCode::invalid);
  }
}

TEST_F(KnowledgeBases, refuses_a_name_that_is_taken_within_the_tenant_only) {
  make_base("Handbook");

  auto again = sync_wait(knowledge_->create(context(), {.name = "Handbook"}));
  auto elsewhere = sync_wait(knowledge_->create(stranger(), {.name = "Handbook"}));

  ASSERT_FALSE(again.has_value());
  EXPECT_EQ(again.error().code, ErrorCode::conflict);
  EXPECT_TRUE(elsewhere.has_value());
}

TEST_F(KnowledgeBases, hides_everything_from_other_tenants) {
  auto base = make_base();
  auto document = upload(base->id, "text");
  auto code = [](const auto& result) { return result ? ErrorCode::internal : result.error().code; };

  ASSERT_TRUE(sync_wait(knowledge_->get(context(), base->id)).has_value());  // now it is cached
  EXPECT_EQ(code(sync_wait(knowledge_->get(stranger(), base->id))), ErrorCode::not_found);
  EXPECT_EQ(code(sync_wait(knowledge_->update(stranger(), base->id, {.name = "x"}))),
            ErrorCode::not_found);
  EXPECT_EQ(code(sync_wait(knowledge_->statistics(stranger(), base->id))), ErrorCode::not_found);
  EXPECT_EQ(code(sync_wait(knowledge_->remove(stranger(), base->id))), ErrorCode::not_found);
  EXPECT_EQ(code(sync_wait(knowledge_->ensure_indexed(stranger(), base->id))),
            ErrorCode::not_found);
  EXPECT_EQ(code(sync_wait(knowledge_->documents(stranger(), base->id, {}))), ErrorCode::not_found);
  EXPECT_EQ(
      code(sync_wait(knowledge_->add_document(stranger(), base->id, staged("a.txt", "text")))),
      ErrorCode::not_found);
  EXPECT_EQ(code(sync_wait(knowledge_->document(stranger(), document.id))), ErrorCode::not_found);
  for (auto action : {Knowledge::DocumentAction::cancel, Knowledge::DocumentAction::retry,
                      Knowledge::DocumentAction::remove})
    EXPECT_EQ(code(sync_wait(knowledge_->act(stranger(), document.id, action))),
              ErrorCode::not_found);
  auto list = sync_wait(knowledge_->list(stranger(), {}));
  ASSERT_TRUE(list.has_value());
  EXPECT_EQ((*list)->total, 0);
}

TEST_F(KnowledgeBases, hides_chunks_from_other_tenants) {
  auto base = make_base();
  upload(base->id, "A sentence to find.");
  run_due_jobs();
  auto hits = nearest(base->id, "sentence", 10);
  ASSERT_EQ(hits.size(), 1U);

  auto mine = sync_wait(knowledge_->chunks(context(), {hits.front().chunk}));
  auto theirs = sync_wait(knowledge_->chunks(stranger(), {hits.front().chunk}));

  ASSERT_EQ(mine->size(), 1U);
  EXPECT_EQ(mine->front().text, "A sentence to find.");
  EXPECT_TRUE(theirs->empty());
}

TEST_F(KnowledgeBases, answers_the_same_object_until_something_changes) {
  auto base = make_base();
  auto first = sync_wait(knowledge_->get(context(), base->id));
  auto second = sync_wait(knowledge_->get(context(), base->id));
  EXPECT_EQ(first->get(), second->get());
  auto list = sync_wait(knowledge_->list(context(), {}));
  EXPECT_EQ(list->get(), sync_wait(knowledge_->list(context(), {}))->get());

  auto updated = sync_wait(knowledge_->update(context(), base->id, {.description = "New"}));

  ASSERT_TRUE(updated.has_value());
  EXPECT_EQ((*sync_wait(knowledge_->get(context(), base->id)))->description, "New");
  EXPECT_EQ((*sync_wait(knowledge_->list(context(), {})))->items.front().description, "New");
}

TEST_F(KnowledgeBases, counts_an_upload_in_cached_answers) {
  auto base = make_base();
  ASSERT_EQ((*sync_wait(knowledge_->list(context(), {})))->items.front().document_count, 0);

  upload(base->id, "Some text.");
  EXPECT_EQ((*sync_wait(knowledge_->get(context(), base->id)))->document_count, 1);
  EXPECT_EQ((*sync_wait(knowledge_->list(context(), {})))->items.front().document_count, 1);

  run_due_jobs();
  EXPECT_EQ((*sync_wait(knowledge_->get(context(), base->id)))->chunk_count, 1);
}

TEST_F(KnowledgeBases, lists_newest_first_in_pages_and_by_filter) {
  for (int i = 0; i < 5; ++i) {
    clock_.advance(std::chrono::seconds(1));
    NewKnowledgeBase base{.name = "Base " + std::to_string(i),
                          .type = i % 2 == 0 ? "faq" : "general"};
    ASSERT_TRUE(sync_wait(knowledge_->create(context(), base)).has_value());
  }

  auto page = sync_wait(knowledge_->list(context(), {.page = {.page = 2, .limit = 2}}));
  auto faq = sync_wait(knowledge_->list(context(), {.type = "faq"}));
  auto wrong = sync_wait(knowledge_->list(context(), {.type = "poem", .page = {.limit = 900}}));

  EXPECT_EQ((*page)->total, 5);
  ASSERT_EQ((*page)->items.size(), 2U);
  EXPECT_EQ((*page)->items[0].name, "Base 2");
  EXPECT_EQ((*faq)->total, 3);
  ASSERT_FALSE(wrong.has_value());
  EXPECT_EQ(fields_of(wrong.error()), (std::vector<std::string>{"type", "limit"}));
}

TEST_F(KnowledgeBases, are_listed_on_from_an_entry_whatever_is_added) {
  for (int i = 0; i < 4; ++i) {
    if (i != 2) clock_.advance(std::chrono::seconds(1));  // two of one instant
    make_base("Base " + std::to_string(i));
  }
  std::vector<KnowledgeBaseId> made;
  for (const auto& base : (*sync_wait(knowledge_->list(context(), {})))->items)
    made.push_back(base.id);
  auto list = [this](std::optional<ListPosition> after) {
    auto page = sync_wait(knowledge_->list(context(), {.page = {.limit = 1, .after = after}}));
    return (*page)->items.empty() ? std::nullopt : std::optional((*page)->items.front());
  };

  std::vector<KnowledgeBaseId> walked;
  std::optional<ListPosition> after;
  while (auto base = list(after)) {
    walked.push_back(base->id);
    after = ListPosition{.key = base->created_at, .id = {base->id.uuid}};
    clock_.advance(std::chrono::seconds(1));
    make_base("Later " + std::to_string(walked.size()));
  }

  EXPECT_EQ(walked.size(), 4U);
  EXPECT_EQ(walked, made);
}

TEST_F(KnowledgeBases, changes_only_the_fields_present) {
  auto base = make_base();
  clock_.advance(std::chrono::seconds(5));

  auto updated = sync_wait(knowledge_->update(
      context(), base->id, {.status = "inactive", .settings = R"({"chunk_size":200})"}));
  auto wrong = sync_wait(knowledge_->update(context(), base->id, {.name = ""}));

  ASSERT_TRUE(updated.has_value());
  EXPECT_EQ((*updated)->name, "Handbook");
  EXPECT_EQ((*updated)->status, "inactive");
  EXPECT_EQ((*updated)->chunks.chunk_size, 200);
  EXPECT_EQ((*updated)->updated_at, (*updated)->created_at + 5000);
  ASSERT_FALSE(wrong.has_value());
  EXPECT_EQ(fields_of(wrong.error()), std::vector<std::string>{"name"});
}

TEST_F(KnowledgeBases, stop_at_the_most_allowed_of_a_tenant) {
  settings_.bases_per_tenant_max = 1;
  restart();
  make_base("One");

  auto second = sync_wait(knowledge_->create(context(), {.name = "Two"}));

  ASSERT_FALSE(second.has_value());
  EXPECT_EQ(second.error().code, ErrorCode::too_large);
}

TEST_F(KnowledgeBases, are_removed_with_documents_chunks_vectors_and_files) {
  auto base = make_base();
  auto done = upload(base->id, "Text that is ingested.");
  run_due_jobs();
  auto waiting = upload(base->id, "Text that still waits.");
  ASSERT_TRUE(sync_wait(knowledge_->ensure_indexed(context(), base->id)).has_value());
  auto prefix = "documents/" + tenant_.to_string() + "/";
  ASSERT_TRUE(objects_.has(prefix + done.id.to_string()));

  auto removed = sync_wait(knowledge_->remove(context(), base->id));

  ASSERT_TRUE(removed.has_value()) << removed.error().cause;
  EXPECT_EQ(number("SELECT COUNT(*) FROM knowledge_bases"), 0);
  EXPECT_EQ(number("SELECT COUNT(*) FROM documents"), 0);
  EXPECT_EQ(index_->version(base->id), std::nullopt);
  EXPECT_FALSE(objects_.has(prefix + done.id.to_string()));
  EXPECT_FALSE(objects_.has(prefix + waiting.id.to_string()));
  EXPECT_EQ(run_due_jobs(), 0);
  expect_consistent_rows();
}

TEST_F(KnowledgeBases, tell_what_they_hold) {
  auto base = make_base();
  upload(base->id, "One.\fTwo.");
  run_due_jobs();
  upload(base->id, "BROKEN");
  run_due_jobs();
  upload(base->id, "Waits.");

  auto statistics = sync_wait(knowledge_->statistics(context(), base->id));

  ASSERT_TRUE(statistics.has_value());
  EXPECT_EQ(statistics->documents, 3);
  EXPECT_EQ(statistics->documents_completed, 1);
  EXPECT_EQ(statistics->documents_failed, 1);
  EXPECT_EQ(statistics->documents_in_work, 1);
  EXPECT_EQ(statistics->size_bytes, 9 + 6 + 6);
  EXPECT_EQ(statistics->pages, 2);
  EXPECT_EQ(statistics->vectors, statistics->chunks);
  EXPECT_EQ(statistics->embedding_model, "fake-words");
  EXPECT_EQ(statistics->vector_dimension, 64U);
}

}  // namespace
}  // namespace aiva::knowledge
