#pragma once

#include <memory>
#include <string>

#include "capabilities/knowledge/internal/core.h"
#include "capabilities/knowledge/internal/recognition_table.h"

namespace aiva::knowledge {

// The work of one recognition job: recognise the print on the next few pages of a document and add
// their passages in one transaction, which also queues the job for the pages after them. So what
// others wait for gets its turn between two batches, and a killed process repeats one batch at
// most.
class Recognition {
 public:
  // `core` is borrowed.
  explicit Recognition(Core& core);

  Task<Result<JobOutcome>> run(CallContext context, Job job);

 private:
  struct Batch;
  using BatchPointer = std::shared_ptr<Batch>;

  Task<Result<void>> work(CallContext context, BatchPointer batch);
  Task<Result<void>> read_pages(CallContext context, BatchPointer batch);
  Task<Result<void>> store(CallContext context, BatchPointer batch);
  Result<void> write_rows(SqlSession& sql, Batch& batch);
  Result<bool> take_off_pages(SqlSession& sql, Batch& batch, UnixMs now);
  Result<bool> fail_document(SqlSession& sql, const Batch& batch, const std::string& reason,
                             UnixMs now);
  Result<void> add_chunks(SqlSession& sql, Batch& batch, UnixMs now);
  Task<Result<JobOutcome>> settle_failure(CallContext context, BatchPointer batch, Error error);
  Task<Result<JobOutcome>> give_up(CallContext context, BatchPointer batch, std::string reason);

  Core& core_;
  Counter& pages_;
};

}  // namespace aiva::knowledge
