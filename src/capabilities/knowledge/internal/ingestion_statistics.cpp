#include <algorithm>
#include <chrono>
#include <string>
#include <utility>

#include "capabilities/knowledge/internal/ingestion_run.h"
#include "foundation/json_writer.h"

namespace aiva::knowledge {

billing::Charge Ingestion::charge_for(const Run& run) const {
  // A second reading costs its vectors only.
  bool is_reread = run.taken.is_reread;
  auto embedding_cost =
      (run.vectors.tokens * core_.settings.price_per_million_tokens + 999'999) / 1'000'000;
  auto page_cost = std::max(run.summary.pages_read, 1) * core_.settings.price_per_page;
  auto reference = run.id().to_string();
  if (run.taken.version > 1) reference += ":v" + std::to_string(run.taken.version);
  if (is_reread) reference += ":" + std::to_string(run.taken.generation);
  billing::Charge charge{.operation = is_reread ? "document_reindex" : "document",
                         .reference = std::move(reference),
                         .base = (is_reread ? 0 : page_cost) + embedding_cost,
                         .model = std::string(core_.parts.embedder.model())};
  JsonWriter writer(charge.details);
  writer.begin_object()
      .field("kb_id", run.base())
      .field("filename", run.taken.document.filename)
      .field("pages", run.summary.pages_read)
      .field("embedding_tokens", run.vectors.tokens)
      .field("embedding_model", core_.parts.embedder.model())
      .end_object();
  return charge;
}

// What became of the files of an archive.
void Ingestion::write_archive(JsonWriter& writer, Run& run) {
  if (!run.is_archive() && run.archive.files().empty()) return;
  writer.key("archive")
      .begin_object()
      .field("files", run.archive.files().size())
      .field("added", run.children_added)
      .field("unchanged", run.children_known)
      .key("failed")
      .begin_array();
  for (const auto& failure : run.archive.failures())
    writer.begin_object()
        .field("filename", failure.name)
        .field("error", failure.reason)
        .end_object();
  writer.end_array().end_object();
}

std::string Ingestion::statistics_of(Run& run) const {
  auto by_type = run.collector.chunks_by_type();
  auto took = core_.parts.clock.steady() - run.started;
  std::string text;
  JsonWriter writer(text);
  writer.begin_object()
      .field("total_pages", run.summary.pages)
      .field("pages_read", run.summary.pages_read)
      .field("total_chunks", run.collector.chunks().size())
      .field("extracted_images", run.images)
      .field("images", run.images)
      .field("detected_tables", run.collector.tables())
      .field("tables", run.collector.tables())
      .field("table_chunks_added", by_type["table"])
      .field("total_tokens", run.collector.tokens())
      .field("embedding_tokens", run.vectors.tokens)
      .field("embeddings_reused", run.vectors.reused)
      .field("processing_time_ms",
             std::chrono::duration_cast<std::chrono::milliseconds>(took).count())
      .key("chunks_by_type")
      .begin_object();
  for (const auto& [type, count] : by_type)
    if (count > 0) writer.field(type, count);
  writer.end_object()
      .field("embedding_model", core_.parts.embedder.model())
      .field("vector_dimension", run.vectors.dimension)
      .field("is_partial", run.summary.pages_read < run.summary.pages);
  if (!run.summary.partial_reason.empty())
    writer.field("partial_reason", run.summary.partial_reason);
  writer.key("languages").begin_array();
  if (!run.summary.language.empty()) writer.value(run.summary.language);
  writer.end_array().field("pages_without_text", run.summary.pages_without_text.size());
  if (!run.summary.pages_without_text.empty())
    writer.key("ocr")
        .begin_object()
        .field("pages", run.summary.pages_without_text.size())
        .field("done", 0)
        .end_object();
  write_archive(writer, run);
  writer.end_object();
  return text;
}

}  // namespace aiva::knowledge
