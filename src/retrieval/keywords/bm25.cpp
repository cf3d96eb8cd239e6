#include "retrieval/keywords/bm25.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace aiva::retrieval {
namespace {

constexpr float boost_max = 100;
// Keeps a damaged posting without frequencies from dividing zero by zero.
constexpr float norm_min = 1e-6F;
// Bounds are greater by this than what rounding makes of the points below them.
constexpr float bound_slack = 1.00001F;

// Also for NaN, which becomes the lowest.
float clamp(float value, float lowest, float highest) {
  return value >= lowest ? std::min(value, highest) : lowest;
}

Bm25Settings clamp(const Bm25Settings& settings) {
  return {.saturation = clamp(settings.saturation, 0, 4),
          .length_share = clamp(settings.length_share, 0, 1),
          .body_boost = clamp(settings.body_boost, 0, boost_max),
          .heading_boost = clamp(settings.heading_boost, 0, boost_max),
          .title_boost = clamp(settings.title_boost, 0, boost_max),
          .stem_weight = clamp(settings.stem_weight, 0, 1)};
}

}  // namespace

Bm25::Bm25(const Bm25Settings& settings, std::uint64_t words, std::uint64_t rows)
    : settings_(clamp(settings)), rows_(static_cast<float>(rows)) {
  auto k1 = settings_.saturation;
  norm_base_ = std::max(k1 * (1 - settings_.length_share), norm_min);
  auto length_mean = static_cast<double>(std::max<std::uint64_t>(words, 1)) /
                     static_cast<double>(std::max<std::uint64_t>(rows, 1));
  norm_per_word_ = static_cast<float>(k1 * settings_.length_share / length_mean);
}

float Bm25::points_max(std::uint64_t word_rows) const {
  auto with = static_cast<float>(word_rows);
  auto rarity = std::log1p((std::max(rows_ - with, 0.0F) + 0.5F) / (with + 0.5F));
  return rarity * (settings_.saturation + 1) * points_per_score;
}

void Bm25::score(const PostingBlock& block, std::span<const std::uint16_t> lengths,
                 float points_max,
                 std::span<std::uint32_t, keyword_format::postings_per_block> points) const {
  std::array<float, keyword_format::postings_per_block> norms;
  for (std::size_t i = 0; i < block.count; ++i)
    norms[i] = static_cast<float>(lengths[block.rows[i]]);
  std::array<float, keyword_format::postings_per_block> weights;
  for (std::size_t i = 0; i < block.count; ++i)
    weights[i] =
        settings_.body_boost * static_cast<float>(static_cast<std::int32_t>(block.body[i]));
  auto add_field = [&](float boost, const PostingBlock::Numbers& frequencies) {
    for (std::size_t i = 0; i < block.count; ++i)
      weights[i] += boost * static_cast<float>(static_cast<std::int32_t>(frequencies[i]));
  };
  if (block.has_heading) add_field(settings_.heading_boost, block.heading);
  if (block.has_title) add_field(settings_.title_boost, block.title);
  for (std::size_t i = 0; i < block.count; ++i) {
    auto norm = norm_base_ + norm_per_word_ * norms[i];
    auto share = points_max * weights[i] / (weights[i] + norm);
    points[i] = static_cast<std::uint32_t>(static_cast<std::int32_t>(share) + 1);
  }
}

std::uint32_t Bm25::bound(const keyword_format::BlockBound& block, float points_max) const {
  auto weight = settings_.body_boost * block.body_max +
                settings_.heading_boost * block.heading_max +
                settings_.title_boost * block.title_max;
  auto norm = norm_base_ + norm_per_word_ * block.length_min;
  return static_cast<std::uint32_t>(points_max * weight / (weight + norm) * bound_slack) + 2;
}

}  // namespace aiva::retrieval
