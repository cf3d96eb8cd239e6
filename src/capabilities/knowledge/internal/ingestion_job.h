#pragma once

#include <string>

#include "capabilities/knowledge/knowledge.h"
#include "foundation/ids.h"
#include "ports/job_queue.h"

namespace aiva::knowledge {

// Under which keys uploaded files lie: this, the tenant's id, "/", the document's id.
inline constexpr const char* document_key_prefix = "documents/";

inline std::string document_key(TenantId tenant, DocumentId document) {
  return document_key_prefix + tenant.to_string() + "/" + document.to_string();
}

// How often the process may die over a document before it is given up. Failures that are told are
// counted in the document's row instead; documents are read in a process of their own, so one that
// ends ours is nearly always an innocent bystander of a restart.
inline constexpr int ingestion_interruptions_max = 50;

inline Job make_ingestion_job(TenantId tenant, DocumentId document) {
  return Job{.tenant = tenant,
             .kind = ingest_job_kind,
             .subject = document.to_string(),
             .attempts_max = ingestion_interruptions_max};
}

}  // namespace aiva::knowledge
