#pragma once

#include <string>
#include <utility>

#include "capabilities/knowledge/document_work.h"
#include "foundation/ids.h"
#include "ports/job_queue.h"

namespace aiva::knowledge {

// Under which keys uploaded files lie: this, the tenant's id, "/", an id of the file. The first
// file of a document has the document's id.
inline constexpr const char* document_key_prefix = "documents/";

inline std::string document_key(TenantId tenant, DocumentId file) {
  return document_key_prefix + tenant.to_string() + "/" + file.to_string();
}

// How often the process may die over a document before it is given up. Failures that are told are
// counted in the document's row instead; documents are read in a process of their own, so one that
// ends ours is nearly always an innocent bystander of a restart.
inline constexpr int ingestion_interruptions_max = 50;

// What somebody waits for comes first, then what is read again, then print on pages.
inline constexpr int ingestion_priority = 100;
inline constexpr int reindex_priority = 200;
inline constexpr int recognition_priority = 300;

// A job of this module about one document or knowledge base.
inline Job make_work_job(TenantId tenant, const char* kind, std::string subject, int priority) {
  return Job{.tenant = tenant,
             .kind = kind,
             .subject = std::move(subject),
             .priority = priority,
             .attempts_max = ingestion_interruptions_max};
}

inline Job make_ingestion_job(TenantId tenant, DocumentId document,
                              int priority = ingestion_priority) {
  return make_work_job(tenant, ingest_job_kind, document.to_string(), priority);
}

inline Job make_recognition_job(TenantId tenant, DocumentId document) {
  return make_work_job(tenant, recognise_job_kind, document.to_string(), recognition_priority);
}

// What is made of a document's figures has the time of print on pages.
inline Job make_figures_job(TenantId tenant, DocumentId document, const std::string& kind) {
  return make_work_job(tenant, kind.c_str(), document.to_string(), recognition_priority);
}

inline Job make_reindex_job(TenantId tenant, KnowledgeBaseId base) {
  return make_work_job(tenant, reindex_job_kind, base.to_string(), reindex_priority);
}

}  // namespace aiva::knowledge
