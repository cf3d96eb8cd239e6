#include "capabilities/search/internal/boosts.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <string_view>
#include <tuple>
#include <unordered_map>
#include <utility>

#include "capabilities/search/search_filter.h"

namespace aiva::search {
namespace {

constexpr double ms_per_day = 24.0 * 60 * 60 * 1000;
constexpr std::string_view midnight = "T00:00:00Z";
constexpr std::size_t day_length = 10;  // 2025-01-31

json::Object metadata_of(const knowledge::Chunk& chunk) {
  auto value = json::parse(chunk.document_metadata);
  if (value && value->is_object()) return std::move(value->get_object());
  return {};
}

double boost_of(const json::Object& metadata, const RankingOptions& options) {
  double product = 1;
  for (const auto& [tag, factor] : options.tag_boosts)
    if (has_tags(metadata, {tag})) product *= factor;
  for (const auto& [match, factor] : options.metadata_boosts)
    if (fits_metadata(metadata, match)) product *= factor;
  return std::clamp(product, boost_min, boost_max);
}

std::optional<UnixMs> read_date(const json::Object& metadata, const std::string& field) {
  const auto* value = field.empty() ? nullptr : metadata.if_contains(field);
  if (value == nullptr || !value->is_string()) return std::nullopt;
  std::string text(std::string_view(value->get_string()));
  if (text.size() == day_length) text += midnight;
  return parse_iso8601(text);
}

// What lies in the future is new.
double recency_of(const Recency& recency, UnixMs date, UnixMs now) {
  auto age_days = std::max(static_cast<double>(now) - static_cast<double>(date), 0.0) / ms_per_day;
  return 1 - recency.weight * (1 - std::exp2(-age_days / recency.half_life_days));
}

struct DocumentFactors {
  double boost = 1;
  double recency = 1;
};

DocumentFactors factors_of(const knowledge::Chunk& chunk, const RankingOptions& options,
                           UnixMs now) {
  auto metadata = metadata_of(chunk);
  DocumentFactors factors{.boost = boost_of(metadata, options)};
  if (!options.recency) return factors;
  auto date = read_date(metadata, options.recency->field).value_or(chunk.document_created_at);
  factors.recency = recency_of(*options.recency, date, now);
  return factors;
}

}  // namespace

void apply_boosts(std::vector<TextHit>& hits, const RankingOptions& options, UnixMs now) {
  if (options.tag_boosts.empty() && options.metadata_boosts.empty() && !options.recency) return;
  std::unordered_map<DocumentId, DocumentFactors> known;
  for (auto& hit : hits) {
    auto [place, is_new] = known.try_emplace(hit.chunk.document);
    if (is_new) place->second = factors_of(hit.chunk, options, now);
    hit.boost = place->second.boost;
    hit.recency = place->second.recency;
    hit.score *= hit.boost * hit.recency;
  }
  std::ranges::sort(hits, {}, [](const TextHit& hit) {
    return std::tuple(-hit.score, -hit.fused_score, hit.chunk.id);
  });
}

}  // namespace aiva::search
