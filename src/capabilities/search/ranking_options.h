#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "foundation/error.h"
#include "foundation/json.h"
#include "foundation/json_writer.h"

namespace aiva::search {

// How the list of the nearest vectors and that of the best words become one.
enum class Fusion {
  rrf,       // by reciprocal rank (k = 60): only places count
  weighted,  // by scores, each spread over 0…1 of its list
};

std::string_view to_string(Fusion fusion);
std::optional<Fusion> parse_fusion(std::string_view text);

// What a list counts; one that counts 0 is not asked. Each 0…10, not both 0.
struct FusionWeights {
  double vector = 0.7;
  double keyword = 1;
};

// Old documents lose up to `weight` of their score: half of it at the age of `half_life_days`.
struct Recency {
  double half_life_days = 30;  // 0.1…36500
  double weight = 0.5;         // 0…1
  // The member of the document's metadata that has its date, an instant or day of ISO 8601; where
  // it has none, and with an empty name, the date on which it was handed in counts.
  std::string field{};
};

// Multiplies the score of passages whose document fits. Factors are 0.1…10, and so is the product
// of all that fit a passage.
struct TagBoost {
  std::string tag;
  double factor = 1;
};
struct MetadataBoost {
  json::Object match{};  // as SearchFilter::metadata
  double factor = 1;
};

inline constexpr double boost_min = 0.1;
inline constexpr double boost_max = 10;
inline constexpr std::size_t tag_boosts_max = 20;
inline constexpr std::size_t metadata_boosts_max = 10;

// How candidates are ranked. Steps run in this order: fusion, the reranker where there is one,
// boosts and recency, diversity.
struct RankingOptions {
  Fusion fusion = Fusion::rrf;
  std::optional<FusionWeights> weights{};  // none: the server's
  std::vector<TagBoost> tag_boosts{};
  std::vector<MetadataBoost> metadata_boosts{};
  std::optional<Recency> recency{};
  // Maximal marginal relevance: 1 ranks by score alone, 0 by difference from the hits above alone.
  std::optional<double> mmr_lambda{};

  // Whether the order may differ from that of fusion, so that all candidates have to be looked at.
  [[nodiscard]] bool reorders() const {
    return !tag_boosts.empty() || !metadata_boosts.empty() || recency || mmr_lambda;
  }
};

// What is wrong with the options, one entry a mistake.
std::vector<FieldError> mistakes_of(const RankingOptions& options);

// Writes the options as the value of a JSON object's member: the same text for the same options.
void write_options(JsonWriter& writer, const RankingOptions& options);

}  // namespace aiva::search
