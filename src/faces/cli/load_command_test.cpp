#include "faces/cli/load_command.h"

#include <gtest/gtest.h>

#include "ports/testing/temporary_folder.h"

namespace aiva::cli {
namespace {

LoadArguments asked() { return {.url = "http://127.0.0.1:8080", .key = "aiva_key"}; }

TEST(LoadCommand, takes_the_guide_at_its_word_when_nothing_else_is_said) {
  auto plan = read_load_plan(asked());

  ASSERT_TRUE(plan);
  EXPECT_EQ(plan->scenario.name, "normal");
  EXPECT_EQ(plan->clients(), 50U);
  EXPECT_EQ(plan->profile, "mixed");
  EXPECT_FALSE(plan->is_open());
  EXPECT_EQ(load::length_of(plan->scenario), std::chrono::hours(1));
}

TEST(LoadCommand, changes_users_and_time_of_a_scenario_together) {
  auto arguments = asked();
  arguments.scenario = "spike";
  arguments.users = 100;
  arguments.duration = "92s";

  auto plan = read_load_plan(arguments);

  ASSERT_TRUE(plan);
  EXPECT_EQ(load::users_most(plan->scenario), 100);
  EXPECT_EQ(load::length_of(plan->scenario), std::chrono::seconds(92));
}

TEST(LoadCommand, gives_a_rate_the_connections_it_needs) {
  auto arguments = asked();
  arguments.rate = 5000;
  EXPECT_EQ(read_load_plan(arguments)->clients(), 500U);
  arguments.rate = 1;
  EXPECT_EQ(read_load_plan(arguments)->clients(), 64U);
  arguments.connections = 3;
  EXPECT_EQ(read_load_plan(arguments)->clients(), 3U);
}

TEST(LoadCommand, names_what_is_wrong) {
  TemporaryFolder folder;
  auto file = folder.write("taken", "x").string();
  struct Row {
    const char* what;
    void (*spoil)(LoadArguments&);
  };
  for (const auto& row : {
           Row{"no URL", [](LoadArguments& a) { a.url = "localhost"; }},
           Row{"TLS", [](LoadArguments& a) { a.url = "https://aiva.test"; }},
           Row{"a scenario", [](LoadArguments& a) { a.scenario = "picnic"; }},
           Row{"a profile", [](LoadArguments& a) { a.profile = "lazy"; }},
           Row{"a mix", [](LoadArguments& a) { a.mix = "fly=1"; }},
           Row{"a duration", [](LoadArguments& a) { a.duration = "soon"; }},
           Row{"a short duration", [](LoadArguments& a) { a.duration = "10ms"; }},
           Row{"a think time", [](LoadArguments& a) { a.think_time = "3s-1s"; }},
           Row{"a timeout", [](LoadArguments& a) { a.timeout = "0"; }},
           Row{"a threshold", [](LoadArguments& a) { a.thresholds = {"p95>1"}; }},
           Row{"a key", [](LoadArguments& a) { a.key = "k\r\nX-Other: 1"; }},
       }) {
    auto arguments = asked();
    row.spoil(arguments);
    auto plan = read_load_plan(arguments);
    ASSERT_FALSE(plan) << row.what;
    EXPECT_EQ(plan.error().code, ErrorCode::invalid) << row.what;
    EXPECT_EQ(plan.error().message.find("X-Other"), std::string::npos);
  }
  auto arguments = asked();
  arguments.report_folder = file;
  EXPECT_FALSE(read_load_plan(arguments));
}

TEST(LoadCommand, ends_with_2_on_wrong_use_and_1_where_nobody_answers) {
  auto arguments = asked();
  arguments.is_quiet = true;
  arguments.url = "http://127.0.0.1:1";
  EXPECT_EQ(run_load(arguments, false), 1);
  arguments.scenario = "picnic";
  EXPECT_EQ(run_load(arguments, false), 2);
}

}  // namespace
}  // namespace aiva::cli
