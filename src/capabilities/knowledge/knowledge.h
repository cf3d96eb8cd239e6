#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "capabilities/billing/billing.h"
#include "capabilities/billing/prices.h"
#include "capabilities/knowledge/document_events.h"
#include "capabilities/knowledge/document_work.h"
#include "capabilities/knowledge/types.h"
#include "capabilities/webhooks/outbox.h"
#include "foundation/call_context.h"
#include "foundation/metrics.h"
#include "foundation/result.h"
#include "foundation/task.h"
#include "ports/clock.h"
#include "ports/database.h"
#include "ports/document_reader.h"
#include "ports/job_queue.h"
#include "ports/object_store.h"
#include "ports/passage_index.h"
#include "ports/text_embedder.h"

namespace aiva::knowledge {

using KnowledgeBasePointer = std::shared_ptr<const KnowledgeBase>;
using KnowledgeBasePagePointer = std::shared_ptr<const PageOf<KnowledgeBase>>;

// Knowledge bases and their documents. Every operation sees only rows of `context.tenant`; anything
// else is `not_found`.
class Knowledge {
 public:
  virtual ~Knowledge() = default;

  // Fails with `invalid` (fields) or `conflict` (the name is taken within the tenant).
  virtual Task<Result<KnowledgeBasePointer>> create(CallContext context, NewKnowledgeBase base) = 0;
  // Cached for five minutes or until a change.
  virtual Task<Result<KnowledgeBasePointer>> get(CallContext context, KnowledgeBaseId id) = 0;
  struct ListFilter {
    std::optional<std::string> type{};
    std::optional<std::string> status{};
    PageRequest page{};
  };
  // Newest first. The same page object is answered until something of the tenant changes.
  virtual Task<Result<KnowledgeBasePagePointer>> list(CallContext context, ListFilter filter) = 0;
  virtual Task<Result<KnowledgeBasePointer>> update(CallContext context, KnowledgeBaseId id,
                                                    KnowledgeBaseChange change) = 0;
  // What the knowledge base holds, counted in its rows.
  virtual Task<Result<BaseStatistics>> statistics(CallContext context, KnowledgeBaseId id) = 0;
  // Removes the knowledge base with documents, chunks and files.
  virtual Task<Result<void>> remove(CallContext context, KnowledgeBaseId id) = 0;

  // Stores a file and queues its ingestion. When it succeeds the document is never lost. A file
  // from where a document came already (the same URL, place in an archive, or name) is that
  // document's next version, which takes its place in searches in the moment it has been read; with
  // the same content it changes nothing, or starts a failed document again.
  virtual Task<Result<AddedDocument>> add_document(CallContext context, KnowledgeBaseId id,
                                                   NewDocument document) = 0;
  virtual Task<Result<Document>> document(CallContext context, DocumentId id) = 0;
  struct DocumentFilter {
    std::optional<DocumentStatus> status{};
    DocumentId parent{};   // only what came out of this archive; nil: everything
    std::string search{};  // part of the file name or title; empty: everything
    PageRequest page{};
  };
  virtual Task<Result<PageOf<Document>>> documents(CallContext context, KnowledgeBaseId id,
                                                   DocumentFilter filter) = 0;
  enum class DocumentAction { cancel, retry, remove };
  // cancel: stops the ingestion (`conflict` when it ended), and of an archive those of its
  // documents. retry: queues a failed or cancelled document again. remove: deletes the document,
  // its chunks and its file, and what came out of it when it is an archive.
  virtual Task<Result<void>> act(CallContext context, DocumentId id, DocumentAction action) = 0;

  // The chunks of these ids in this order, skipping ids that are gone or of another tenant.
  virtual Task<Result<std::vector<Chunk>>> chunks(CallContext context,
                                                  std::vector<ChunkId> ids) = 0;
  // Chunks, and the versions that knowledge bases have in the same moment.
  struct ChunksNow {
    std::vector<Chunk> chunks{};           // as chunks() answers them
    std::vector<std::int64_t> versions{};  // one a knowledge base, in the order asked for
  };
  // Fails with `not_found` when one of the knowledge bases is gone.
  virtual Task<Result<ChunksNow>> chunks_now(CallContext context, std::vector<ChunkId> ids,
                                             std::vector<KnowledgeBaseId> bases) = 0;
  // Makes the indexes of these knowledge bases show their current rows.
  virtual Task<Result<void>> ensure_indexed(CallContext context,
                                            std::vector<KnowledgeBaseId> ids) = 0;
  Task<Result<void>> ensure_indexed(CallContext context, KnowledgeBaseId id) {
    return ensure_indexed(std::move(context), std::vector{id});
  }

  // What is done with documents after they came in: jobs, metadata, reading again.
  virtual DocumentWork& work() = 0;
};

struct KnowledgeSettings {
  std::int64_t document_bytes_max = 100 * 1024 * 1024;
  std::int64_t documents_per_base_max = 1'000'000;
  int bases_per_tenant_max = 10'000;
  std::size_t embedding_batch = 32;
  std::size_t document_text_bytes_max = 64 * 1024 * 1024;  // of all chunks of one document
  std::size_t document_chunks_max = 50'000;
  std::chrono::minutes ingestion_time_max{60};
  // The kind of the job that is queued about each document that may hold figures when it has been
  // read; empty: none is.
  std::string figures_job{};
  std::size_t recognition_batch = 16;  // pages whose print one job recognises
  std::size_t archive_files_max = 10'000;
  std::int64_t archive_bytes_max = 1024LL * 1024 * 1024;  // of the files in one archive
  billing::MicroUsd upload_balance_least = billing::gates::upload;
  billing::MicroUsd price_per_page = billing::prices::page;
  billing::MicroUsd price_per_million_tokens = billing::prices::million_embedded_tokens;
};

// What knowledge needs of the world; everything is borrowed.
struct KnowledgeParts {
  Database& database;
  ObjectStore& objects;
  JobQueue& jobs;
  DocumentReader& reader;
  TextEmbedder& embedder;
  std::function<int(std::string_view)> count_tokens;  // as the embedder counts
  PassageIndex& index;
  billing::Billing& billing;
  const Clock& clock;
  Metrics& metrics;
  DocumentEvents* events = nullptr;    // told about every change of a document's row
  webhooks::Outbox* outbox = nullptr;  // gets what becomes of documents, for subscribers
};

std::unique_ptr<Knowledge> make_knowledge(KnowledgeParts parts, KnowledgeSettings settings);

}  // namespace aiva::knowledge
