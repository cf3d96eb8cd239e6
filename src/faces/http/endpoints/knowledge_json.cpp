#include "faces/http/endpoints/knowledge_json.h"

#include "foundation/time.h"

namespace aiva::http {
namespace {

void write_state(JsonWriter& writer, const knowledge::Document& document) {
  writer.field("id", document.id)
      .field("document_id", document.id)
      .field("kb_id", document.knowledge_base)
      .field("filename", document.filename)
      .field("file_type", document.file_type)
      .field("file_size_bytes", document.file_size_bytes)
      .field("status", to_string(document.status))
      .field("progress", document.progress)
      .field("current_step", document.current_step)
      .field("total_chunks", document.total_chunks)
      .field("processed_chunks", document.processed_chunks);
  if (document.error_message.empty())
    writer.null_field("error_message");
  else
    writer.field("error_message", document.error_message);
  writer.field("version", document.version);
  if (document.next_version > 0)
    writer.field("next_version", document.next_version);
  else
    writer.null_field("next_version");
  writer.field("is_searchable", document.is_served);
  if (document.parent.is_nil())
    writer.null_field("parent_id");
  else
    writer.field("parent_id", document.parent);
  writer.field("is_partial", document.is_partial)
      .key("processing_stats")
      .raw(document.processing_stats)
      .field("created_at", to_iso8601(document.created_at))
      .field("updated_at", to_iso8601(document.updated_at));
}

}  // namespace

void write_base(JsonWriter& writer, const knowledge::KnowledgeBase& base) {
  writer.begin_object()
      .field("id", base.id)
      .field("tenant_id", base.tenant)
      .field("tenant_name", base.tenant_name)
      .field("name", base.name)
      .field("description", base.description)
      .field("type", base.type)
      .field("status", base.status)
      .key("settings")
      .raw(base.settings)
      .field("has_documents", base.document_count > 0)
      .field("document_count", base.document_count)
      .field("chunk_count", base.chunk_count)
      .field("version", base.version)
      .field("created_at", to_iso8601(base.created_at))
      .field("updated_at", to_iso8601(base.updated_at))
      .end_object();
}

void write_statistics(JsonWriter& writer, const knowledge::BaseStatistics& statistics,
                      OtherSums others) {
  writer.begin_object()
      .field("total_documents", statistics.documents)
      .field("completed_documents", statistics.documents_completed)
      .field("failed_documents", statistics.documents_failed)
      .field("documents_in_work", statistics.documents_in_work)
      .field("total_chunks", statistics.chunks)
      .field("total_pages", statistics.pages)
      .field("total_images", others.images)
      .field("total_products", others.products)
      .field("total_size_bytes", statistics.size_bytes)
      .field("total_image_bytes", others.image_bytes)
      .field("total_vectors", statistics.vectors)
      .field("embedding_model", statistics.embedding_model)
      .field("vector_dimension", statistics.vector_dimension)
      .field("documents_of_other_models", statistics.documents_of_other_models)
      .key("reindex");
  write_reindex(writer, statistics.reindex);
  writer.end_object();
}

void write_reindex(JsonWriter& writer, const knowledge::ReindexProgress& progress) {
  writer.begin_object()
      .field("state", progress.state)
      .field("documents", progress.documents)
      .field("done", progress.done)
      .field("failed", progress.failed);
  if (progress.started_at > 0)
    writer.field("started_at", to_iso8601(progress.started_at));
  else
    writer.null_field("started_at");
  writer.end_object();
}

void write_document(JsonWriter& writer, const knowledge::Document& document) {
  writer.begin_object();
  write_state(writer, document);
  writer.field("title", document.title)
      .field("page_count", document.page_count)
      .field("content_sha256", document.content_sha256)
      .key("metadata")
      .raw(document.metadata)
      .end_object();
}

void write_document_status(JsonWriter& writer, const knowledge::Document& document) {
  writer.begin_object();
  write_state(writer, document);
  writer.end_object();
}

}  // namespace aiva::http
