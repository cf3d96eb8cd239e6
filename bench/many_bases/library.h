#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "adapters/job_table/job_table.h"
#include "adapters/segment_index/segment_index.h"
#include "adapters/test_database/test_database.h"
#include "capabilities/billing/billing.h"
#include "capabilities/knowledge/document_catalog.h"
#include "capabilities/knowledge/knowledge.h"
#include "capabilities/search/search.h"
#include "foundation/thread_pool.h"
#include "ports/testing/fake_text_embedder.h"
#include "ports/testing/folder_object_store.h"
#include "ports/testing/inline_document_reader.h"

namespace aiva::bench {

// A server's knowledge and search over files of their own, but for the embedder, which only hashes
// words: what is measured is everything else. Ends the program when anything fails.
class Library {
 public:
  explicit Library(std::size_t dimension);

  KnowledgeBaseId add_base(const std::string& name);
  // Texts become chunks of a document, each a paragraph.
  void add_document(KnowledgeBaseId base, const std::vector<std::string>& texts);
  // Ingests what was added.
  void run_jobs();
  [[nodiscard]] std::int64_t chunks(KnowledgeBaseId base);
  search::SearchAnswer search(const std::vector<KnowledgeBaseId>& bases, const std::string& query);

 private:
  [[nodiscard]] CallContext context() const { return {.tenant = tenant_}; }

  TestDatabase database_;
  TemporaryFolder folder_;
  SystemClock clock_;
  Metrics metrics_;
  FolderObjectStore objects_;
  InlineDocumentReader reader_;
  FakeTextEmbedder embedder_;
  ThreadPool compute_{{.name = "compute", .threads = 2}};
  TenantId tenant_ = database_.add_tenant();
  std::unique_ptr<JobQueue> jobs_;
  std::unique_ptr<PassageIndex> index_;
  std::unique_ptr<billing::Billing> billing_;
  std::unique_ptr<knowledge::Knowledge> knowledge_;
  std::unique_ptr<knowledge::DocumentCatalog> catalog_;
  std::unique_ptr<search::Search> search_;
};

}  // namespace aiva::bench
