#include <algorithm>
#include <array>
#include <cmath>

#include "capabilities/planning/internal/sizing.h"

namespace aiva::planning {
namespace {

// A figure of a load, as it is given and as it belongs to a tier.
struct Figure {
  std::string_view name;
  std::optional<double> GivenLoad::* given;
  double Load::* value;
  bool is_stock = false;  // what is stored and comes in; not taken to grow beyond the last tier
};

constexpr std::array figures{
    Figure{"users", &GivenLoad::users, &Load::users},
    Figure{"API requests a second", &GivenLoad::rps, &Load::rps},
    Figure{"chats", &GivenLoad::chats, &Load::chats},
    Figure{"calls", &GivenLoad::calls, &Load::calls},
    Figure{"documents a day", &GivenLoad::documents_a_day, &Load::documents_a_day, true},
    Figure{"passages", &GivenLoad::chunks, &Load::chunks, true},
    Figure{"images", &GivenLoad::images, &Load::images, true},
    Figure{"tenants", &GivenLoad::tenants, &Load::tenants, true},
};

double upper(const Figure& figure, std::size_t tier) {
  return load_of(guide_tiers()[tier]).*figure.value;
}

// Where a figure stands among the tiers: 1 is the upper end of the first, 2 of the second; in
// between in proportion, beyond the last as many times as far.
double position_of(const Figure& figure, double value) {
  double from = 0;
  auto count = guide_tiers().size();
  for (std::size_t tier = 0; tier < count; ++tier) {
    double to = upper(figure, tier);
    if (value <= to) return static_cast<double>(tier) + (value - from) / (to - from);
    from = to;
  }
  return static_cast<double>(count) * value / from;
}

double value_at(const Figure& figure, double position) {
  auto count = guide_tiers().size();
  auto last = static_cast<double>(count);
  if (position >= last) return upper(figure, count - 1) * (figure.is_stock ? 1 : position / last);
  auto tier = static_cast<std::size_t>(position);
  double from = tier == 0 ? 0 : upper(figure, tier - 1);
  return from + (upper(figure, tier) - from) * (position - static_cast<double>(tier));
}

Tier tier_at(double position) {
  auto last = static_cast<double>(guide_tiers().size());
  auto above = std::clamp(std::ceil(position), 1.0, last);
  return guide_tiers()[static_cast<std::size_t>(above) - 1].tier;
}

double round_share(double value) { return value < 10 ? std::ceil(value) : std::round(value); }

}  // namespace

Result<WholeLoad> complete_load(const GivenLoad& given) {
  WholeLoad whole;
  double position = -1;
  for (const auto& figure : figures) {
    const auto& value = given.*figure.given;
    if (!value || position_of(figure, *value) <= position) continue;
    position = position_of(figure, *value);
    whole.tier_reason = std::string(figure.name);
  }
  if (given.tier) {
    position = static_cast<double>(*given.tier) + 1;
    whole.tier_reason = "asked for";
  }
  if (position < 0)
    return fail(ErrorCode::invalid, "Say what is wanted: --tier, or --users, --rps, --chats, …");
  whole.tier = tier_at(position);
  for (const auto& figure : figures)
    whole.load.*figure.value =
        (given.*figure.given).value_or(round_share(value_at(figure, position)));
  return whole;
}

}  // namespace aiva::planning
