#pragma once

#include <memory>
#include <vector>

#include "capabilities/knowledge/internal/archive_collector.h"
#include "capabilities/knowledge/internal/core.h"
#include "capabilities/knowledge/internal/document_desk.h"
#include "capabilities/knowledge/internal/documents_table.h"
#include "capabilities/knowledge/knowledge.h"
#include "foundation/json_writer.h"

namespace aiva::knowledge {

// The work of one ingestion job: read the file, cut it, embed the chunks, store everything in one
// transaction. It may be cut off at any moment and done again; only the transaction at its end
// changes what searches see, and only while nobody else has taken over the document.
class Ingestion {
 public:
  // Everything is borrowed; documents of archives are handed in at `desk`.
  Ingestion(Core& core, DocumentDesk& desk);

  Task<Result<JobOutcome>> run(CallContext context, Job job);

 private:
  struct Run;
  using RunPointer = std::shared_ptr<Run>;

  Task<Result<JobOutcome>> bury(CallContext context, Job job, DocumentId document);
  Task<Result<void>> work(CallContext context, RunPointer run);
  Task<Result<void>> read_file(CallContext context, RunPointer run);
  Task<Result<void>> unpack(CallContext context, RunPointer run);
  Task<Result<void>> add_children(CallContext context, RunPointer run);
  Task<Result<void>> remove_old_children(CallContext context, RunPointer run);
  Task<Result<void>> embed(CallContext context, RunPointer run);
  Task<Result<void>> store(CallContext context, RunPointer run);
  Result<void> write_rows(SqlSession& sql, Run& run) const;
  Task<Result<JobOutcome>> settle_failure(CallContext context, RunPointer run, Error error);
  Task<Result<JobOutcome>> put_back(CallContext context, RunPointer run, int failures,
                                    JobOutcome outcome);
  Task<Result<JobOutcome>> give_up(CallContext context, RunPointer run, std::string reason);
  [[nodiscard]] billing::Charge charge_for(const Run& run) const;
  [[nodiscard]] std::string statistics_of(Run& run) const;
  static void write_archive(JsonWriter& writer, Run& run);
  void tell_ended(const Run& run, DocumentStatus status);

  Core& core_;
  DocumentDesk& desk_;
  Counter& completed_;
  Counter& failed_;
  Counter& retried_;
  Counter& chunks_stored_;
  Counter& pages_read_;
  Histogram& duration_;
};

}  // namespace aiva::knowledge
