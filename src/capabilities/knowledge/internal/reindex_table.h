#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "capabilities/knowledge/types.h"
#include "foundation/result.h"
#include "ports/database.h"

namespace aiva::knowledge {

// A document a re-index comes to.
struct ReindexedDocument {
  DocumentId id{};
  DocumentStatus status = DocumentStatus::queued;
  bool is_served = false;
  bool is_archive = false;  // holds nothing itself
};

// Names a knowledge base of some tenant.
struct BaseName {
  TenantId tenant{};
  KnowledgeBaseId id{};
};

// What the rows know of re-indexes; lives inside one read or transaction. Each re-index of a
// knowledge base has a number, and a document the number of the last one that came to it.
class ReindexTable {
 public:
  explicit ReindexTable(SqlSession& sql) : sql_(sql) {}

  // Begins another re-index. Fails with `not_found`.
  Result<void> begin(TenantId tenant, KnowledgeBaseId base, UnixMs now);
  Result<void> set_cancelled(TenantId tenant, KnowledgeBaseId base);
  // Fails with `not_found`.
  Result<ReindexProgress> progress(TenantId tenant, KnowledgeBaseId base);
  // Whether documents wait for the re-index and nobody called it off; false too when the knowledge
  // base is gone.
  Result<bool> is_wanted(TenantId tenant, KnowledgeBaseId base);

  // Documents the re-index has not come to, up to `count_max`.
  Result<std::vector<ReindexedDocument>> next(TenantId tenant, KnowledgeBaseId base,
                                              std::int64_t count_max);
  // The re-index has come to the document.
  Result<void> mark(TenantId tenant, KnowledgeBaseId base, DocumentId id);
  // Queues a completed document to be read again; searches see what it holds until then.
  Result<void> read_again(TenantId tenant, DocumentId id, UnixMs now);
  // Documents that wait for their second reading or have it, up to `count_max`.
  Result<std::vector<DocumentId>> being_reread(TenantId tenant, KnowledgeBaseId base,
                                               std::int64_t count_max);
  // Knowledge bases of all tenants with documents whose vectors another model made, unless they
  // were re-indexed for `model` already; up to `count_max`.
  Result<std::vector<BaseName>> bases_of_other_models(std::string_view model,
                                                      std::int64_t count_max);
  // Remembers that a knowledge base is re-indexed for a model.
  Result<void> set_model(TenantId tenant, KnowledgeBaseId base, std::string_view model);
  // Documents whose vectors another model made.
  Result<std::int64_t> count_of_other_models(TenantId tenant, KnowledgeBaseId base,
                                             std::string_view model);

 private:
  SqlSession& sql_;
};

}  // namespace aiva::knowledge
