#include "capabilities/planning/guide.h"

#include <gtest/gtest.h>

namespace aiva::planning {
namespace {

TEST(Guide, has_its_tiers_in_order) {
  double users = 0;
  for (const auto& tier : guide_tiers()) {
    EXPECT_EQ(&guide_of(tier.tier), &tier);
    EXPECT_EQ(parse_tier(tier.name), tier.tier);
    EXPECT_LE(tier.users.from, tier.users.to);
    EXPECT_GT(tier.users.to, users);
    users = tier.users.to;
  }
  EXPECT_FALSE(parse_tier("gigantic"));
}

TEST(Guide, counts_ten_passages_a_document) {
  EXPECT_DOUBLE_EQ(load_of(guide_of(Tier::small)).chunks, 100'000);
  EXPECT_DOUBLE_EQ(load_of(guide_of(Tier::large)).chunks, 20'000'000);
}

}  // namespace
}  // namespace aiva::planning
