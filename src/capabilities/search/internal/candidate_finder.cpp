#include "capabilities/search/internal/candidate_finder.h"

#include <chrono>
#include <memory>
#include <span>
#include <utility>

#include "foundation/both.h"
#include "foundation/log.h"

namespace aiva::search {
namespace {

bool is_closed(const Result<std::vector<PassageHit>>& hits) {
  return !hits && hits.error().code == ErrorCode::not_found;
}

}  // namespace

CandidateFinder::CandidateFinder(const SearchParts& parts, const SearchSettings& settings)
    : parts_(parts),
      settings_(settings),
      degraded_(parts.metrics.counter("aiva_search_degraded_total",
                                      "Searches that had to do without one of their lists")) {}

Task<Result<Candidates>> CandidateFinder::find(CallContext context, SearchRequest request,
                                               Prepared prepared) {
  auto rule = rule_of(request.ranking);
  CO_TRY(auto filter, co_await compile(context, prepared, std::move(request.filter)));
  PassageQuery wanted{.filter = std::move(filter),
                      .wants_vectors = request.ranking.mmr_lambda.has_value(),
                      .wants_reasons = request.explain};
  bool asks_words = rule.weights.keyword > 0;
  bool asks_vectors = rule.weights.vector > 0;
  auto query = std::move(request.query);
  if (!prepared.expansion.keywords.empty()) query += " " + prepared.expansion.keywords;
  wanted.count_max = asks_words ? rule.list_max : 0;
  auto by_words = find_words(context, std::move(query), wanted, prepared);
  wanted.count_max = asks_vectors ? rule.list_max : 0;
  auto by_meaning = find_near(context, wanted, prepared);
  auto asking = both(timed(std::move(by_words)), timed(std::move(by_meaning)));
  auto [asked_words, asked_vectors] = co_await std::move(asking);
  auto& words = asked_words.hits;
  auto& vectors = asked_vectors.hits;
  CO_TRY_VOID(context.check());
  if (prepared.ensured && (is_closed(words) || is_closed(vectors)))
    co_return Candidates{.is_outdated = true};
  bool has_any = (asks_words && words) || (asks_vectors && vectors);
  if (!has_any && !prepared.ensured) co_return fail(prepared.ensured.error());
  if (!has_any) co_return fail(vectors ? std::move(words.error()) : std::move(vectors.error()));
  if (!vectors)
    note_failure("The embedder failed; searching by words alone", context, vectors.error());
  if (!words) note_failure("The keyword index failed", context, words.error());

  Candidates candidates{.used_vectors = vectors.has_value() && asks_vectors,
                        .is_degraded = !vectors || !words,
                        .vector_ms = asked_vectors.time_ms,
                        .keyword_ms = asked_words.time_ms};
  std::span<const PassageHit> vector_hits;
  std::span<const PassageHit> keyword_hits;
  if (prepared.embedded) candidates.query_tokens = prepared.embedded->tokens;
  if (vectors) vector_hits = *vectors;
  if (words) keyword_hits = *words;
  candidates.used_keywords = !keyword_hits.empty();
  RewordedLists others;
  if (!prepared.expansion.rewordings.empty()) {
    auto reworded = ask_reworded(context, rule, std::move(wanted), prepared);
    others = co_await std::move(reworded);
    CO_TRY_VOID(context.check());
    candidates.is_degraded = candidates.is_degraded || !others.failures.empty();
    if (prepared.reworded) candidates.query_tokens += prepared.reworded->tokens;
  }
  candidates.ranked = rank_candidates(vector_hits, keyword_hits, rule, others.lists);
  co_return candidates;
}

FusionRule CandidateFinder::rule_of(const RankingOptions& options) const {
  return {.fusion = options.fusion,
          .weights = options.weights.value_or(settings_.weights),
          .list_max = settings_.candidates_max};
}

// What the index has to keep to: documents are looked up in the catalogs.
Task<Result<PassageFilter>> CandidateFinder::compile(CallContext context, Prepared prepared,
                                                     SearchFilter filter) {
  PassageFilter passages{
      .page_min = filter.page_min, .page_max = filter.page_max, .kinds = filter.kinds};
  if (!filter.asks_documents()) co_return passages;
  DocumentSet allowed;
  for (auto base : prepared.bases) {
    CO_TRY(auto catalog, co_await parts_.catalog.of(context, base));
    allowed.merge(allowed_documents(*catalog, filter));
  }
  passages.documents = std::make_shared<const DocumentSet>(std::move(allowed));
  co_return passages;
}

Task<CandidateFinder::Hits> CandidateFinder::find_words(CallContext context, std::string query,
                                                        PassageQuery wanted, Prepared prepared) {
  if (wanted.count_max == 0) co_return std::vector<PassageHit>{};
  if (!prepared.ensured) co_return fail(prepared.ensured.error());
  auto searching = parts_.index.search_words_across(context, prepared.bases, std::move(query),
                                                    std::move(wanted));
  auto hits = co_await std::move(searching);
  co_return hits;
}

Task<CandidateFinder::Hits> CandidateFinder::find_near(CallContext context, PassageQuery wanted,
                                                       Prepared prepared) {
  if (wanted.count_max == 0) co_return std::vector<PassageHit>{};
  if (!prepared.embedded) co_return fail(prepared.embedded.error());
  auto row = prepared.embedded->row(0);
  auto searching = parts_.index.search_vectors_across(
      context, prepared.bases, std::vector<float>(row.begin(), row.end()), std::move(wanted));
  auto hits = co_await std::move(searching);
  co_return hits;
}

Task<RewordedLists> CandidateFinder::ask_reworded(CallContext context, FusionRule rule,
                                                  PassageQuery wanted, Prepared prepared) {
  wanted.count_max = rule.list_max;
  wanted.wants_reasons = false;
  auto weight = settings_.expansion.weight;
  auto looking =
      find_reworded(context, parts_.index,
                    {.bases = prepared.bases,
                     .rewordings = prepared.expansion.rewordings,
                     .embedded = prepared.reworded,
                     .weights = {weight * rule.weights.vector, weight * rule.weights.keyword},
                     .passages = std::move(wanted)});
  auto found = co_await std::move(looking);
  if (!found.failures.empty())
    note_failure("A question in other words was not searched for", context, found.failures.front());
  co_return found;
}

Task<CandidateFinder::TimedHits> CandidateFinder::timed(Task<Hits> list) {
  auto begin = parts_.clock.steady();
  auto hits = co_await std::move(list);
  std::chrono::duration<double, std::milli> time = parts_.clock.steady() - begin;
  co_return TimedHits{.hits = std::move(hits), .time_ms = time.count()};
}

void CandidateFinder::note_failure(std::string_view what, const CallContext& context,
                                   const Error& error) {
  degraded_.add();
  log::failure(what, context, error);
}

}  // namespace aiva::search
