#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "capabilities/knowledge/internal/base_cache.h"
#include "capabilities/knowledge/internal/index_keeper.h"
#include "capabilities/knowledge/knowledge.h"

namespace aiva::knowledge {

// What subscribers hear of a document.
struct DocumentFate {
  TenantId tenant{};
  KnowledgeBaseId base{};
  DocumentId document{};
  std::string_view filename{};
  std::optional<std::int64_t> pages{};
  std::optional<std::int64_t> chunks{};
  std::string_view error{};
};

// What everything inside this capability shares.
struct Core {
  Core(const KnowledgeParts& p, const KnowledgeSettings& s)
      : parts(p),
        settings(s),
        index(p.database, p.index, p.embedder, p.metrics),
        embeddings_reused(p.metrics.counter(
            "aiva_embeddings_reused_total",
            "Chunks whose vectors were there from the same text and needed no embedding")) {}

  // Forgets what is cached of the knowledge base and tells who watches the document.
  void tell_changed(TenantId tenant, KnowledgeBaseId base, DocumentId document);
  // Tells subscribers, inside the transaction, what became of a document.
  Result<void> publish(SqlSession& sql, std::string_view event_type, const DocumentFate& fate);
  // Removes stored files even if the caller is gone; what cannot be removed is swept away later.
  Task<void> remove_objects(CallContext context, std::vector<std::string> keys);

  KnowledgeParts parts;
  KnowledgeSettings settings;
  BaseCache cache;
  IndexKeeper index;
  Counter& embeddings_reused;
};

}  // namespace aiva::knowledge
