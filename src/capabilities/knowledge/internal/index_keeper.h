#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <utility>
#include <vector>

#include "capabilities/knowledge/internal/chunks_table.h"
#include "foundation/call_context.h"
#include "foundation/flights.h"
#include "foundation/metrics.h"
#include "foundation/result.h"
#include "foundation/task.h"
#include "ports/database.h"
#include "ports/passage_index.h"
#include "ports/text_embedder.h"

namespace aiva::knowledge {

// Keeps the index in step with the rows: reads the documents that changed since the version it
// shows, once however many callers want it, whichever process changed them. Any thread.
class IndexKeeper {
 public:
  // Everything is borrowed.
  IndexKeeper(Database& database, PassageIndex& index, const TextEmbedder& embedder,
              Metrics& metrics);
  // Waits for what it began.
  ~IndexKeeper();
  IndexKeeper(const IndexKeeper&) = delete;
  IndexKeeper& operator=(const IndexKeeper&) = delete;

  // Makes the index show the rows of knowledge bases of context.tenant, or later ones.
  Task<Result<void>> ensure(CallContext context, std::vector<KnowledgeBaseId> bases);
  // The rows of a knowledge base have changed: an index in use follows now, behind the caller, so
  // that the next search need not wait for it.
  void follow(TenantId tenant, KnowledgeBaseId base);
  // What DocumentWork::follow_others promises.
  Task<Result<std::int64_t>> follow_others(CallContext context);
  // The rows of a knowledge base are gone.
  void erase(KnowledgeBaseId base) { index_.erase(base); }

 private:
  struct CatchUp {
    std::int64_t from = 0;
    std::int64_t to = 0;
    std::int64_t documents = 0;
    std::int64_t passages = 0;
    std::int64_t of_other_models = 0;
  };

  Task<Result<std::vector<std::int64_t>>> read_versions(CallContext context,
                                                        std::vector<KnowledgeBaseId> bases);
  Task<Result<void>> ensure_version(CallContext context, KnowledgeBaseId base,
                                    std::int64_t version);
  Task<Result<void>> catch_up(CallContext context, KnowledgeBaseId base);
  Task<Result<void>> bring_changes(CallContext context, KnowledgeBaseId base,
                                   PassageIndex::Change& change, CatchUp& done);
  Task<Result<void>> bring_document(CallContext context, KnowledgeBaseId base,
                                    ChangedDocument document, PassageIndex::Change& change,
                                    CatchUp& done);
  [[nodiscard]] PassageVectors vectors() const {
    return {embedder_.model(), embedder_.dimension()};
  }
  std::vector<std::pair<KnowledgeBaseId, TenantId>> next_open();
  bool is_catching_up(KnowledgeBaseId base);
  void begin_work();
  void end_work();

  Database& database_;
  PassageIndex& index_;
  const TextEmbedder& embedder_;
  Counter& catch_ups_;
  Counter& passages_;
  Flights<KnowledgeBaseId> flights_;
  std::mutex mutex_;                            // over what follows; never held while waiting
  std::map<KnowledgeBaseId, TenantId> opened_;  // some may have been closed since
  KnowledgeBaseId looked_at_{};  // of these, the last that was compared with its rows
  std::condition_variable idle_;
  int working_ = 0;
};

}  // namespace aiva::knowledge
