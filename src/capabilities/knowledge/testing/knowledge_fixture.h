#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <fstream>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "adapters/job_table/job_table.h"
#include "adapters/test_database/test_database.h"
#include "capabilities/billing/billing.h"
#include "capabilities/knowledge/housekeeping.h"
#include "capabilities/knowledge/knowledge.h"
#include "capabilities/knowledge/testing/crashing_database.h"
#include "capabilities/knowledge/testing/hooked_text_embedder.h"
#include "foundation/crypto.h"
#include "foundation/thread_pool.h"
#include "ports/testing/folder_object_store.h"
#include "ports/testing/inline_document_reader.h"
#include "ports/testing/manual_clock.h"
#include "ports/testing/plain_passage_index.h"

namespace aiva::knowledge {

// Knowledge over real rows, with fakes around it, and a worker that runs when told.
class KnowledgeFixture : public ::testing::Test {
 protected:
  static constexpr std::chrono::seconds lease{30};

  void SetUp() override { restart(); }

  // What a new process would be: the rows and files are all that is left.
  void restart() {
    knowledge_.reset();
    database_.restart();
    index_ = std::make_unique<PlainPassageIndex>();
    jobs_ = make_job_table(database_, clock_);
    billing_ = billing::make_billing(database_, clock_, {.is_enforced = is_billing_enforced_});
    KnowledgeParts parts{.database = database_,
                         .objects = objects_,
                         .jobs = *jobs_,
                         .reader = reader_,
                         .embedder = embedder_,
                         .count_tokens = count_words,
                         .index = *index_,
                         .billing = *billing_,
                         .clock = clock_,
                         .metrics = metrics_,
                         .events = &events_,
                         .outbox = outbox_};
    knowledge_ = make_knowledge(parts, settings_);
  }

  static int count_words(std::string_view text) {
    return 1 + static_cast<int>(std::ranges::count(text, ' '));
  }

  [[nodiscard]] CallContext context() const { return {.tenant = tenant_, .home = &pool_}; }
  [[nodiscard]] CallContext stranger() const { return {.tenant = other_tenant_, .home = &pool_}; }

  KnowledgeBasePointer make_base(std::string name = "Handbook") {
    auto base = sync_wait(knowledge_->create(context(), {.name = std::move(name)}));
    if (!base) ADD_FAILURE() << base.error().message << " " << base.error().cause;
    return base.value_or(nullptr);
  }

  NewDocument staged(const std::string& filename, const std::string& text,
                     std::string metadata = "{}") {
    auto file = objects_.staging_folder() / Uuid::make().to_string();
    std::ofstream(file, std::ios::binary) << text;
    return {.filename = filename,
            .staged_path = file.string(),
            .size_bytes = static_cast<std::int64_t>(text.size()),
            .content_sha256 = to_hex(sha256(text)),
            .metadata = std::move(metadata)};
  }

  // A document of its own, whatever else is called the same.
  Document upload(KnowledgeBaseId base, const std::string& text,
                  const std::string& filename = "notes.txt") {
    auto file = staged(filename, text);
    file.keeps_both = true;
    return add(base, std::move(file)).document;
  }

  AddedDocument add(KnowledgeBaseId base, NewDocument file) {
    auto added = sync_wait(knowledge_->add_document(context(), base, std::move(file)));
    if (!added) ADD_FAILURE() << added.error().message << " " << added.error().cause;
    return added.value_or(AddedDocument{});
  }

  // The texts of all chunks that searches see, in the order of documents and chunks.
  std::vector<std::string> texts() {
    std::vector<std::string> found;
    auto outcome = sync_wait(read(*rows_, {}, [&found](SqlSession& session) {
      return session.query(
          "SELECT c.text FROM document_chunks c JOIN documents d ON d.id = c.document_id "
          "ORDER BY d.created_at, d.id, c.chunk_index",
          {}, [&found](const SqlRow& row) -> Result<void> {
            found.emplace_back(row.text(0));
            return {};
          });
    }));
    EXPECT_TRUE(outcome.has_value());
    return found;
  }

  Document status(DocumentId id) {
    auto document = sync_wait(knowledge_->document(context(), id));
    if (!document) ADD_FAILURE() << document.error().message;
    return document.value_or(Document{});
  }

  // `count` paragraphs of words, one page each when asked.
  static std::string paragraphs(int count, const std::string& word = "word",
                                const std::string& separator = "\n\n") {
    std::string text;
    for (int i = 0; i < count; ++i) {
      if (i > 0) text += separator;
      for (int j = 0; j < 300; ++j) text += word + std::to_string(i) + " ";
    }
    return text;
  }

  std::vector<Job> lease_jobs(const std::string& worker = "w1", std::size_t count_max = 1) {
    std::vector<std::string> kinds = {ingest_job_kind, recognise_job_kind, reindex_job_kind};
    auto jobs = sync_wait(jobs_->lease({}, std::move(kinds), count_max, worker, lease));
    return jobs.value_or(std::vector<Job>{});
  }

