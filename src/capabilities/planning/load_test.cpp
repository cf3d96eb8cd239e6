#include <gtest/gtest.h>

#include "capabilities/planning/internal/sizing.h"

namespace aiva::planning {
namespace {

TEST(Load, stands_between_tiers_in_proportion) {
  auto whole = complete_load({.users = 50});

  ASSERT_TRUE(whole);
  EXPECT_EQ(whole->tier, Tier::medium);
  EXPECT_DOUBLE_EQ(whole->load.users, 50);
  EXPECT_DOUBLE_EQ(whole->load.rps, 100);
  EXPECT_DOUBLE_EQ(whole->load.chats, 20);
  EXPECT_DOUBLE_EQ(whole->load.calls, 9);  // a third of the way from 5 to 15, rounded up
}

TEST(Load, belongs_to_the_largest_tier_any_figure_asks_for) {
  struct Case {
    GivenLoad given;
    Tier tier;
    std::string_view reason;
  };
  const Case cases[] = {
      {{.users = 25}, Tier::small, "users"},
      {{.users = 26}, Tier::medium, "users"},
      {{.users = 10, .calls = 50}, Tier::large, "calls"},
      {{.rps = 1001}, Tier::very_large, "API requests a second"},
      {{.chunks = 1e9}, Tier::very_large, "passages"},
      {{.tier = Tier::medium, .users = 3}, Tier::medium, "asked for"},
      {{.users = 0}, Tier::small, "users"},
  };
  for (const auto& wanted : cases) {
    auto whole = complete_load(wanted.given);
    ASSERT_TRUE(whole);
    EXPECT_EQ(whole->tier, wanted.tier) << wanted.reason;
    EXPECT_EQ(whole->tier_reason, wanted.reason);
  }
}

TEST(Load, keeps_what_was_given_even_where_it_is_nothing) {
  auto whole = complete_load({.tier = Tier::large, .calls = 0, .images = 7});

  ASSERT_TRUE(whole);
  EXPECT_DOUBLE_EQ(whole->load.calls, 0);
  EXPECT_DOUBLE_EQ(whole->load.images, 7);
  EXPECT_DOUBLE_EQ(whole->load.users, 500);
}

TEST(Load, grows_beyond_the_last_tier_in_proportion) {
  auto whole = complete_load({.users = 10'000});

  ASSERT_TRUE(whole);
  EXPECT_EQ(whole->tier, Tier::very_large);
  EXPECT_DOUBLE_EQ(whole->load.rps, 10'000);
  EXPECT_DOUBLE_EQ(whole->load.calls, 400);
  EXPECT_DOUBLE_EQ(whole->load.tenants, 500);  // what is stored does not grow with them
}

TEST(Load, must_be_given) { EXPECT_FALSE(complete_load({})); }

}  // namespace
}  // namespace aiva::planning
