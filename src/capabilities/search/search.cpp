#include "capabilities/search/search.h"

#include <algorithm>
#include <chrono>
#include <limits>
#include <optional>
#include <span>
#include <utility>

#include "capabilities/search/internal/boosts.h"
#include "capabilities/search/internal/candidate_finder.h"
#include "capabilities/search/internal/diversity.h"
#include "capabilities/search/internal/highlights.h"
#include "capabilities/search/internal/hit_sections.h"
#include "capabilities/search/internal/hits.h"
#include "capabilities/search/internal/index_standing.h"
#include "capabilities/search/internal/kept_answers.h"
#include "capabilities/search/internal/reranking.h"
#include "capabilities/search/internal/search_log.h"
#include "capabilities/search/internal/validation.h"
#include "foundation/span.h"

namespace aiva::search {
namespace {

// Fetched besides, where chunks may be gone meanwhile or sections take hits in.
constexpr std::size_t spare_candidates = 10;
// A document may get its next version between the lists and the rows; then it is in neither.
constexpr int tries_max = 3;

Counter& count_cached(Metrics& metrics, const std::string& question) {
  return metrics.counter("aiva_search_cached_total",
                         "Searches answered with the answer to a question asked before",
                         {{"question", question}});
}

using Bases = std::vector<knowledge::KnowledgeBasePointer>;

// The knowledge bases a request names, each once.
std::vector<KnowledgeBaseId> bases_of(const SearchRequest& request) {
  std::vector<KnowledgeBaseId> bases{request.knowledge_base};
  for (auto base : request.other_bases)
    if (std::ranges::find(bases, base) == bases.end()) bases.push_back(base);
  return bases;
}

struct Finds {
  Candidates candidates{};
  std::vector<knowledge::Chunk> chunks{};
  double fetch_ms = 0;
  bool is_outdated = false;  // something has changed meanwhile: an index or chunks are gone
};

struct Expanded {
  Expansion expansion{};
  Result<Embeddings> embedded = fail(ErrorCode::unavailable, "The rewordings are not embedded");
};

class PassageSearch final : public Search {
 public:
  PassageSearch(SearchParts parts, SearchSettings settings)
      : parts_(parts),
        settings_(std::move(settings)),
        seconds_(parts.metrics.histogram("aiva_search_seconds", "Time a search took",
                                         duration_buckets_s())),
        repeated_(count_cached(parts.metrics, "same")),
        similar_(count_cached(parts.metrics, "similar")),
        finder_(parts_, settings_),
        expansion_(settings_.expansion, parts.metrics),
        reranking_(
            parts.reranker,
            {.candidates_max = settings_.rerank_candidates, .time_max = settings_.rerank_time},
            parts.metrics),
        answers_(parts_, settings_, parts.embedder.model() + reranking_.form() + expansion_.form()),
        log_(parts.database, parts.billing, parts.metrics, settings_.unwritten_max) {}

