#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "capabilities/billing/billing.h"
#include "capabilities/billing/prices.h"
#include "capabilities/knowledge/document_catalog.h"
#include "capabilities/knowledge/knowledge.h"
#include "capabilities/knowledge/sections.h"
#include "capabilities/search/query_expansion.h"
#include "capabilities/search/ranking_options.h"
#include "capabilities/search/search_filter.h"
#include "foundation/call_context.h"
#include "foundation/metrics.h"
#include "foundation/result.h"
#include "foundation/task.h"
#include "ports/cache.h"
#include "ports/clock.h"
#include "ports/database.h"
#include "ports/passage_index.h"
#include "ports/reranker.h"
#include "ports/signals.h"
#include "ports/text_embedder.h"

namespace aiva::search {

enum class SearchType { text, image, hybrid };

std::string_view to_string(SearchType type);
std::optional<SearchType> parse_search_type(std::string_view text);

struct SearchRequest {
  KnowledgeBaseId knowledge_base{};
  std::string query;                       // 1…2000 characters
  int top_k = 5;                           // 1…50
  SearchType type = SearchType::hybrid;    // text and hybrid rank passages by meaning and words
  std::optional<ChatSessionId> session{};  // the conversation that asks, for the log
  bool is_billed = true;                   // false: the caller charges base_cost with its own work
  SearchFilter filter{};                   // looked at before anything is ranked
  bool may_be_similar = true;              // false: no answer to a question that is only alike
  std::vector<KnowledgeBaseId> other_bases{};  // searched with it as if all were one; at most 99
  RankingOptions ranking{};
  bool explain = false;        // hits name the words that found them
  int section_tokens_max = 0;  // above 0: hits come with their section, at most so long; 50…8000
};

inline constexpr std::size_t bases_per_search_max = 100;

// What stands around a hit under its heading, in the order of the document. No chunk is in the
// sections of two hits; a hit that stands in the section of a better one is left out.
struct HitSection {
  std::string text{};
  std::int64_t index_first = 0;  // of its chunks within the document
  std::int64_t index_last = 0;
  int page_first = 1;
  int page_last = 1;
  int token_count = 0;
};

struct TextHit {
  knowledge::Chunk chunk;
  // rerank_score, else fused_score, times boost times recency. Hits are sorted by it, or in the
  // order diversity chose them. Where a reranker read the best hits, the fused scores of the others
  // count times the least it gave, so that they come after those.
  double score = 0;
  double fused_score = 0;          // 0…1
  std::optional<double> cosine{};  // when the vector list had it
  std::optional<double> bm25{};    // when the keyword list had it
  int vector_rank = 0;             // from 1; 0: not in that list
  int keyword_rank = 0;
  std::optional<double> rerank_score{};  // 0…1, where a reranker read question and chunk together
  double boost = 1;                      // the product of the factors that fit its document
  double recency = 1;                    // what its age left of the score
  // What likeness to a hit above it took from it when diversity chose; nothing without diversity.
  std::optional<double> mmr_penalty{};
  std::vector<WordReason> words{};  // where the request wants explanations and words found it
  std::string highlight{};          // the sentence of the chunk that fits the query best
  int highlight_page = 1;
  std::optional<HitSection> section{};  // where the request wants it
};

// Where the time of a search went. Lists are asked for at the same time.
struct SearchTimings {
  double embedding_ms = 0;
  double vector_ms = 0;
  double keyword_ms = 0;
  double fetch_ms = 0;  // of the chunks and their sections
};

struct SearchAnswer {
  std::vector<TextHit> hits;
  std::int64_t total_found = 0;  // candidates of both lists together
  std::int64_t query_tokens = 0;
  std::string embedding_model{};
  std::int64_t chunks_searched = 0;
  double search_time_ms = 0;
  SearchTimings timings{};
  bool used_vectors = true;         // false: the embedder failed, words alone ranked the hits
  bool used_keywords = true;        // false: the keyword index failed or had no hit
  bool is_reranked = false;         // a reranker has put the first hits in order
  std::string query_expanded{};     // what was searched for besides, a line each
  billing::MicroUsd base_cost = 0;  // before the margin
  // Set when it was given before, at the same version of the knowledge base.
  bool is_cached = false;
  double cache_similarity = 0;  // cosine of the two questions
  std::string original_query{};
  double cache_age_s = 0;
};

// Finds the chunks of knowledge bases that answer a question.
class Search {
 public:
  virtual ~Search() = default;
  // Fails with `invalid` (fields), `not_found` (any of the knowledge bases), `quota_exceeded`, or
  // what the lists failed with when neither could be had. The log row and the charge of a search
  // are written at most 20 ms after the answer, in groups; what is not yet written is lost when
  // the process is killed.
  virtual Task<Result<SearchAnswer>> search(CallContext context, SearchRequest request) = 0;
  // Forgets the answers kept for a knowledge base, those of processes that share the cache too;
  // says how many this process had. Fails with `not_found`, or `unavailable` when only this process
  // forgot.
  virtual Task<Result<std::int64_t>> forget_answers(CallContext context, KnowledgeBaseId base) = 0;
};

struct SearchParts {
  Database& database;
  knowledge::Knowledge& knowledge;
  knowledge::DocumentCatalog& catalog;
  TextEmbedder& embedder;
  PassageIndex& index;
  billing::Billing& billing;
  const Clock& clock;
  Metrics& metrics;
  Cache* shared_cache = nullptr;            // that several processes share; null: this one is alone
  Signals* signals = nullptr;               // to those and from them; null: they look by themselves
  knowledge::Sections* sections = nullptr;  // null: hits come without sections
  Reranker* reranker = nullptr;             // null: hits stay as they were fused
};

struct SearchSettings {
  std::size_t candidates_max = 50;  // of each list
  FusionWeights weights{};          // of requests that say none; README.md says why
  billing::MicroUsd search_price = billing::prices::search;
  std::int64_t nano_usd_per_embedding_token = billing::prices::million_embedded_tokens / 1000;
  std::size_t unwritten_max = 10'000;           // log rows waiting; a search waits beyond it
  std::chrono::seconds cache_time{3600};        // how long an answer may be given again; 0: never
  double cache_similarity_min = 0.95;           // cosine of questions that are taken for one
  std::size_t rerank_candidates = 30;           // hits the reranker reads
  std::chrono::milliseconds rerank_time{1500};  // beyond it the order stays as it was
  ExpansionSettings expansion{};                // off unless something is set
  std::int64_t nano_usd_per_reworded_token = 150;   // read by the chat model
  std::int64_t nano_usd_per_rewording_token = 600;  // written by it
};

// The least balance a search needs where credits are enforced (specification D).
inline constexpr billing::MicroUsd search_balance_min = billing::gates::search;

// The destructor writes what the log still holds; the parts must outlive it.
std::unique_ptr<Search> make_search(SearchParts parts, SearchSettings settings = {});

}  // namespace aiva::search
