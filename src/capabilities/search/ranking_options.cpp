#include "capabilities/search/ranking_options.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <utility>

#include "capabilities/search/search_filter.h"

namespace aiva::search {
namespace {

constexpr double weight_max = 10;
constexpr double half_life_days_min = 0.1;
constexpr double half_life_days_max = 36'500;
constexpr std::size_t name_bytes_max = 200;

// False for NaN, too.
bool is_within(double value, double min, double max) { return value >= min && value <= max; }

class Mistakes {
 public:
  void check(bool is_right, std::string field, std::string message) {
    if (!is_right) found.push_back({std::move(field), std::move(message)});
  }
  void check_factor(double factor, std::string field) {
    check(is_within(factor, boost_min, boost_max), std::move(field), "must be between 0.1 and 10");
  }

  std::vector<FieldError> found{};
};

void check_boosts(const RankingOptions& options, Mistakes& mistakes) {
  mistakes.check(options.tag_boosts.size() <= tag_boosts_max, "boosts.tags",
                 "must have at most 20 members");
  for (const auto& [tag, factor] : options.tag_boosts)
    mistakes.check_factor(factor, "boosts.tags." + tag);
  mistakes.check(options.metadata_boosts.size() <= metadata_boosts_max, "boosts.metadata",
                 "must have at most 10 entries");
  for (std::size_t i = 0; i < options.metadata_boosts.size(); ++i) {
    const auto& [match, factor] = options.metadata_boosts[i];
    auto path = "boosts.metadata." + std::to_string(i);
    mistakes.check_factor(factor, path + ".factor");
    mistakes.check(!match.empty(), path + ".match", "must not be empty");
    auto more = mistakes_of_metadata(match, path + ".match");
    std::ranges::move(more, std::back_inserter(mistakes.found));
  }
}

}  // namespace

std::string_view to_string(Fusion fusion) {
  switch (fusion) {
    case Fusion::rrf: return "rrf";
    case Fusion::weighted: return "weighted";
  }
  return "rrf";
}

std::optional<Fusion> parse_fusion(std::string_view text) {
  for (auto fusion : {Fusion::rrf, Fusion::weighted})
    if (to_string(fusion) == text) return fusion;
  return std::nullopt;
}

std::vector<FieldError> mistakes_of(const RankingOptions& options) {
  Mistakes mistakes;
  if (options.weights) {
    const auto& [vector, keyword] = *options.weights;
    mistakes.check(is_within(vector, 0, weight_max), "weights.vector", "must be between 0 and 10");
    mistakes.check(is_within(keyword, 0, weight_max), "weights.keyword",
                   "must be between 0 and 10");
    mistakes.check(vector > 0 || keyword > 0, "weights", "must not both be 0");
  }
  if (options.mmr_lambda)
    mistakes.check(is_within(*options.mmr_lambda, 0, 1), "mmr.lambda", "must be between 0 and 1");
  if (options.recency) {
    const auto& recency = *options.recency;
    mistakes.check(is_within(recency.half_life_days, half_life_days_min, half_life_days_max),
                   "recency.half_life_days", "must be between 0.1 and 36500");
    mistakes.check(is_within(recency.weight, 0, 1), "recency.weight", "must be between 0 and 1");
    mistakes.check(recency.field.size() <= name_bytes_max, "recency.field",
                   "must have at most 200 bytes");
  }
  check_boosts(options, mistakes);
  return std::move(mistakes.found);
}

void write_options(JsonWriter& writer, const RankingOptions& options) {
  writer.begin_object().field("fusion", to_string(options.fusion));
  if (options.weights)
    writer.field("vector", options.weights->vector).field("keyword", options.weights->keyword);
  if (options.mmr_lambda) writer.field("mmr", *options.mmr_lambda);
  if (options.recency)
    writer.field("half_life_days", options.recency->half_life_days)
        .field("weight", options.recency->weight)
        .field("field", options.recency->field);
  writer.key("tags").begin_array();
  for (const auto& [tag, factor] : options.tag_boosts) writer.value(tag).value(factor);
  writer.end_array().key("metadata").begin_array();
  for (const auto& [match, factor] : options.metadata_boosts)
    writer.value(json::to_text(match)).value(factor);
  writer.end_array().end_object();
}

}  // namespace aiva::search
