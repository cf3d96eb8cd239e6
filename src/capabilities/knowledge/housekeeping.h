#pragma once

#include <cstdint>
#include <memory>

#include "capabilities/knowledge/document_events.h"
#include "foundation/call_context.h"
#include "foundation/result.h"
#include "foundation/task.h"
#include "ports/clock.h"
#include "ports/database.h"
#include "ports/job_queue.h"
#include "ports/object_store.h"
#include "ports/passage_index.h"

namespace aiva::knowledge {

// Puts right what killed processes left behind, for all tenants. All operations are safe to run at
// any time, on several nodes at once, and to be cut off.
class Housekeeping {
 public:
  virtual ~Housekeeping() = default;
  // Queues documents again that are in work but have no job; answers how many. For the start and
  // now and then.
  virtual Task<Result<std::int64_t>> requeue_stranded(CallContext context) = 0;
  // Removes stored files that are older than an hour and that no document names; answers how many.
  virtual Task<Result<std::int64_t>> sweep_files(CallContext context) = 0;
  // Erases indexes of knowledge bases that are gone; answers how many. For the start and now and
  // then.
  virtual Task<Result<std::int64_t>> sweep_indexes(CallContext context) = 0;
};

struct HousekeepingParts {
  Database& database;
  ObjectStore& objects;
  PassageIndex& index;
  JobQueue& jobs;
  const Clock& clock;
  DocumentEvents* events = nullptr;
};

std::unique_ptr<Housekeeping> make_housekeeping(HousekeepingParts parts);

}  // namespace aiva::knowledge