  // Leases and runs jobs until none is due; answers how many there were.
  int run_due_jobs(const std::string& worker = "w1") {
    int count = 0;
    for (auto jobs = lease_jobs(worker); !jobs.empty(); jobs = lease_jobs(worker)) {
      ++count;
      auto outcome = sync_wait(knowledge_->work().run(context(), jobs.front()));
      if (!outcome) continue;
      (void)sync_wait(jobs_->finish({}, jobs.front().id, worker, *outcome));
    }
    return count;
  }

  // The same, waiting for leases to expire and delays to pass.
  void run_all_jobs() {
    for (int quiet = 0; quiet < 3;) {
      quiet = run_due_jobs() == 0 ? quiet + 1 : 0;
      clock_.advance(std::chrono::minutes(15));
    }
  }

  std::int64_t number(std::string_view sql, SqlSession::Parameters parameters = {}) {
    std::int64_t found = -1;
    auto outcome = sync_wait(read(*rows_, {}, [&](SqlSession& session) {
      return session.query(sql, parameters, [&found](const SqlRow& row) -> Result<void> {
        found = row.integer(0);
        return {};
      });
    }));
    if (!outcome) ADD_FAILURE() << outcome.error().message << " " << outcome.error().cause;
    return found;
  }

  // What must hold whatever happened before.
  void expect_consistent_rows() {
    EXPECT_EQ(number("SELECT COUNT(*) FROM documents d WHERE status = 'completed' AND "
                     "(SELECT COUNT(*) FROM document_chunks WHERE document_id = d.id) "
                     "<> d.total_chunks"),
              0);
    EXPECT_EQ(number("SELECT COUNT(*) FROM documents d WHERE status = 'completed' AND "
                     "(SELECT MAX(chunk_index) + 1 FROM document_chunks WHERE document_id = d.id) "
                     "<> d.total_chunks"),
              0);
    EXPECT_EQ(number("SELECT COUNT(*) FROM document_chunks c JOIN documents d "
                     "ON d.id = c.document_id WHERE d.is_served = 0"),
              0);
    EXPECT_EQ(number("SELECT COUNT(*) FROM document_chunks c LEFT JOIN chunk_vectors v "
                     "ON v.chunk_rowid = c.rowid AND v.chunk_id = c.id WHERE v.model IS NULL"),
              0);
    EXPECT_EQ(number("SELECT (SELECT COUNT(*) FROM chunk_vectors) - "
                     "(SELECT COUNT(*) FROM document_chunks)"),
              0);
    EXPECT_EQ(number("SELECT COUNT(*) FROM knowledge_bases b WHERE document_count <> "
                     "(SELECT COUNT(*) FROM documents WHERE kb_id = b.id) OR chunk_count <> "
                     "(SELECT COUNT(*) FROM document_chunks WHERE kb_id = b.id)"),
              0);
    EXPECT_EQ(number("SELECT COUNT(*) FROM document_chunks c LEFT JOIN document_changes h "
                     "ON h.kb_id = c.kb_id AND h.document_id = c.document_id "
                     "WHERE h.version IS NULL"),
              0);
    EXPECT_EQ(number("SELECT COUNT(*) FROM document_changes h JOIN knowledge_bases b "
                     "ON b.id = h.kb_id WHERE h.version > b.version"),
              0);
  }

  // Lets the index follow the rows and answers how many passages it shows.
  std::size_t indexed(KnowledgeBaseId base) {
    auto ensured = sync_wait(knowledge_->ensure_indexed(context(), base));
    EXPECT_TRUE(ensured.has_value()) << (ensured ? "" : ensured.error().message);
    return index_->size(base);
  }

  std::vector<PassageHit> nearest(KnowledgeBaseId base, std::string text, std::size_t count_max) {
    indexed(base);
    auto embedded = sync_wait(embedder_.embed(context(), {std::move(text)}));
    auto hits = sync_wait(
        index_->search_vectors(context(), base, std::move(embedded->values), {count_max, {}}));
    if (!hits) ADD_FAILURE() << hits.error().message;
    return hits.value_or(std::vector<PassageHit>{});
  }

  TestDatabase rows_;
  CrashingDatabase database_{*rows_};
  ManualClock clock_;
  FolderObjectStore objects_;
  InlineDocumentReader reader_;
  HookedTextEmbedder embedder_;
  Metrics metrics_;
  DocumentEvents events_;
  KnowledgeSettings settings_;
  bool is_billing_enforced_ = false;
  webhooks::Outbox* outbox_ = nullptr;
  TenantId tenant_ = rows_.add_tenant("Acme");
  TenantId other_tenant_ = rows_.add_tenant("Other");
  mutable ThreadPool pool_{{.name = "home", .threads = 2}};
  std::unique_ptr<PlainPassageIndex> index_;
  std::unique_ptr<JobQueue> jobs_;
  std::unique_ptr<billing::Billing> billing_;
  std::unique_ptr<Knowledge> knowledge_;
};

}  // namespace aiva::knowledge
