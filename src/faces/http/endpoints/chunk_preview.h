#pragma once

#include <cstdint>
#include <vector>

#include "capabilities/knowledge/chunk_preview.h"
#include "faces/http/route.h"

namespace aiva::http {

struct ChunkPreviewOptions {
  std::uint64_t file_bytes_max = 20'000'000;
};

// A look at the chunks of a text, a file or a document before it is indexed:
// /api/knowledge/:tenantId/knowledge-bases/:kbId/chunk-preview and the same without the tenant.
std::vector<Route> chunk_preview_routes(knowledge::ChunkPreviews& previews,
                                        ChunkPreviewOptions options = {});

}  // namespace aiva::http
