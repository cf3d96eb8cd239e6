#include "capabilities/search/internal/reranking.h"

#include <algorithm>
#include <functional>
#include <span>
#include <utility>

#include "foundation/log.h"

namespace aiva::search {
namespace {

Counter& count_reranked(Metrics& metrics, const std::string& outcome) {
  return metrics.counter("aiva_search_reranked_total",
                         "Searches whose hits a reranker was to put in order",
                         {{"outcome", outcome}});
}

std::string text_of(const knowledge::Chunk& chunk) {
  return chunk.heading_path.empty() ? chunk.text : chunk.heading_path + "\n" + chunk.text;
}

// What is not a number between 0 and 1 would spoil the order of everything.
bool are_scores(const std::vector<double>& values, std::size_t count) {
  return values.size() == count &&
         std::ranges::all_of(values, [](double value) { return value >= 0 && value <= 1; });
}

// Hits with equal scores keep their order.
void apply_scores(std::vector<TextHit>& hits, const std::vector<double>& scores) {
  for (std::size_t i = 0; i < scores.size(); ++i)
    hits[i].score = *(hits[i].rerank_score = scores[i]);
  auto read = std::span(hits).first(scores.size());
  std::ranges::stable_sort(read, std::greater(), &TextHit::score);
  double least = read.back().score;
  for (auto& hit : std::span(hits).subspan(scores.size())) hit.score = hit.fused_score * least;
}

}  // namespace

Reranking::Reranking(Reranker* reranker, RerankLimits limits, Metrics& metrics)
    : reranker_(reranker),
      limits_(limits),
      done_(count_reranked(metrics, "done")),
      failed_(count_reranked(metrics, "failed")),
      seconds_(metrics.histogram("aiva_search_rerank_seconds", "Time a reranker took for a search",
                                 duration_buckets_s())) {
  if (reranker_ != nullptr)
    limits_.candidates_max = std::min(limits_.candidates_max, reranker_->texts_max());
}

std::string Reranking::form() const {
  if (!is_on()) return {};
  return " reranked " + reranker_->model() + " " + std::to_string(limits_.candidates_max);
}

std::size_t Reranking::chunks_needed(std::size_t wanted) const {
  return is_on() ? std::max(wanted, limits_.candidates_max) : wanted;
}

Task<bool> Reranking::order(CallContext context, std::string query, std::vector<TextHit>& hits) {
  const auto count = std::min(hits.size(), limits_.candidates_max);
  if (!is_on() || count == 0) co_return false;
  std::vector<std::string> texts;
  texts.reserve(count);
  for (const auto& hit : std::span(hits).first(count)) texts.push_back(text_of(hit.chunk));
  auto begin = std::chrono::steady_clock::now();
  auto limited = context;
  limited.deadline = std::min(context.deadline, begin + limits_.time_max);
  auto scoring = reranker_->score(limited, std::move(query), std::move(texts));
  auto scores = co_await std::move(scoring);
  std::chrono::duration<double> time = std::chrono::steady_clock::now() - begin;
  seconds_.observe(time.count());
  if (scores && !are_scores(scores->values, count))
    scores = fail(internal_error("The reranker did not answer a score from 0 to 1 for each text"));
  if (!scores) {
    failed_.add();
    log::failure("Hits stay as they were ranked first", context, scores.error());
    co_return false;
  }
  apply_scores(hits, scores->values);
  done_.add();
  co_return true;
}

}  // namespace aiva::search
