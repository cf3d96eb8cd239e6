#include "capabilities/evaluation/internal/summary.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <string>
#include <utility>

namespace aiva::evaluation {
namespace {

using Places = std::vector<std::size_t>;  // of questions

std::vector<double> values_of(const std::vector<Outcome>& outcomes, const Places& places,
                              Metric metric) {
  std::vector<double> values;
  values.reserve(places.size());
  for (auto place : places) values.push_back(outcomes[place].values[index_of(metric)]);
  return values;
}

Places answerable(const std::vector<AskedQuestion>& questions) {
  Places places;
  for (std::size_t i = 0; i < questions.size(); ++i)
    if (!questions[i].is_unanswerable) places.push_back(i);
  return places;
}

Slice make_slice(std::string tag, const std::vector<Outcome>& outcomes, const Places& places,
                 const Resampling& resampling) {
  Slice slice{.tag = std::move(tag), .questions = places.size()};
  for (auto metric : all_metrics)
    slice.metrics[index_of(metric)] =
        estimate_mean(values_of(outcomes, places, metric), resampling);
  return slice;
}

double mean_of(const std::vector<double>& values) {
  if (values.empty()) return 0;
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

}  // namespace

std::vector<Slice> make_slices(const std::vector<AskedQuestion>& questions,
                               const std::vector<Outcome>& outcomes, const Resampling& resampling) {
  std::map<std::string, Places> by_tag;
  auto all = answerable(questions);
  for (auto place : all)
    for (const auto& tag : questions[place].tags) {
      auto& places = by_tag[tag];
      if (places.empty() || places.back() != place) places.push_back(place);
    }
  std::vector<Slice> slices{make_slice("", outcomes, all, resampling)};
  for (const auto& [tag, places] : by_tag)
    slices.push_back(make_slice(tag, outcomes, places, resampling));
  return slices;
}

Latency latency_of(const std::vector<Outcome>& outcomes) {
  std::vector<double> times;
  times.reserve(outcomes.size());
  for (const auto& outcome : outcomes) times.push_back(outcome.time_ms);
  return {.mean_ms = mean_of(times),
          .p50_ms = percentile(times, 0.50),
          .p95_ms = percentile(times, 0.95),
          .p99_ms = percentile(times, 0.99)};
}

std::optional<Separation> separation_of(const std::vector<AskedQuestion>& questions,
                                        const std::vector<Outcome>& outcomes) {
  std::vector<double> with;
  std::vector<double> without;
  bool has_vectors = false;
  for (std::size_t i = 0; i < questions.size(); ++i) {
    (questions[i].is_unanswerable ? without : with).push_back(outcomes[i].best_cosine);
    has_vectors = has_vectors || outcomes[i].best_cosine != 0;
  }
  if (with.empty() || without.empty() || !has_vectors) return std::nullopt;
  return Separation{.answerable = with.size(),
                    .unanswerable = without.size(),
                    .answerable_cosine = mean_of(with),
                    .unanswerable_cosine = mean_of(without),
                    .area = area_under_roc(with, without)};
}

Comparison compare_runs(const Report& report, std::size_t index) {
  const auto& before = report.runs.front().outcomes;
  const auto& after = report.runs[index].outcomes;
  Comparison comparison{.run = index};
  auto places = answerable(report.questions);
  for (auto metric : all_metrics)
    comparison.metrics[index_of(metric)] = compare_pairs(
        values_of(before, places, metric), values_of(after, places, metric), report.resampling);
  std::vector<std::pair<double, std::size_t>> changes;  // larger ones first
  for (auto place : places) {
    auto ndcg = index_of(Metric::ndcg_10);
    auto change = after[place].values[ndcg] - before[place].values[ndcg];
    if (change != 0) changes.emplace_back(change, place);
  }
  std::ranges::sort(changes, [](const auto& a, const auto& b) {
    return std::abs(a.first) != std::abs(b.first) ? std::abs(a.first) > std::abs(b.first)
                                                  : a.second < b.second;
  });
  for (auto [change, place] : changes)
    (change > 0 ? comparison.better : comparison.worse).push_back(place);
  return comparison;
}

}  // namespace aiva::evaluation
