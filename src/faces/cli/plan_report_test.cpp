#include "faces/cli/plan_report.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>

#include "capabilities/planning/guide.h"
#include "capabilities/planning/measurement_json.h"
#include "capabilities/planning/planning.h"
#include "capabilities/planning/testing/measured_box.h"
#include "foundation/json.h"

namespace aiva::cli {
namespace {

using planning::ModelUse;
using planning::Tier;

// Compares with the golden file of that name; AIVA_ACCEPT=1 writes it anew.
void expect_golden(const std::string& name, const std::string& text) {
  auto path = "src/faces/cli/testdata/" + name;
  if (std::getenv("AIVA_ACCEPT") != nullptr) std::ofstream(path) << text;
  std::ifstream file(path);
  std::string golden(std::istreambuf_iterator<char>(file), {});
  EXPECT_EQ(text, golden);
}

planning::Plan plan_of(const planning::Wish& wish) {
  auto plan = planning::make_plan(wish, planning::measured_box(), planning::round_prices());
  AIVA_ASSERT(plan);
  return *plan;
}

planning::Wish wish_for(Tier tier) {
  return {.load = {.tier = tier},
          .models = {{.use = ModelUse::chat, .name = "gpt-4o-mini", .is_assumed = true}}};
}

TEST(PlanReport, shows_each_tier_beside_the_guide) {
  for (auto tier : {Tier::small, Tier::medium, Tier::large, Tier::very_large})
    expect_golden("plan_" + std::string(planning::to_string(tier)) + ".txt",
                  format_plan(plan_of(wish_for(tier)), planning::measured_box(), false));
}

TEST(PlanReport, says_the_reasons_that_are_asked_for) {
  planning::Wish wish{.load = {.users = 300, .calls = 400},
                      .has_packaged_voices = false,
                      .models = {{.use = ModelUse::chat, .name = "unheard-of"},
                                 {.use = ModelUse::embedding, .name = "text-embedding-3-small"},
                                 {.use = ModelUse::realtime, .name = "gpt-realtime"}}};

  expect_golden("plan_why.txt", format_plan(plan_of(wish), planning::measured_box(), true));
}

TEST(PlanReport, is_json_that_brings_its_measurement_back) {
  auto text = plan_json(plan_of(wish_for(Tier::small)), planning::measured_box());

  auto document = json::parse(text);
  auto measured = planning::read_measurement(text);

  ASSERT_TRUE(document);
  const auto& plan = document->as_object();
  EXPECT_EQ(plan.at("tier").as_string(), "small");
  EXPECT_GT(plan.at("lines").as_array().size(), 30U);
  EXPECT_TRUE(plan.at("cost").as_object().at("items").as_array().size() > 3);
  ASSERT_TRUE(measured);
  EXPECT_DOUBLE_EQ(measured->search_cpu_ms, 2);
}

}  // namespace
}  // namespace aiva::cli
