#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>

#include "capabilities/knowledge/document_events.h"
#include "capabilities/knowledge/internal/documents_table.h"
#include "foundation/call_context.h"
#include "foundation/flight.h"
#include "foundation/result.h"
#include "foundation/task.h"
#include "ports/clock.h"
#include "ports/database.h"

namespace aiva::knowledge {

// Writes how far one ingestion is into the document's row, seldom enough not to burden the
// database. Shared with its own writes, which may still run when the ingestion has gone on.
class ProgressWriter : public std::enable_shared_from_this<ProgressWriter> {
 public:
  // Database, clock and events (may be null) are borrowed and outlive every settled write.
  ProgressWriter(Database& database, const Clock& clock, DocumentEvents* events, TenantId tenant,
                 DocumentId document, std::int64_t generation);

  // Writes now. Fails with `conflict` when the ingestion has lost the document.
  Task<Result<void>> tell(CallContext context, Progress progress);
  // The same, but does nothing when the last write is less than 250 ms ago.
  Task<Result<void>> tell_sometimes(CallContext context, Progress progress);
  // Starts a write if the last one is 250 ms ago and none is running, without waiting for it. Fails
  // with `conflict` when an earlier write found that the ingestion has lost the document.
  Result<void> note(const CallContext& context, const Progress& progress);
  // Waits for a write that note() started.
  Task<void> settle(CallContext context);

 private:
  [[nodiscard]] bool is_too_soon() const;
  Task<Result<void>> write_row(CallContext context, Progress progress);

  Database& database_;
  const Clock& clock_;
  DocumentEvents* events_;
  TenantId tenant_;
  DocumentId document_;
  std::int64_t generation_;
  mutable std::mutex mutex_;  // over what follows
  std::chrono::steady_clock::time_point last_write_{};
  bool is_lost_ = false;
  std::shared_ptr<Flight> running_;
};

}  // namespace aiva::knowledge
