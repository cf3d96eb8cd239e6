#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "capabilities/billing/billing.h"
#include "capabilities/knowledge/knowledge.h"
#include "foundation/call_context.h"
#include "foundation/metrics.h"
#include "foundation/result.h"
#include "foundation/task.h"
#include "ports/clock.h"
#include "ports/database.h"
#include "ports/keyword_index.h"
#include "ports/text_embedder.h"
#include "ports/vector_index.h"

namespace aiva::search {

enum class SearchType { text, image, hybrid };

struct SearchRequest {
  KnowledgeBaseId knowledge_base{};
  std::string query;                       // 1…2000 characters
  int top_k = 5;                           // 1…50
  SearchType type = SearchType::hybrid;    // text: vectors only; hybrid: vectors and keywords
};

struct TextHit {
  knowledge::Chunk chunk;
  double score = 0;                        // fused, 0…1; hits are sorted by it
  std::optional<double> cosine{};          // when the vector list had it
  std::optional<double> bm25{};            // when the keyword list had it
  int vector_rank = 0;                     // from 1; 0: not in that list
  int keyword_rank = 0;
  std::string highlight{};                 // the sentence of the chunk that fits the query best
  int highlight_page = 1;
};

struct SearchAnswer {
  std::vector<TextHit> hits;
  std::int64_t total_found = 0;
  std::int64_t query_tokens = 0;
  std::string embedding_model{};
  std::int64_t chunks_searched = 0;
  double search_time_ms = 0;
};

// Finds the chunks of a knowledge base that answer a question.
class Search {
 public:
  virtual ~Search() = default;
  // `invalid` (fields), `not_found` (the knowledge base), `quota_exceeded`, `unavailable` (embedder).
  virtual Task<Result<SearchAnswer>> search(CallContext context, SearchRequest request) = 0;
};

struct SearchParts {
  Database& database;
  knowledge::Knowledge& knowledge;
  TextEmbedder& embedder;
  VectorIndex& vectors;
  KeywordIndex& keywords;
  billing::Billing& billing;
  const Clock& clock;
  Metrics& metrics;
};

std::unique_ptr<Search> make_search(SearchParts parts);

}  // namespace aiva::search