  Task<Result<SearchAnswer>> search(CallContext context, SearchRequest request) override {
    auto begin = parts_.clock.steady();
    Span span(context, "search");
    context = span.inside(std::move(context));
    CO_TRY_VOID(validate(request));
    auto ids = bases_of(request);
    CO_TRY(auto bases, co_await get(context, ids));
    if (request.is_billed)
      CO_TRY_VOID(co_await parts_.billing.require(context, context.tenant, search_balance_min));

    IndexStanding standing(parts_.knowledge, parts_.index, ids);
    if (standing.versions().empty()) co_await standing.ensure(context);
    auto finding = answers_.find(context, request, standing, begin);
    auto kept = co_await std::move(finding);
    if (kept.found.answer)
      co_return co_await answer_again(context, std::move(request), *kept.found.answer, 0, begin);
    auto embedding_begin = parts_.clock.steady();
    auto embedded = co_await embed(context, request.query);
    auto embedding_ms = since(embedding_begin);
    CO_TRY_VOID(context.check());
    if (kept.scope && embedded && request.may_be_similar) {
      auto looking = answers_.find_near(context, request, standing, kept, embedded->row(0));
      if (auto near = co_await std::move(looking))
        co_return co_await answer_again(context, std::move(request), *near, embedded->tokens,
                                        begin);
    }

    Expanded expanded;
    if (expansion_.is_on()) {
      auto expanding = expand(context, request.query, embedded.has_value());
      expanded = co_await std::move(expanding);
      CO_TRY_VOID(context.check());
    }
    Finds finds;
    for (int tries = 1; tries <= tries_max && (tries == 1 || finds.is_outdated); ++tries) {
      if (tries > 1) co_await answers_.follow(context, request, standing, kept);
      auto looking = look(context, request, standing,
                          {.bases = ids,
                           .ensured = standing.ensured(),
                           .embedded = embedded,
                           .expansion = expanded.expansion,
                           .reworded = expanded.embedded});
      CO_TRY(finds, co_await std::move(looking));
    }
    if (finds.candidates.is_outdated)
      co_return fail(ErrorCode::unavailable,
                     "The indexes cannot all be open at the same time; try again later");
    bool is_sound = embedded && !finds.candidates.is_degraded && !finds.is_outdated &&
                    expanded.expansion.is_complete;
    auto answer = make_answer(finds, bases);
    answer.timings.embedding_ms = embedding_ms;
    answer.query_expanded = expanded.expansion.to_text();
    answer.base_cost += price_of(expanded.expansion);
    if (reranking_.is_on() && !answer.hits.empty()) {
      Span reranking(context, "search.rerank");
      auto ordering = reranking_.order(reranking.inside(context), request.query, answer.hits);
      answer.is_reranked = co_await std::move(ordering);
      reranking.end();
      CO_TRY_VOID(context.check());
      is_sound = is_sound && answer.is_reranked;
    }
    arrange(answer.hits, finds.candidates.ranked, request);
    if (request.section_tokens_max > 0) {
      auto widening_begin = parts_.clock.steady();
      auto adding = widen(context, request, std::move(answer.hits));
      CO_TRY(answer.hits, co_await std::move(adding));
      answer.timings.fetch_ms += since(widening_begin);
    }
    highlight(answer.hits, request.query);
    if (kept.scope && is_sound) {
      auto row = embedded->row(0);
      answers_.put(context, kept,
                   {.query = request.query,
                    .vector = {row.begin(), row.end()},
                    .answer = std::make_shared<const SearchAnswer>(answer),
                    .made = begin});
    }
    co_return co_await tell(context, std::move(request), std::move(answer), begin);
  }

  Task<Result<std::int64_t>> forget_answers(CallContext context, KnowledgeBaseId base) override {
    CO_TRY([[maybe_unused]] auto known, co_await parts_.knowledge.get(context, base));
    auto count = co_await answers_.clear(context, base);
    co_return count;
  }

 private:
  using Instant = std::chrono::steady_clock::time_point;

  // Milliseconds.
  [[nodiscard]] double since(Instant begin) const {
    return std::chrono::duration<double, std::milli>(parts_.clock.steady() - begin).count();
  }

  Task<Result<Bases>> get(CallContext context, std::vector<KnowledgeBaseId> ids) {
    Bases bases;
    for (auto id : ids) {
      CO_TRY(auto base, co_await parts_.knowledge.get(context, id));
      bases.push_back(std::move(base));
    }
    co_return bases;
  }

  Task<Result<SearchAnswer>> answer_again(CallContext context, SearchRequest request,
                                          CachedAnswer kept, std::int64_t tokens, Instant begin) {
    auto answer = *kept.answer;
    answer.query_tokens = tokens;
    answer.base_cost = price_of(tokens);
    answer.timings = {};
    answer.is_cached = true;
    answer.cache_similarity = kept.similarity;
    answer.original_query = std::move(kept.original_query);
    answer.cache_age_s = kept.age_s;
    (kept.similarity < 1 ? similar_ : repeated_).add();
    co_return co_await tell(context, std::move(request), std::move(answer), begin);
  }

