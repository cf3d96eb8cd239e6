#include "faces/load/report.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "faces/load/internal/svg_plot.h"
#include "foundation/json.h"
#include "ports/testing/temporary_folder.h"

namespace aiva::load {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

Plan make_plan() {
  Plan plan{.target = {.authority = "h:1"}, .profile = "search<1>"};
  plan.scenario = {.name = "short",
                   .phases = {{.name = "warm up", .length = seconds(1), .is_warm_up = true},
                              {.name = "short", .length = seconds(2), .users_to = 3}}};
  plan.thresholds = {*parse_threshold("p95>1s"), *parse_threshold("errors>1%"),
                     *parse_threshold("chat.p95>1s")};
  return plan;
}

// Nine searches in 10 ms, one that failed, and one in the warm-up that took for ever.
Report make_sample(const Plan& plan) {
  Tally tally(plan.scenario);
  tally.record({.operation = Operation::search, .latency = seconds(60), .phase = 0});
  tally.end_second(0, 1);
  for (int i = 0; i < 10; ++i)
    tally.record({.operation = Operation::search,
                  .outcome = i == 0 ? Outcome::failed : Outcome::ok,
                  .latency = milliseconds(10),
                  .service = milliseconds(9),
                  .phase = 1});
  tally.end_second(1, 3);
  return make_report(plan, tally, seconds(3));
}

TEST(LoadReport, leaves_the_warm_up_out) {
  auto report = make_sample(make_plan());

  EXPECT_EQ(report.total.figures->requests, 10U);
  EXPECT_EQ(report.total.seconds, 2);
  EXPECT_EQ(report.total.figures->latency.max(), 10'000U);
  ASSERT_EQ(report.phases.size(), 2U);
  EXPECT_TRUE(report.phases[0].is_warm_up);
  EXPECT_EQ(report.seconds.size(), 2U);
  EXPECT_EQ(report.seconds[0].max_us, 60'000'000U);
}

TEST(LoadReport, judges_thresholds_and_takes_what_never_ran_for_broken) {
  auto report = make_sample(make_plan());

  ASSERT_EQ(report.verdicts.size(), 3U);
  EXPECT_FALSE(report.verdicts[0].is_crossed);
  EXPECT_TRUE(report.verdicts[1].is_crossed);
  EXPECT_EQ(report.verdicts[1].value, 10);
  EXPECT_TRUE(report.verdicts[2].is_crossed);
  EXPECT_TRUE(report.is_crossed());
}

TEST(LoadReport, is_written_as_json_tables_and_a_page) {
  TemporaryFolder folder;
  auto report = make_sample(make_plan());
  auto place = folder.path() / "a" / "b";

  ASSERT_TRUE(prepare_report_folder(place));
  ASSERT_TRUE(write_report(place, report));

  auto read = json::parse(read_whole_file(place / "report.json"));
  ASSERT_TRUE(read);
  EXPECT_EQ(read->at("total").at("outcomes").at("failed").to_number<int>(), 1);
  EXPECT_EQ(read->at("total").at("latency_ms").at("max").to_number<double>(), 10);
  EXPECT_EQ(read->at("operations").at(0).at("name").as_string(), "search");
  auto seconds_csv = read_whole_file(place / "seconds.csv");
  EXPECT_EQ(std::ranges::count(seconds_csv, '\n'), 3);
  EXPECT_NE(seconds_csv.find("\n2,1,3,10,1,10.000,"), std::string::npos);
  EXPECT_NE(read_whole_file(place / "operations.csv").find("\nsearch,10,5.000,10.000,"),
            std::string::npos);
  auto page = read_whole_file(place / "report.html");
  EXPECT_NE(page.find("search&lt;1&gt;"), std::string::npos);
  EXPECT_EQ(page.find("<1>"), std::string::npos);
  EXPECT_NE(page.find("<polyline"), std::string::npos);
  EXPECT_EQ(page.find("http-equiv"), std::string::npos);
}

TEST(LoadReport, has_no_page_without_a_folder) {
  TemporaryFolder folder;
  auto file = folder.write("taken", "x");

  auto prepared = prepare_report_folder(file);

  ASSERT_FALSE(prepared);
  EXPECT_EQ(prepared.error().code, ErrorCode::invalid);
}

TEST(LoadReport, says_how_long_a_phase_has_gone_on) {
  auto scenario = make_plan().scenario;
  EXPECT_EQ(seconds_of(scenario, 0, milliseconds(500)), 0.5);
  EXPECT_EQ(seconds_of(scenario, 1, milliseconds(500)), 0);
  EXPECT_EQ(seconds_of(scenario, 1, milliseconds(2500)), 1.5);
  EXPECT_EQ(seconds_of(scenario, 1, seconds(9)), 2);
}

TEST(SvgPlot, keeps_the_peaks_of_a_line_it_thins_out) {
  std::vector<double> values(1000, 1);
  values[777] = 9;

  auto thin = thinned(values, 100);

  ASSERT_EQ(thin.size(), 100U);
  EXPECT_EQ(std::ranges::max(thin), 9);
  EXPECT_EQ(thinned(std::vector<double>{1, 2}, 100).size(), 2U);
  EXPECT_TRUE(thinned({}, 100).empty());
}

TEST(SvgPlot, is_drawn_without_values_too) {
  auto svg = draw({.title = "Errors", .unit = "a second", .lines = {{.name = "errors"}}});

  EXPECT_EQ(svg.find("nan"), std::string::npos);
  EXPECT_NE(svg.find("<svg"), std::string::npos);
}

}  // namespace
}  // namespace aiva::load
