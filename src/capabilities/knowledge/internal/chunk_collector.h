#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "capabilities/knowledge/types.h"
#include "documents/chunker.h"
#include "foundation/result.h"
#include "ports/document_reader.h"

namespace aiva::knowledge {

struct CollectorOptions {
  KnowledgeBaseId knowledge_base{};
  DocumentId document{};
  ChunkSettings cut{};
  std::function<int(std::string_view)> count_tokens;
  std::size_t embedder_tokens_max = 512;
  std::size_t text_bytes_max = 0;
  std::size_t chunks_max = 0;
};

// Cuts the blocks of one document into chunks and keeps them in memory, within limits. One thread
// at a time.
class ChunkCollector {
 public:
  explicit ChunkCollector(CollectorOptions options);
  ChunkCollector(const ChunkCollector&) = delete;
  ChunkCollector& operator=(const ChunkCollector&) = delete;

  // Fails with `too_large` beyond the limits.
  Result<void> add(const std::vector<Block>& blocks);
  // Cuts what is left; call once, after the last block.
  Result<void> finish();

  [[nodiscard]] const std::vector<Chunk>& chunks() const { return chunks_; }
  [[nodiscard]] std::int64_t tables() const { return tables_; }
  [[nodiscard]] std::int64_t tokens() const { return tokens_; }
  [[nodiscard]] std::map<std::string, std::int64_t> chunks_by_type() const;
  // What is embedded for a chunk: where it stands in the document, then its text.
  [[nodiscard]] std::string text_to_embed(std::size_t index, std::string_view title) const;

 private:
  Result<void> take(documents::Piece piece);

  CollectorOptions options_;
  documents::Chunker chunker_;
  std::vector<Chunk> chunks_;
  std::size_t text_bytes_ = 0;
  std::int64_t tables_ = 0;
  std::int64_t tokens_ = 0;
};

}  // namespace aiva::knowledge