  // Measures and records an answer before it is given.
  Task<Result<SearchAnswer>> tell(CallContext context, SearchRequest request, SearchAnswer answer,
                                  Instant begin) {
    answer.search_time_ms = since(begin);
    seconds_.observe(answer.search_time_ms / 1000, context.trace);
    co_await log_.record(record_of(context, std::move(request), answer));
    co_return answer;
  }

  // What was found and fetched, in the order of fusion; takes the chunks.
  SearchAnswer make_answer(Finds& finds, const Bases& bases) const {
    const auto& candidates = finds.candidates;
    SearchAnswer answer{
        .hits = make_hits(candidates.ranked, std::move(finds.chunks)),
        .total_found = static_cast<std::int64_t>(candidates.ranked.size()),
        .query_tokens = candidates.query_tokens,
        .embedding_model = parts_.embedder.model(),
        .timings = {.vector_ms = candidates.vector_ms,
                    .keyword_ms = candidates.keyword_ms,
                    .fetch_ms = finds.fetch_ms},
        .used_vectors = candidates.used_vectors,
        .used_keywords = candidates.used_keywords,
        .base_cost = price_of(candidates.query_tokens),
    };
    for (const auto& base : bases) answer.chunks_searched += base->chunk_count;
    return answer;
  }

  // Leaves the hits that are wanted in the order that is wanted.
  void arrange(std::vector<TextHit>& hits, std::span<const Candidate> candidates,
               const SearchRequest& request) const {
    auto count_max = static_cast<std::size_t>(request.top_k);
    if (request.section_tokens_max > 0) count_max += spare_candidates;
    apply_boosts(hits, request.ranking, parts_.clock.unix_ms());
    if (request.ranking.mmr_lambda)
      diversify(hits, candidates, {.lambda = *request.ranking.mmr_lambda, .count_max = count_max});
    if (hits.size() > count_max) hits.resize(count_max);
  }

  Task<Result<std::vector<TextHit>>> widen(CallContext context, const SearchRequest& request,
                                           std::vector<TextHit> hits) {
    if (parts_.sections == nullptr)
      co_return fail(ErrorCode::unavailable, "Sections cannot be had here");
    std::vector<ChunkId> ids;
    for (const auto& hit : hits) ids.push_back(hit.chunk.id);
    auto looking = parts_.sections->around(context, std::move(ids), request.section_tokens_max);
    CO_TRY(auto sections, co_await std::move(looking));
    add_sections(hits, std::move(sections), static_cast<std::size_t>(request.top_k));
    co_return hits;
  }

  Task<Result<Embeddings>> embed(CallContext context, std::string query) {
    Span span(context, "search.embed");
    std::vector<std::string> texts;
    texts.push_back(std::move(query));
    auto embedding = parts_.embedder.embed(span.inside(context), std::move(texts));
    auto embedded = co_await std::move(embedding);
    span.note(embedded);
    co_return embedded;
  }

  // What is searched for besides; its rewordings are embedded where the embedder answers.
  Task<Expanded> expand(CallContext context, std::string query, bool is_embedder_up) {
    auto expanding = expansion_.expand(context, std::move(query));
    Expanded expanded{.expansion = co_await std::move(expanding)};
    if (expanded.expansion.rewordings.empty() || !is_embedder_up) co_return expanded;
    auto embedding = parts_.embedder.embed(context, expanded.expansion.rewordings);
    expanded.embedded = co_await std::move(embedding);
    co_return expanded;
  }

  // How many candidates' chunks are fetched. None is gone while the versions stay.
  [[nodiscard]] std::size_t chunks_wanted(const SearchRequest& request, bool may_lack) const {
    if (request.ranking.reorders()) return std::numeric_limits<std::size_t>::max();
    auto wanted = static_cast<std::size_t>(request.top_k);
    if (may_lack || request.section_tokens_max > 0) wanted += spare_candidates;
    return reranking_.chunks_needed(wanted);
  }

