#include "faces/load/scenario.h"

#include <gtest/gtest.h>

#include "faces/load/tables.h"
#include "foundation/json.h"
#include "ports/testing/temporary_folder.h"

namespace aiva::load {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

TEST(Scenario, lasts_and_grows_as_the_guide_says) {
  struct Row {
    const char* name;
    double users;
    Milliseconds length;
  };
  for (const auto& row : {Row{"baseline", 10, minutes(30)}, Row{"normal", 50, hours(1)},
                          Row{"peak", 200, minutes(30)}, Row{"spike", 500, seconds(920)},
                          Row{"endurance", 50, hours(24)}}) {
    const auto* scenario = find_scenario(row.name);
    ASSERT_NE(scenario, nullptr) << row.name;
    EXPECT_EQ(users_most(*scenario), row.users) << row.name;
    EXPECT_EQ(length_of(*scenario), row.length) << row.name;
    EXPECT_TRUE(scenario->phases.front().is_warm_up) << row.name;
  }
  EXPECT_TRUE(find_scenario("stress")->ends_at_failure);
  EXPECT_EQ(find_scenario("picnic"), nullptr);
}

TEST(Scenario, goes_evenly_from_one_number_of_users_to_the_next) {
  const auto& spike = *find_scenario("spike");

  EXPECT_NEAR(position_at(spike, seconds(30)).users, 25, 1e-6);
  EXPECT_EQ(position_at(spike, minutes(3)).users, 50);
  EXPECT_NEAR(position_at(spike, seconds(305)).users, 275, 1e-6);
  EXPECT_EQ(position_at(spike, seconds(400)).users, 500);
  EXPECT_EQ(position_at(spike, seconds(400)).phase, 3U);
  EXPECT_EQ(position_at(spike, seconds(700)).users, 50);
  EXPECT_FALSE(position_at(spike, seconds(919)).is_over);
  EXPECT_TRUE(position_at(spike, seconds(920)).is_over);
}

TEST(Scenario, keeps_its_shape_when_it_is_made_smaller) {
  auto small = scaled(*find_scenario("spike"), 20, seconds(92));

  EXPECT_EQ(users_most(small), 20);
  EXPECT_EQ(length_of(small), seconds(92));
  EXPECT_EQ(small.phases[1].users_to, 2);
  EXPECT_EQ(small.phases[3].length, seconds(30));
}

TEST(Scenario, is_the_same_for_the_scripts_of_other_generators) {
  auto kept = json::parse(read_whole_file("tests/load/scenarios/tables.json"));
  auto own = json::parse(tables_as_json());

  ASSERT_TRUE(kept);
  ASSERT_TRUE(own);
  EXPECT_EQ(json::to_text(*kept), json::to_text(*own))
      << "write `aiva load --list` into tests/load/scenarios/tables.json";
}

TEST(Scenario, reads_lengths_of_time) {
  EXPECT_EQ(parse_length("90"), seconds(90));
  EXPECT_EQ(parse_length("90s"), seconds(90));
  EXPECT_EQ(parse_length("1.5m"), seconds(90));
  EXPECT_EQ(parse_length("2h"), hours(2));
  EXPECT_EQ(parse_length("250ms"), Milliseconds(250));
  EXPECT_EQ(parse_length("0"), Milliseconds(0));
  for (const auto* text : {"", "s", "-1s", "5 m", "1d", "nan", "inf", "1e99h", "5s2"})
    EXPECT_FALSE(parse_length(text)) << text;
}

}  // namespace
}  // namespace aiva::load
