#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "capabilities/evaluation/judging.h"

namespace aiva::evaluation {

// What is measured of each question that has an answer; every value lies between 0 and 1.
enum class Metric {
  hit_1,  // 1 when one of the first hits is relevant (of grade 1 or more), else 0
  hit_3,
  hit_5,
  hit_10,
  reciprocal_rank,  // 1 / the rank of the first relevant hit among those asked for; its mean is MRR
  ndcg_10,          // gains 2^grade - 1, each target counted where it is first found, over log2
  recall,           // the share of the targets that the first top_k hits bring up
  precision,        // the share of the first top_k places that hold a relevant hit
};

inline constexpr std::size_t metric_count = 8;
using MetricValues = std::array<double, metric_count>;

constexpr std::size_t index_of(Metric metric) { return static_cast<std::size_t>(metric); }

inline constexpr std::array<Metric, metric_count> all_metrics{
    Metric::hit_1,           Metric::hit_3,   Metric::hit_5,  Metric::hit_10,
    Metric::reciprocal_rank, Metric::ndcg_10, Metric::recall, Metric::precision};

// "hit@5", "mrr", "ndcg@10"; recall and precision carry their top_k: "recall@5".
std::string name_of(Metric metric, int top_k);
// A metric by that name; "recall" and "precision" go with or without the top_k in use.
std::optional<Metric> parse_metric(std::string_view name, int top_k);

// So many hits must be asked for, whatever top_k is.
inline constexpr int hits_needed = 10;

// Scores hits of which at least max(top_k, hits_needed) were asked for.
MetricValues score(const Judgement& judgement, int top_k);

}  // namespace aiva::evaluation
