#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "capabilities/planning/types.h"

namespace aiva::planning {

struct Range {
  double from = 0;
  double to = 0;
};

// A tier as the capacity guide describes it; of "1000–5000+" the figures that are named.
struct GuideTier {
  Tier tier = Tier::small;
  std::string_view name{};       // as on the command line
  std::string_view hardware{};   // S89, S92, S96, S101
  std::string_view processes{};  // the same
  std::string_view memory{};     // how it is divided (S94, S98)
  std::string_view database{};
  std::string_view redis{};
  std::string_view network{};
  std::string_view month{};   // S91, S95, S100, S104
  std::string_view source{};  // the S number of the load
  Range users{};              // S90, S93, S97, S102, like the next four
  Range rps{};
  Range chats{};
  Range calls{};
  Range documents{};  // in work at a time
  Range images{};     // the same
  double bases = 0;
  double documents_a_base = 0;
  double documents_a_day = 0;  // ours where the guide has none
  double stored_images = 0;    // ours
  double tenants = 0;          // ours
  double cores = 0;
  double memory_gb = 0;
  double disk_gb = 0;
};

std::span<const GuideTier> guide_tiers();
const GuideTier& guide_of(Tier tier);

std::string_view to_string(Tier tier);
// small, medium, large, very-large.
std::optional<Tier> parse_tier(std::string_view name);

// The load of a tier at the upper end of its ranges.
Load load_of(const GuideTier& tier);

}  // namespace aiva::planning
