#include "capabilities/planning/planning.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "capabilities/planning/guide.h"
#include "capabilities/planning/testing/measured_box.h"

namespace aiva::planning {
namespace {

using testing::HasSubstr;

const PlanLine& line_of(const Plan& plan, std::string_view id) {
  auto found = std::ranges::find(plan.lines, id, &PlanLine::id);
  AIVA_ASSERT(found != plan.lines.end());
  return *found;
}

bool has_line(const Plan& plan, std::string_view id) {
  return std::ranges::find(plan.lines, id, &PlanLine::id) != plan.lines.end();
}

Wish wish_for(Tier tier) {
  return {.load = {.tier = tier}, .models = {{.use = ModelUse::chat, .name = "gpt-4o-mini"}}};
}

TEST(Plan, sizes_each_tier_of_the_guide) {
  struct Case {
    Tier tier;
    bool is_one_machine;
    double cores;  // wanted, all together
    std::string_view engine;
  };
  // Cores are (reads + writes + searches + turns + calls + documents) / 0.6, by the box's figures.
  const Case cases[] = {
      {Tier::small, true, 1, "SQLite suffices"},
      {Tier::medium, true, 1, "SQLite suffices"},
      {Tier::large, true, 3, "SQLite suffices"},
      {Tier::very_large, false, 10, "MySQL or MariaDB"},
  };
  for (const auto& wanted : cases) {
    auto plan = make_plan(wish_for(wanted.tier), measured_box(), round_prices());
    ASSERT_TRUE(plan) << plan.error().message;
    EXPECT_EQ(plan->tier, wanted.tier);
    EXPECT_EQ(plan->is_one_machine, wanted.is_one_machine) << to_string(wanted.tier);
    EXPECT_DOUBLE_EQ(line_of(*plan, "cores.total").number, wanted.cores) << to_string(wanted.tier);
    EXPECT_EQ(line_of(*plan, "database.engine").value, wanted.engine);
  }
}

TEST(Plan, says_a_reason_for_every_line) {
  for (auto tier : {Tier::small, Tier::medium, Tier::large, Tier::very_large}) {
    auto plan = make_plan(wish_for(tier), measured_box(), round_prices());
    ASSERT_TRUE(plan);
    for (const auto& line : plan->lines) EXPECT_FALSE(line.why.empty()) << line.id;
    for (const auto& cost : plan->costs) EXPECT_FALSE(cost.why.empty()) << cost.id;
  }
}

TEST(Plan, spreads_over_machines_for_the_first_reason_there_is) {
  auto slow_disk = measured_box();
  slow_disk.commits_per_second = 10;
  auto failover = wish_for(Tier::small);
  failover.has_failover = true;
  struct Case {
    Wish wish;
    Measurement measured;
    std::string_view reason;
  };
  Wish many{.load = {.users = 1200, .rps = 10, .chats = 1, .calls = 0}};
  Wish busy{.load = {.users = 900, .rps = 40'000, .chats = 1, .calls = 0}};
  const Case cases[] = {
      {failover, measured_box(), "--failover"},
      {many, measured_box(), "more than 1000 users"},
      {wish_for(Tier::medium), slow_disk, "one disk does 10"},
      {busy, measured_box(), "commits/s are wanted"},
  };
  for (const auto& wanted : cases) {
    auto plan = make_plan(wanted.wish, wanted.measured, round_prices());
    ASSERT_TRUE(plan) << plan.error().message;
    EXPECT_FALSE(plan->is_one_machine);
    EXPECT_THAT(line_of(*plan, "machines.several").why, HasSubstr(wanted.reason));
    EXPECT_TRUE(has_line(*plan, "machines.api"));
    EXPECT_TRUE(has_line(*plan, "machines.mysql"));
    EXPECT_TRUE(has_line(*plan, "redis.maxmemory"));
    EXPECT_FALSE(plan->fits_measured_machine);
  }
}

TEST(Plan, needs_bridges_only_for_calls) {
  Wish silent{.load = {.users = 2000, .calls = 0}};
  Wish speaking{.load = {.users = 2000, .rps = 2000, .chats = 100, .calls = 1600},
                .has_packaged_voices = false};

  auto without = make_plan(silent, measured_box(), round_prices());
  auto with = make_plan(speaking, measured_box(), round_prices());

  ASSERT_TRUE(without);
  ASSERT_TRUE(with);
  EXPECT_FALSE(has_line(*without, "machines.bridge"));
  EXPECT_THAT(line_of(*with, "machines.bridge").value, HasSubstr("4 x "));
}

TEST(Plan, keeps_the_headroom_free) {
  auto tight = wish_for(Tier::large);
  tight.headroom = 0;
  auto wide = wish_for(Tier::large);
  wide.headroom = 0.8;

  auto least = make_plan(tight, measured_box(), round_prices());
  auto most = make_plan(wide, measured_box(), round_prices());

  ASSERT_TRUE(least);
  ASSERT_TRUE(most);
  auto cores = line_of(*least, "cores.total").number;
  EXPECT_GE(line_of(*most, "cores.total").number, cores * 3);
  EXPECT_NEAR(line_of(*most, "memory.total").number, line_of(*least, "memory.total").number * 5,
              0.01);
}

TEST(Plan, never_needs_less_for_more) {
  double cores = 0;
  double memory = 0;
  double disk = 0;
  for (double users = 1; users <= 1000; users *= 1.3) {
    auto plan = make_plan({.load = {.users = users}}, measured_box(), round_prices());
    ASSERT_TRUE(plan) << users;
    EXPECT_GE(line_of(*plan, "cores.total").number, cores) << users;
    EXPECT_GE(line_of(*plan, "memory.total").number, memory) << users;
    EXPECT_GE(line_of(*plan, "storage.total").number, disk) << users;
    cores = line_of(*plan, "cores.total").number;
    memory = line_of(*plan, "memory.total").number;
    disk = line_of(*plan, "storage.total").number;
  }
}

TEST(Plan, names_the_tier_of_the_model_provider) {
  struct Case {
    double chats;
    std::string_view tier;
  };
  // 3 turns a minute, 1.2 calls each of 1,750 tokens, 40 % kept free.
  const Case cases[] = {
      {10, "tier 1"}, {40, "tier 2"}, {400, "tier 3"}, {2000, "more than any tier"}};
  for (const auto& wanted : cases) {
    Wish wish{.load = {.rps = 100, .chats = wanted.chats, .calls = 0},
              .models = {{.use = ModelUse::chat, .name = "gpt-4o-mini"}}};
    auto plan = make_plan(wish, measured_box(), round_prices());
    ASSERT_TRUE(plan);
    EXPECT_THAT(line_of(*plan, "models.gpt-4o-mini").value, HasSubstr(wanted.tier)) << wanted.chats;
  }
}

TEST(Plan, counts_what_has_a_price_and_names_what_has_none) {
  Wish wish{.load = {.users = 10, .chats = 10, .calls = 0},
            .models = {{.use = ModelUse::chat, .name = "gpt-4o-mini-2024-07-18"},
                       {.use = ModelUse::moderation, .name = "unheard-of"}}};

  auto plan = make_plan(wish, measured_box(), round_prices());

  ASSERT_TRUE(plan);
  double sum = 0;
  for (const auto& cost : plan->costs) sum += cost.month.value_or(0);
  EXPECT_DOUBLE_EQ(plan->cost, sum);
  auto unpriced = std::ranges::find(plan->costs, "unheard-of", &CostLine::label);
  ASSERT_NE(unpriced, plan->costs.end());
  EXPECT_FALSE(unpriced->month);
  EXPECT_THAT(unpriced->why, HasSubstr("no price"));
  // 36 calls a minute over 8 busy hours at 30 % for 30 days, 1,500 tokens read and 250 written.
  auto priced = std::ranges::find(plan->costs, "gpt-4o-mini-2024-07-18", &CostLine::label);
  ASSERT_NE(priced, plan->costs.end());
  EXPECT_NEAR(priced->month.value_or(0), 36 * 4320 * (1500 * 0.15 + 250 * 0.6) / 1e6, 0.01);
}

TEST(Plan, refuses_what_cannot_be_planned) {
  struct Case {
    Wish wish;
    PriceTable prices;
  };
  Wish generous{.load = {.users = 1}, .headroom = 1};
  Wish eternal{.load = {.users = 1}, .growth_months = 1000};
  Wish huge{.load = {.users = 2000, .chunks = 1e11}};
  PriceTable empty;
  const Case cases[] = {{{}, round_prices()},
                        {generous, round_prices()},
                        {eternal, round_prices()},
                        {huge, round_prices()},
                        {wish_for(Tier::small), empty}};
  for (const auto& wrong : cases) {
    auto plan = make_plan(wrong.wish, measured_box(), wrong.prices);
    ASSERT_FALSE(plan);
    EXPECT_EQ(plan.error().code, ErrorCode::invalid);
  }
}

}  // namespace
}  // namespace aiva::planning
