#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "capabilities/knowledge/types.h"
#include "foundation/call_context.h"
#include "foundation/result.h"
#include "foundation/task.h"
#include "ports/job_queue.h"

namespace aiva::knowledge {

// The kinds of jobs in the queue: reading a document, recognising print on pages of one, queueing
// the documents of a knowledge base to be read again.
inline constexpr const char* ingest_job_kind = "ingest_document";
inline constexpr const char* recognise_job_kind = "recognise_document";
inline constexpr const char* reindex_job_kind = "reindex_base";

// What is done with documents after they came in. Every operation sees only rows of
// `context.tenant`; anything else is `not_found`.
class DocumentWork {
 public:
  virtual ~DocumentWork() = default;

  // Replaces the metadata of a document, a JSON object of at most 16 KB; fails with `invalid`.
  // Searches see it at once.
  virtual Task<Result<Document>> set_metadata(CallContext context, DocumentId id,
                                              std::string metadata) = 0;
  // Changes some members of it: those of `patch`; null removes one (RFC 7396).
  virtual Task<Result<Document>> merge_metadata(CallContext context, DocumentId id,
                                                std::string patch) = 0;

  // Reads every document of a knowledge base again, behind all new ones. Searches see what a
  // document held before until it has been read. While that goes on, asking again changes nothing.
  virtual Task<Result<ReindexProgress>> reindex(CallContext context, KnowledgeBaseId id) = 0;
  // Leaves the documents that have not been read again as they are; `conflict` when none is left.
  virtual Task<Result<ReindexProgress>> cancel_reindex(CallContext context, KnowledgeBaseId id) = 0;

  // Begins, for all tenants, the re-index of every knowledge base that holds documents of another
  // embedding model, once for a model; answers how many. For the start and now and then.
  virtual Task<Result<std::int64_t>> reindex_other_models(CallContext context) = 0;

  // Has the open indexes of all tenants follow what other processes wrote, behind the caller, so
  // that searches need not wait for it; answers how many are behind. For every second.
  virtual Task<Result<std::int64_t>> follow_others(CallContext context) = 0;

  // Runs one leased job of one of the kinds above to its end, telling progress in the rows. The
  // outcome says whether the queue shall try again.
  virtual Task<Result<JobOutcome>> run(CallContext context, Job job) = 0;
};

}  // namespace aiva::knowledge
