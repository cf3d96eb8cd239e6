#include "capabilities/search/internal/candidate_finder.h"

#include <memory>
#include <span>
#include <utility>

#include "foundation/log.h"

namespace aiva::search {

CandidateFinder::CandidateFinder(const SearchParts& parts, const SearchSettings& settings)
    : parts_(parts),
      settings_(settings),
      degraded_(parts.metrics.counter("aiva_search_degraded_total",
                                      "Searches that had to do without one of their lists")) {}

Task<Result<Candidates>> CandidateFinder::find(CallContext context, KnowledgeBaseId base,
                                               SearchRequest request, Prepared prepared) {
  CO_TRY(auto filter, co_await compile(context, base, request.filter));
  PassageQuery wanted{.count_max = settings_.candidates_max, .filter = std::move(filter)};
  Result<std::vector<PassageHit>> words = fail(ErrorCode::unavailable, "The index is missing");
  if (prepared.ensured)
    words = co_await parts_.index.search_words(context, base, std::move(request.query), wanted);
  else
    words = fail(prepared.ensured.error());
  auto near = find_near(context, base, prepared.embedded, std::move(wanted));
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

// What the index has to keep to: documents are looked up in the catalog.
Task<Result<PassageFilter>> CandidateFinder::compile(CallContext context, KnowledgeBaseId base,
                                                     SearchFilter filter) {
  PassageFilter passages{
      .page_min = filter.page_min, .page_max = filter.page_max, .kinds = filter.kinds};
  if (!filter.asks_documents()) co_return passages;
  CO_TRY(auto catalog, co_await parts_.catalog.of(context, base));
  passages.documents = std::make_shared<const DocumentSet>(allowed_documents(*catalog, filter));
  co_return passages;
}

Task<Result<CandidateFinder::NearVectors>> CandidateFinder::find_near(
    CallContext context, KnowledgeBaseId base, const Result<Embeddings>& embedded,
    PassageQuery wanted) {
  if (!embedded) co_return fail(embedded.error());
  NearVectors near{.query_tokens = embedded->tokens};
  if (parts_.index.size(base) == 0) co_return near;
  auto row = embedded->row(0);
  std::vector<float> vector(row.begin(), row.end());
  CO_TRY(near.hits,
         co_await parts_.index.search_vectors(context, base, std::move(vector), std::move(wanted)));
  co_return near;
}

void CandidateFinder::note_failure(std::string_view what, const CallContext& context,
                                   const Error& error) {
  degraded_.add();
  log::failure(what, context, error);
}

}  // namespace aiva::search
