#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "capabilities/knowledge/knowledge.h"

namespace aiva::knowledge {

// What to cut for a look at the chunks: a text, a document of the knowledge base, or a file.
struct PreviewRequest {
  KnowledgeBaseId knowledge_base{};
  std::optional<std::string> text{};
  std::optional<DocumentId> document{};
  std::filesystem::path file{};
  std::string file_name{};          // helps to tell text formats apart
  std::optional<int> chunk_size{};  // instead of the knowledge base's; 0: along the structure
  std::optional<int> chunk_overlap{};
  PageRequest page{};  // of the chunks
};

struct ChunkPreview {
  PageOf<Chunk> chunks{};
  std::int64_t tokens = 0;  // of all chunks, as the embedder counts
  std::map<std::string, std::int64_t> chunks_by_type{};
  ChunkSettings cut{};  // as used
  DocumentSummary document{};
};

// Shows how a document would be cut, and stores nothing.
class ChunkPreviews {
 public:
  virtual ~ChunkPreviews() = default;
  // Fails with `invalid` (fields, or a file that cannot be read), `not_found` (the knowledge base
  // or document), `too_large`, `timeout`, or what the reader failed with.
  virtual Task<Result<ChunkPreview>> preview(CallContext context, PreviewRequest request) = 0;
};

struct PreviewLimits {
  std::int64_t file_bytes_max = 20'000'000;
  std::size_t text_bytes_max = 64UL * 1024 * 1024;  // of all chunks
  std::size_t chunks_max = 50'000;
};

// Everything is borrowed.
struct PreviewParts {
  Knowledge& knowledge;
  Database& database;
  ObjectStore& objects;
  DocumentReader& reader;
  TextEmbedder& embedder;
  std::function<int(std::string_view)> count_tokens;  // as the embedder counts
};

std::unique_ptr<ChunkPreviews> make_chunk_previews(PreviewParts parts, PreviewLimits limits = {});

}  // namespace aiva::knowledge
