#include "capabilities/knowledge/types.h"

#include <array>

namespace aiva::knowledge {

std::string_view to_string(DocumentStatus status) {
  switch (status) {
    case DocumentStatus::queued: return "queued";
    case DocumentStatus::processing: return "processing";
    case DocumentStatus::chunking: return "chunking";
    case DocumentStatus::embedding: return "embedding";
    case DocumentStatus::storing: return "storing";
    case DocumentStatus::completed: return "completed";
    case DocumentStatus::failed: return "failed";
    case DocumentStatus::cancelled: return "cancelled";
  }
  return "failed";
}

std::optional<DocumentStatus> parse_document_status(std::string_view text) {
  constexpr std::array all = {DocumentStatus::queued,   DocumentStatus::processing,
                              DocumentStatus::chunking, DocumentStatus::embedding,
                              DocumentStatus::storing,  DocumentStatus::completed,
                              DocumentStatus::failed,   DocumentStatus::cancelled};
  for (auto status : all)
    if (to_string(status) == text) return status;
  return std::nullopt;
}

bool is_final(DocumentStatus status) {
  switch (status) {
    case DocumentStatus::completed:
    case DocumentStatus::failed:
    case DocumentStatus::cancelled: return true;
    case DocumentStatus::queued:
    case DocumentStatus::processing:
    case DocumentStatus::chunking:
    case DocumentStatus::embedding:
    case DocumentStatus::storing: return false;
  }
  return true;
}

int page_at(const Chunk& chunk, std::size_t offset) {
  int page = chunk.page_first;
  for (const auto& span : chunk.spans) {
    if (span.begin > offset) break;
    page = span.page;
  }
  return page;
}

}  // namespace aiva::knowledge
