#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <utility>

#include "capabilities/knowledge/internal/archive_collector.h"
#include "capabilities/knowledge/internal/chunk_collector.h"
#include "capabilities/knowledge/internal/chunk_embedding.h"
#include "capabilities/knowledge/internal/documents_table.h"
#include "capabilities/knowledge/internal/figure_formats.h"
#include "capabilities/knowledge/internal/ingestion.h"
#include "capabilities/knowledge/internal/progress_writer.h"

namespace aiva::knowledge {

// One document being ingested; shared with the reader's callbacks.
struct Ingestion::Run {
  Run(TakenDocument document, std::shared_ptr<ProgressWriter> writer, CollectorOptions options,
      std::filesystem::path staging_folder, ArchiveLimits limits)
      : taken(std::move(document)),
        progress(std::move(writer)),
        collector(std::move(options)),
        archive(std::move(staging_folder), limits) {}

  TakenDocument taken;
  std::shared_ptr<ProgressWriter> progress;
  ChunkCollector collector;
  ArchiveCollector archive;
  std::int64_t images = 0;
  std::int64_t children_added = 0;
  std::int64_t children_known = 0;
  DocumentSummary summary{};
  ChunkVectors vectors{};
  std::chrono::steady_clock::time_point started{};
  // Reading it took as long as it may: it would again.
  bool has_used_its_time = false;

  [[nodiscard]] TenantId tenant() const { return taken.document.tenant; }
  [[nodiscard]] DocumentId id() const { return taken.document.id; }
  [[nodiscard]] KnowledgeBaseId base() const { return taken.document.knowledge_base; }
  // Whether it holds nothing but print.
  [[nodiscard]] bool awaits_recognition() const {
    return collector.chunks().empty() && !summary.pages_without_text.empty();
  }
  // Whether its figures are to be looked for; an older version may have had some that go.
  [[nodiscard]] bool may_have_figures() const {
    return may_hold_figures(summary.format) && (summary.may_have_figures || taken.version > 1);
  }
  // Whether what it holds are documents of their own.
  [[nodiscard]] bool is_archive() const { return summary.format == FileFormat::zip; }
};

// The share of [low, high] that done of all is.
inline int percent_between(int low, int high, std::int64_t done, std::int64_t all) {
  if (all <= 0) return low;
  return low + static_cast<int>((high - low) * std::clamp<std::int64_t>(done, 0, all) / all);
}

}  // namespace aiva::knowledge
