#include "capabilities/evaluation/metrics.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <vector>

namespace aiva::evaluation {
namespace {

constexpr std::size_t ndcg_depth = 10;

double gain_of(int grade) { return std::exp2(grade) - 1; }

// The weight of a place, from 0 (Järvelin and Kekäläinen, 2002).
double discount(std::size_t place) { return 1 / std::log2(static_cast<double>(place) + 2); }

// A passage that covers several targets gains all of them at its place, which the ideal order with
// a passage for each cannot reach; so it is capped at 1.
double ndcg(const Judgement& judgement) {
  double found = 0;
  for (std::size_t i = 0; i < judgement.target_grades.size(); ++i)
    if (judgement.found_first[i] < ndcg_depth)
      found += gain_of(judgement.target_grades[i]) * discount(judgement.found_first[i]);
  auto grades = judgement.target_grades;
  std::ranges::sort(grades, std::greater());
  double ideal = 0;
  for (std::size_t place = 0; place < std::min(grades.size(), ndcg_depth); ++place)
    ideal += gain_of(grades[place]) * discount(place);
  return ideal > 0 ? std::min(1.0, found / ideal) : 0;
}

std::size_t count_relevant(const Judgement& judgement, std::size_t depth) {
  auto end = std::min(depth, judgement.grades.size());
  return static_cast<std::size_t>(std::count_if(judgement.grades.begin(),
                                                judgement.grades.begin() + static_cast<long>(end),
                                                [](int grade) { return grade > 0; }));
}

double hit_within(const Judgement& judgement, std::size_t depth) {
  return count_relevant(judgement, depth) > 0 ? 1 : 0;
}

double reciprocal_rank(const Judgement& judgement) {
  auto first = std::ranges::find_if(judgement.grades, [](int grade) { return grade > 0; });
  if (first == judgement.grades.end()) return 0;
  return 1 / static_cast<double>(first - judgement.grades.begin() + 1);
}

double recall(const Judgement& judgement, std::size_t depth) {
  if (judgement.found_first.empty()) return 0;
  auto found = std::ranges::count_if(judgement.found_first,
                                     [depth](std::size_t place) { return place < depth; });
  return static_cast<double>(found) / static_cast<double>(judgement.found_first.size());
}

}  // namespace

std::string name_of(Metric metric, int top_k) {
  switch (metric) {
    case Metric::hit_1: return "hit@1";
    case Metric::hit_3: return "hit@3";
    case Metric::hit_5: return "hit@5";
    case Metric::hit_10: return "hit@10";
    case Metric::reciprocal_rank: return "mrr";
    case Metric::ndcg_10: return "ndcg@10";
    case Metric::recall: return "recall@" + std::to_string(top_k);
    case Metric::precision: return "precision@" + std::to_string(top_k);
  }
  return {};
}

std::optional<Metric> parse_metric(std::string_view name, int top_k) {
  for (auto metric : all_metrics)
    if (name == name_of(metric, top_k)) return metric;
  if (name == "recall") return Metric::recall;
  if (name == "precision") return Metric::precision;
  return std::nullopt;
}

MetricValues score(const Judgement& judgement, int top_k) {
  auto depth = static_cast<std::size_t>(std::max(top_k, 1));
  MetricValues values{};
  values[index_of(Metric::hit_1)] = hit_within(judgement, 1);
  values[index_of(Metric::hit_3)] = hit_within(judgement, 3);
  values[index_of(Metric::hit_5)] = hit_within(judgement, 5);
  values[index_of(Metric::hit_10)] = hit_within(judgement, 10);
  values[index_of(Metric::reciprocal_rank)] = reciprocal_rank(judgement);
  values[index_of(Metric::ndcg_10)] = ndcg(judgement);
  values[index_of(Metric::recall)] = recall(judgement, depth);
  values[index_of(Metric::precision)] =
      static_cast<double>(count_relevant(judgement, depth)) / static_cast<double>(depth);
  return values;
}

}  // namespace aiva::evaluation
