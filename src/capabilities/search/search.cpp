#include "capabilities/search/search.h"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <optional>
#include <span>
#include <unordered_map>
#include <utility>

#include "capabilities/search/internal/answer_store.h"
#include "capabilities/search/internal/highlights.h"
#include "capabilities/search/internal/ranking.h"
#include "capabilities/search/internal/search_log.h"
#include "foundation/log.h"
#include "foundation/text/utf8.h"

namespace aiva::search {
namespace {

constexpr std::size_t query_characters_max = 2000;
constexpr int top_k_max = 50;
constexpr std::size_t spare_candidates = 10;  // fetched besides, should chunks be gone meanwhile
// A document may get its next version between the lists and the rows; then it is in neither.
constexpr int tries_max = 3;

std::size_t count_characters(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(
      text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

bool is_blank(std::string_view text) {
  return text.find_first_not_of(" \t\r\n\f\v") == std::string_view::npos;
}

Result<void> validate(const SearchRequest& request) {
  Error error{.code = ErrorCode::invalid, .message = "The search is not valid"};
  auto complain = [&error](std::string field, std::string message) {
    error.details.push_back({std::move(field), std::move(message)});
  };
  if (!is_valid_utf8(request.query))
    complain("query", "must be UTF-8");
  else if (is_blank(request.query))
    complain("query", "must not be empty");
  else if (count_characters(request.query) > query_characters_max)
    complain("query", "must have at most 2000 characters");
  if (request.top_k < 1 || request.top_k > top_k_max) complain("top_k", "must be between 1 and 50");
  if (request.type == SearchType::image)
    complain("search_type", "image search is not available yet; use text or hybrid");
  auto mistakes = mistakes_of(request.filter);
  std::ranges::move(mistakes, std::back_inserter(error.details));
  if (!error.details.empty()) return fail(std::move(error));
  return {};
}

Counter& count_cached(Metrics& metrics, const std::string& question) {
  return metrics.counter("aiva_search_cached_total",
                         "Searches answered with the answer to a question asked before",
                         {{"question", question}});
}

// What both lists brought up for a query.
struct Candidates {
  std::vector<Candidate> ranked{};
  std::int64_t query_tokens = 0;
  bool used_vectors = false;
  bool used_keywords = false;
};

struct NearVectors {
  std::vector<PassageHit> hits{};
  std::int64_t query_tokens = 0;
};

struct Fetched {
  std::vector<knowledge::Chunk> chunks{};
  bool is_outdated = false;  // candidates are gone: their documents have changed meanwhile
};

struct Finds {
  Candidates candidates{};
  Fetched fetched{};
};

class PassageSearch final : public Search {
 public:
  PassageSearch(SearchParts parts, SearchSettings settings)
      : parts_(parts),
        settings_(settings),
        seconds_(parts.metrics.histogram("aiva_search_seconds", "Time a search took",
                                         duration_buckets_s())),
        degraded_(parts.metrics.counter("aiva_search_degraded_total",
                                        "Searches that had to do without one of their lists")),
        repeated_(count_cached(parts.metrics, "same")),
        similar_(count_cached(parts.metrics, "similar")),
        answers_(
            {.time_to_live = settings.cache_time, .similarity_min = settings.cache_similarity_min},
            make_shared_answers(parts, settings)),
        log_(parts.database, parts.billing, parts.metrics, settings.unwritten_max) {}

  Task<Result<SearchAnswer>> search(CallContext context, SearchRequest request) override {
    auto begin = parts_.clock.steady();
    CO_TRY_VOID(validate(request));
    CO_TRY(auto base, co_await parts_.knowledge.get(context, request.knowledge_base));
    if (request.is_billed)
      CO_TRY_VOID(co_await parts_.billing.require(context, context.tenant, search_balance_min));

    auto scope = co_await cache_scope(context, request);
    AnswerStore::Found known;
    if (scope) known = co_await answers_.find(context, *scope, request.query, begin);
    if (known.answer)
      co_return co_await answer_again(context, std::move(request), *known.answer, 0, begin);
    auto embedded = co_await embed(context, request.query);
    CO_TRY_VOID(context.check());
    if (scope && embedded && request.may_be_similar) {
      AnswerStore::Near near{request.query, embedded->row(0), std::move(known.alike)};
      auto finding = answers_.find_near(context, *scope, std::move(near), begin);
      if (auto kept = co_await std::move(finding))
        co_return co_await answer_again(context, std::move(request), *kept, embedded->tokens,
                                        begin);
    }

    Finds finds;
    for (int tries = 1; tries <= tries_max && (tries == 1 || finds.fetched.is_outdated); ++tries) {
      auto looking = look(context, base->id, request, embedded);
      CO_TRY(finds, co_await std::move(looking));
    }
    bool is_sound = finds.candidates.used_vectors && !finds.fetched.is_outdated;
    auto answer = make_answer(request, std::move(finds), *base);
    if (scope && is_sound) {
      auto row = embedded->row(0);
      answers_.put(context, *scope,
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

  static std::unique_ptr<SharedAnswers> make_shared_answers(const SearchParts& parts,
                                                            const SearchSettings& settings) {
    if (parts.shared_cache == nullptr || settings.cache_time.count() == 0) return nullptr;
    SharedAnswersParts needs{*parts.shared_cache, parts.knowledge, parts.clock, parts.metrics};
    return std::make_unique<SharedAnswers>(
        needs, SharedAnswersSettings{.time_to_live = settings.cache_time});
  }

  // Where answers to the request are kept; nothing when the index does not follow its rows.
  Task<std::optional<CacheScope>> cache_scope(CallContext context, SearchRequest request) {
    auto ensured = co_await parts_.knowledge.ensure_indexed(context, request.knowledge_base);
    auto version = parts_.index.version(request.knowledge_base);
    if (!ensured || !version) co_return std::nullopt;
    CacheScope scope{.base = request.knowledge_base,
                     .version = *version,
                     .form = form_of(request) + parts_.embedder.model(),
                     .top_k = request.top_k};
    auto finding = answers_.scope_of(context, std::move(scope));
    co_return co_await std::move(finding);
  }

  Task<Result<SearchAnswer>> answer_again(CallContext context, SearchRequest request,
                                          CachedAnswer kept, std::int64_t tokens, Instant begin) {
    auto answer = *kept.answer;
    answer.query_tokens = tokens;
    answer.base_cost = price_of(tokens);
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
    std::chrono::duration<double> time = parts_.clock.steady() - begin;
    seconds_.observe(time.count());
    answer.search_time_ms = time.count() * 1000;
    co_await log_.record(record_of(context, std::move(request), answer));
    co_return answer;
  }

  SearchAnswer make_answer(const SearchRequest& request, Finds finds,
                           const knowledge::KnowledgeBase& base) const {
    const auto& candidates = finds.candidates;
    SearchAnswer answer{
        .hits = make_hits(candidates.ranked, std::move(finds.fetched.chunks),
                          static_cast<std::size_t>(request.top_k)),
        .total_found = static_cast<std::int64_t>(candidates.ranked.size()),
        .query_tokens = candidates.query_tokens,
        .embedding_model = parts_.embedder.model(),
        .chunks_searched = base.chunk_count,
        .used_vectors = candidates.used_vectors,
        .used_keywords = candidates.used_keywords,
        .base_cost = price_of(candidates.query_tokens),
    };
    highlight(answer.hits, request.query);
    return answer;
  }

  Task<Result<Embeddings>> embed(CallContext context, std::string query) {
    std::vector<std::string> texts;
    texts.push_back(std::move(query));
    auto embedded = co_await parts_.embedder.embed(context, std::move(texts));
    co_return embedded;
  }

  // The best candidates and their chunks.
  Task<Result<Finds>> look(CallContext context, KnowledgeBaseId base, SearchRequest request,
                           const Result<Embeddings>& embedded) {
    CO_TRY(auto filter, co_await compile(context, base, request.filter));
    PassageQuery passages{.count_max = settings_.candidates_max, .filter = std::move(filter)};
    auto finding =
        find_candidates(context, base, std::move(request.query), std::move(passages), embedded);
    CO_TRY(auto candidates, co_await std::move(finding));
    auto wanted = static_cast<std::size_t>(request.top_k) + spare_candidates;
    auto fetching = fetch(context, candidates.ranked, wanted);
    CO_TRY(auto fetched, co_await std::move(fetching));
    co_return Finds{std::move(candidates), std::move(fetched)};
  }

  // What the index has to keep to: documents are looked up in the catalog.
  Task<Result<PassageFilter>> compile(CallContext context, KnowledgeBaseId base,
                                      SearchFilter filter) {
    PassageFilter passages{
        .page_min = filter.page_min, .page_max = filter.page_max, .kinds = filter.kinds};
    if (!filter.asks_documents()) co_return passages;
    CO_TRY(auto catalog, co_await parts_.catalog.of(context, base));
    passages.documents = std::make_shared<const DocumentSet>(allowed_documents(*catalog, filter));
    co_return passages;
  }

  // Asks both lists. One of them may fail: the other answers alone.
  Task<Result<Candidates>> find_candidates(CallContext context, KnowledgeBaseId base,
                                           std::string query, PassageQuery wanted,
                                           const Result<Embeddings>& embedded) {
    auto ensured = co_await parts_.knowledge.ensure_indexed(context, base);
    Result<std::vector<PassageHit>> words = fail(ErrorCode::unavailable, "The index is missing");
    if (ensured)
      words = co_await parts_.index.search_words(context, base, std::move(query), wanted);
    else
      words = fail(std::move(ensured.error()));
    auto near = find_near(context, base, embedded, std::move(wanted));
    auto vectors = co_await std::move(near);
    CO_TRY_VOID(context.check());
    if (!vectors && !words) co_return fail(std::move(vectors.error()));
    if (!vectors)
      note_failure("The embedder failed; searching by words alone", context, vectors.error());
    if (!words) note_failure("The keyword index failed", context, words.error());

    Candidates candidates{.used_vectors = vectors.has_value()};
    std::span<const PassageHit> vector_hits;
    std::span<const PassageHit> keyword_hits;
    if (vectors) {
      vector_hits = vectors->hits;
      candidates.query_tokens = vectors->query_tokens;
    }
    if (words) keyword_hits = *words;
    candidates.used_keywords = !keyword_hits.empty();
    candidates.ranked = rank_candidates(vector_hits, keyword_hits, settings_.vector_weight);
    co_return candidates;
  }

  Task<Result<NearVectors>> find_near(CallContext context, KnowledgeBaseId base,
                                      const Result<Embeddings>& embedded, PassageQuery wanted) {
    if (!embedded) co_return fail(embedded.error());
    NearVectors near{.query_tokens = embedded->tokens};
    if (parts_.index.size(base) == 0) co_return near;
    auto row = embedded->row(0);
    std::vector<float> vector(row.begin(), row.end());
    CO_TRY(near.hits, co_await parts_.index.search_vectors(context, base, std::move(vector),
                                                           std::move(wanted)));
    co_return near;
  }

  Task<Result<Fetched>> fetch(CallContext context, std::span<const Candidate> ranked,
                              std::size_t count_max) {
    std::vector<ChunkId> ids;
    for (const auto& candidate : ranked.first(std::min(ranked.size(), count_max)))
      ids.push_back(candidate.chunk);
    auto count = ids.size();
    if (count == 0) co_return Fetched{};
    CO_TRY(auto chunks, co_await parts_.knowledge.chunks(context, std::move(ids)));
    bool is_outdated = chunks.size() < count;
    co_return Fetched{.chunks = std::move(chunks), .is_outdated = is_outdated};
  }

  static std::vector<TextHit> make_hits(std::span<const Candidate> ranked,
                                        std::vector<knowledge::Chunk> chunks, std::size_t top_k) {
    std::unordered_map<ChunkId, const Candidate*> by_id;
    for (const auto& candidate : ranked) by_id.emplace(candidate.chunk, &candidate);
    std::vector<TextHit> hits;
    for (auto& chunk : chunks) {
      if (hits.size() == top_k) break;
      auto found = by_id.find(chunk.id);
      if (found == by_id.end()) continue;
      const auto& candidate = *found->second;
      hits.push_back({.chunk = std::move(chunk),
                      .score = candidate.score,
                      .cosine = candidate.cosine,
                      .bm25 = candidate.bm25,
                      .vector_rank = candidate.vector_rank,
                      .keyword_rank = candidate.keyword_rank});
    }
    return hits;
  }

  [[nodiscard]] billing::MicroUsd price_of(std::int64_t tokens) const {
    return settings_.search_price + tokens * settings_.nano_usd_per_embedding_token / 1000;
  }

  SearchRecord record_of(const CallContext& context, SearchRequest request,
                         const SearchAnswer& answer) const {
    return {.id = Uuid::make(),
            .tenant = context.tenant,
            .knowledge_base = request.knowledge_base,
            .user = context.user,
            .session = request.session,
            .query = std::move(request.query),
            .type = request.type,
            .results_count = static_cast<std::int64_t>(answer.hits.size()),
            .top_score = answer.hits.empty() ? 0 : answer.hits.front().score,
            .time_ms = answer.search_time_ms,
            .query_tokens = answer.query_tokens,
            .base_cost = answer.base_cost,
            .is_billed = request.is_billed,
            .is_cached = answer.is_cached,
            .created_at = parts_.clock.unix_ms()};
  }

  void note_failure(std::string_view what, const CallContext& context, const Error& error) {
    degraded_.add();
    log::failure(what, context, error);
  }

  SearchParts parts_;
  SearchSettings settings_;
  Histogram& seconds_;
  Counter& degraded_;
  Counter& repeated_;
  Counter& similar_;
  AnswerStore answers_;
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
  return std::make_unique<PassageSearch>(parts, settings);
}

}  // namespace aiva::search
