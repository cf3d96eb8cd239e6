#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "foundation/call_context.h"
#include "foundation/ids.h"
#include "foundation/result.h"
#include "foundation/task.h"

namespace aiva {

struct KeywordHit {
  ChunkId chunk;
  double score = 0;  // BM25, higher is better
};

// Keyword search over the chunks of one knowledge base, kept in step with the rows.
class KeywordIndex {
 public:
  virtual ~KeywordIndex() = default;
  // The `count_max` best chunks for the words of `query` (any of them), best first; an empty list
  // when it has no words. `query` is text, never query syntax.
  virtual Task<Result<std::vector<KeywordHit>>> search(CallContext context,
                                                       KnowledgeBaseId knowledge_base,
                                                       std::string query,
                                                       std::size_t count_max) = 0;
};

}  // namespace aiva
