#include <gtest/gtest.h>

#include <string>

#include "capabilities/knowledge/testing/knowledge_fixture.h"
#include "foundation/json.h"

namespace aiva::knowledge {
namespace {

using Action = Knowledge::DocumentAction;
using Texts = std::vector<std::string>;

class Archives : public KnowledgeFixture {
 protected:
  Document upload_archive(KnowledgeBaseId base,
                          const std::vector<InlineDocumentReader::Entry>& entries) {
    auto text = InlineDocumentReader::archive_of(entries);
    return add(base, staged("papers.zip", text, R"({"year":2025})")).document;
  }
  PageOf<Document> children(KnowledgeBaseId base, DocumentId parent) {
    Knowledge::DocumentFilter filter;
    filter.parent = parent;
    auto page = sync_wait(knowledge_->documents(context(), base, filter));
    EXPECT_TRUE(page.has_value());
    return page.value_or(PageOf<Document>{});
  }
  Texts sorted_texts() {
    auto found = texts();
    std::ranges::sort(found);
    return found;
  }
  json::Object told(DocumentId id) {
    auto value = json::parse(status(id).processing_stats);
    return value->get_object().at("archive").get_object();
  }
};

TEST_F(Archives, become_documents_called_by_their_paths) {
  auto base = make_base();
  auto archive = upload_archive(base->id, {{"north/a.txt", "North."},
                                           {"south/a.txt", "South."},
                                           {"__MACOSX/north/._a.txt", "x"},
                                           {"broken.txt", "BROKEN"},
                                           {"empty.txt", ""}});

  run_due_jobs();

  EXPECT_EQ(status(archive.id).status, DocumentStatus::completed);
  EXPECT_EQ(status(archive.id).file_type, "zip");
  auto page = children(base->id, archive.id);
  EXPECT_EQ(page.total, 3);
  for (const auto& child : page.items) {
    EXPECT_EQ(child.parent, archive.id);
    EXPECT_EQ(child.metadata, R"({"year":2025})");
    auto expected =
        child.filename == "broken.txt" ? DocumentStatus::failed : DocumentStatus::completed;
    EXPECT_EQ(child.status, expected) << child.filename;
  }
  EXPECT_EQ(sorted_texts(), (Texts{"North.", "South."}));
  EXPECT_EQ(told(archive.id).at("added"), 3);
  auto archived = told(archive.id);
  const auto& failed = archived.at("failed").get_array();
  ASSERT_EQ(failed.size(), 1U);
  EXPECT_EQ(failed[0].get_object().at("filename"), "empty.txt");
  EXPECT_TRUE(std::filesystem::is_empty(objects_.staging_folder()));
  expect_consistent_rows();
}

TEST_F(Archives, of_a_newer_version_change_only_what_differs) {
  auto base = make_base();
  auto archive = upload_archive(base->id, {{"a.txt", "A."}, {"b.txt", "B."}, {"c.txt", "C."}});
  run_due_jobs();

  upload_archive(base->id, {{"a.txt", "A."}, {"b.txt", "Better."}, {"d.txt", "D."}});
  run_due_jobs();

  EXPECT_EQ(status(archive.id).version, 2);
  EXPECT_EQ(sorted_texts(), (Texts{"A.", "Better.", "D."}));
  EXPECT_EQ(told(archive.id).at("unchanged"), 1);
  EXPECT_EQ(told(archive.id).at("added"), 2);
  expect_consistent_rows();
}

TEST_F(Archives, within_archives_are_not_opened) {
  auto base = make_base();
  auto inner = InlineDocumentReader::archive_of({{"deep.txt", "Deep."}});
  std::ranges::replace(inner, '\x1d', '\x1c');  // the fake's marks do not nest
  auto archive = upload_archive(base->id, {{"inner.zip", inner}});

  run_due_jobs();

  auto page = children(base->id, archive.id);
  ASSERT_EQ(page.items.size(), 1U);
  EXPECT_EQ(page.items[0].error_message, "An archive within an archive is not opened");
  EXPECT_EQ(number("SELECT COUNT(*) FROM documents"), 2);
}

TEST_F(Archives, beyond_the_limits_are_refused) {
  settings_.archive_files_max = 2;
  settings_.archive_bytes_max = 1024 * 1024;
  restart();
  auto base = make_base();
  auto many = add(
      base->id,
      staged("many.zip", InlineDocumentReader::archive_of({{"a", "1"}, {"b", "2"}, {"c", "3"}})));
  auto large = add(base->id, staged("large.zip", InlineDocumentReader::archive_of(
                                                     {{"a", std::string(1024 * 1024 + 1, 'x')}})));

  run_due_jobs();

  EXPECT_EQ(status(many.document.id).error_message, "The archive holds more than 2 files");
  EXPECT_EQ(status(large.document.id).error_message, "The archive holds more than 1 MB");
  EXPECT_TRUE(texts().empty());
  EXPECT_TRUE(std::filesystem::is_empty(objects_.staging_folder()));
}

TEST_F(Archives, take_their_documents_along_when_they_are_removed) {
  auto base = make_base();
  auto archive = upload_archive(base->id, {{"a.txt", "A."}, {"b.txt", "B."}});
  upload(base->id, "Kept.");
  run_due_jobs();

  ASSERT_TRUE(sync_wait(knowledge_->act(context(), archive.id, Action::remove)).has_value());

  EXPECT_EQ(texts(), Texts{"Kept."});
  EXPECT_EQ(sync_wait(objects_.list({}, "documents/", "", 10))->size(), 1U);
  expect_consistent_rows();
}

TEST_F(Archives, that_are_cancelled_stop_their_documents_and_keep_what_is_read) {
  auto base = make_base();
  auto archive = upload_archive(base->id, {{"a.txt", "A."}, {"b.txt", "B."}});
  auto jobs = lease_jobs();
  ASSERT_EQ(jobs.size(), 1U);
  auto outcome = sync_wait(knowledge_->work().run(context(), jobs.front()));
  ASSERT_TRUE(sync_wait(jobs_->finish({}, jobs.front().id, "w1", *outcome)).has_value());

  ASSERT_TRUE(sync_wait(knowledge_->act(context(), archive.id, Action::cancel)).has_value());

  EXPECT_EQ(run_due_jobs(), 0);
  for (const auto& child : children(base->id, archive.id).items)
    EXPECT_EQ(child.status, DocumentStatus::cancelled);
  EXPECT_EQ(status(archive.id).status, DocumentStatus::completed);
}

}  // namespace
}  // namespace aiva::knowledge