  // The best candidates and their chunks.
  Task<Result<Finds>> look(CallContext context, SearchRequest request,
                           const IndexStanding& standing, CandidateFinder::Prepared prepared) {
    auto wanted = chunks_wanted(request, standing.has_followed());
    auto shown = standing.shown();
    Span looking(context, "search.index");
    auto finding = finder_.find(looking.inside(context), std::move(request), prepared);
    auto found = co_await std::move(finding);
    looking.note(found);
    looking.end();
    CO_TRY(auto candidates, std::move(found));
    std::vector<ChunkId> ids;
    std::span<const Candidate> ranked = candidates.ranked;
    for (const auto& candidate : ranked.first(std::min(ranked.size(), wanted)))
      ids.push_back(candidate.chunk);
    auto count = ids.size();
    Finds finds{.candidates = std::move(candidates)};
    if (finds.candidates.is_outdated || (count == 0 && standing.has_followed())) {
      finds.is_outdated = finds.candidates.is_outdated;
      co_return finds;
    }
    auto begin = parts_.clock.steady();
    Span reading(context, "search.rows");
    auto fetching =
        parts_.knowledge.chunks_now(reading.inside(context), std::move(ids), standing.bases());
    auto fetched = co_await std::move(fetching);
    reading.note(fetched);
    reading.end();
    CO_TRY(auto now, std::move(fetched));
    finds.fetch_ms = since(begin);
    finds.is_outdated = now.chunks.size() < count || standing.is_behind(shown, now.versions);
    finds.chunks = std::move(now.chunks);
    co_return finds;
  }

  [[nodiscard]] billing::MicroUsd price_of(std::int64_t tokens) const {
    return settings_.search_price + tokens * settings_.nano_usd_per_embedding_token / 1000;
  }

  [[nodiscard]] billing::MicroUsd price_of(const Expansion& expansion) const {
    auto nano = expansion.input_tokens * settings_.nano_usd_per_reworded_token +
                expansion.output_tokens * settings_.nano_usd_per_rewording_token;
    return (nano + 999) / 1000;
  }

  // One row a search, or counts and costs of a tenant would be wrong; of several knowledge bases
  // under the one that has the best hit.
  SearchRecord record_of(const CallContext& context, SearchRequest request,
                         const SearchAnswer& answer) const {
    return {.id = Uuid::make(),
            .tenant = context.tenant,
            .knowledge_base = answer.hits.empty() ? request.knowledge_base
                                                  : answer.hits.front().chunk.knowledge_base,
            .user = context.user,
            .api_key = context.api_key,
            .session = request.session,
            .query = std::move(request.query),
            .query_expanded = answer.query_expanded,
            .type = request.type,
            .results_count = static_cast<std::int64_t>(answer.hits.size()),
            .top_score = answer.hits.empty() ? 0 : answer.hits.front().score,
            .time_ms = answer.search_time_ms,
            .query_tokens = answer.query_tokens,
            .model = answer.embedding_model,
            .base_cost = answer.base_cost,
            .is_billed = request.is_billed,
            .is_cached = answer.is_cached,
            .created_at = parts_.clock.unix_ms()};
  }

  SearchParts parts_;
  SearchSettings settings_;
  Histogram& seconds_;
  Counter& repeated_;
  Counter& similar_;
  CandidateFinder finder_;
  QueryExpansion expansion_;
  Reranking reranking_;
  KeptAnswers answers_;
  SearchLog log_;
};

}  // namespace

std::string_view to_string(SearchType type) {
  switch (type) {
    case SearchType::text: return "text";
    case SearchType::image: return "image";
    case SearchType::hybrid: return "hybrid";
  }
  return "hybrid";
}

std::optional<SearchType> parse_search_type(std::string_view text) {
  for (auto type : {SearchType::text, SearchType::image, SearchType::hybrid})
    if (to_string(type) == text) return type;
  return std::nullopt;
}

std::unique_ptr<Search> make_search(SearchParts parts, SearchSettings settings) {
  return std::make_unique<PassageSearch>(parts, std::move(settings));
}

}  // namespace aiva::search
