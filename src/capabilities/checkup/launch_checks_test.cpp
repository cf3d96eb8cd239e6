#include "capabilities/checkup/launch_checks.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "capabilities/checkup/testing/made_readings.h"

namespace aiva::checkup {
namespace {

using testing::HasSubstr;

TEST(LaunchChecks, want_tls_on_a_network) {
  EXPECT_EQ(check_transport("https://aiva.example").outcome, Outcome::pass);
  EXPECT_EQ(check_transport("http://127.0.0.1:62001").outcome, Outcome::pass);
  EXPECT_EQ(check_transport("http://localhost/").outcome, Outcome::pass);
  EXPECT_EQ(check_transport("http://[::1]:62001/x").outcome, Outcome::pass);
  EXPECT_EQ(check_transport("http://10.0.0.5:62001").outcome, Outcome::fail);
  EXPECT_EQ(check_transport("http://localhost.example").outcome, Outcome::fail);
}

TEST(LaunchChecks, name_the_part_that_is_down) {
  auto ready = check_readiness(200, R"({"status":"ready","checks":{"database":"up"}})");
  auto down =
      check_readiness(503, R"({"status":"not_ready","checks":{"database":"up","objects":"down"}})");
  auto draining = check_readiness(503, R"({"status":"draining","checks":{}})");
  auto other = check_readiness(502, "<html>Bad gateway</html>");

  EXPECT_EQ(ready.outcome, Outcome::pass);
  EXPECT_EQ(down.outcome, Outcome::fail);
  EXPECT_THAT(down.evidence, HasSubstr("503: objects"));
  EXPECT_THAT(draining.remedy, HasSubstr("stopping"));
  EXPECT_EQ(other.outcome, Outcome::fail);
}

TEST(LaunchChecks, read_health_and_the_clock_out_of_one_answer) {
  constexpr std::string_view body =
      R"({"status":"healthy","version":"0.1.0","timestamp":"2026-01-02T03:04:05.000Z",
          "services":{"mysql":"up"}})";
  auto told = parse_iso8601("2026-01-02T03:04:05.000Z").value_or(0);

  EXPECT_THAT(check_health(200, body).evidence, HasSubstr("0.1.0"));
  EXPECT_EQ(check_health(200, R"({"status":"unhealthy","services":{"a":"down"}})").outcome,
            Outcome::fail);
  EXPECT_EQ(check_health(200, "hello").outcome, Outcome::fail);
  EXPECT_EQ(check_health(404, "{}").outcome, Outcome::fail);
  EXPECT_EQ(check_clock(body, told + 1000).outcome, Outcome::pass);
  EXPECT_EQ(check_clock(body, told - 3000).outcome, Outcome::warn);
  EXPECT_EQ(check_clock("{}", told).outcome, Outcome::skipped);
}

TEST(LaunchChecks, see_whether_others_read_the_figures) {
  const std::string reads = "aiva_http_requests_total{route=\"/metrics\",status=\"200\"} ";

  EXPECT_EQ(check_scraping(made_readings(reads + "1\n"), 1).outcome, Outcome::warn);
  EXPECT_EQ(check_scraping(made_readings(reads + "9\n"), 1).outcome, Outcome::pass);
  EXPECT_EQ(check_scraping(made_readings(""), 1).outcome, Outcome::warn);
}

TEST(LaunchChecks, see_whether_there_was_load) {
  EXPECT_EQ(check_load_test(made_readings("aiva_http_requests_total 20000\n")).outcome,
            Outcome::pass);
  EXPECT_EQ(check_load_test(made_readings("aiva_http_requests_total 20\n")).outcome, Outcome::warn);
}

TEST(LaunchChecks, want_limits_for_strangers) {
  EXPECT_EQ(check_rate_limit("100").outcome, Outcome::pass);
  EXPECT_EQ(check_rate_limit(std::nullopt).outcome, Outcome::fail);
}

TEST(LaunchChecks, read_alerts_out_of_prometheus) {
  auto rules = [](const std::string& state) {
    return R"x({"status":"success","data":{"groups":[{"rules":[)x"
           R"x({"type":"recording","query":"rate(aiva_x[5m])"},)x"
           R"x({"type":"alerting","name":"Disk","query":"node_disk > 1","state":"firing"},)x"
           R"x({"type":"alerting","name":"Slow","query":"aiva_x > 1","state":")x" +
           state + R"x("}]}]}})x";
  };

  auto quiet = check_alert_rules(200, rules("inactive"));
  auto firing = check_alert_rules(200, rules("firing"));

  EXPECT_EQ(quiet.outcome, Outcome::pass);
  EXPECT_THAT(quiet.evidence, HasSubstr("1 alerts"));
  EXPECT_EQ(firing.outcome, Outcome::warn);
  EXPECT_THAT(firing.evidence, HasSubstr("firing: Slow"));
  EXPECT_EQ(check_alert_rules(200, R"({"data":{"groups":[]}})").outcome, Outcome::fail);
  EXPECT_EQ(check_alert_rules(404, "").outcome, Outcome::fail);
  EXPECT_EQ(check_alert_rules(200, "[]").outcome, Outcome::fail);
}

TEST(LaunchChecks, want_alerts_to_be_told_to_somebody) {
  EXPECT_EQ(check_alert_receivers(200, R"({"data":{"activeAlertmanagers":[{"url":"x"}]}})").outcome,
            Outcome::pass);
  EXPECT_EQ(check_alert_receivers(200, R"({"data":{"activeAlertmanagers":[]}})").outcome,
            Outcome::fail);
  EXPECT_EQ(check_alert_receivers(500, "").outcome, Outcome::fail);
}

TEST(LaunchChecks, judge_the_way_to_the_server) {
  EXPECT_EQ(check_round_trips({}).outcome, Outcome::skipped);
  EXPECT_EQ(check_round_trips({9000, 3, 2, 4, 1}).outcome, Outcome::pass);
  EXPECT_EQ(check_round_trips({900, 800, 700}).outcome, Outcome::warn);
}

TEST(LaunchChecks, know_secrets_that_everybody_knows) {
  struct Case {
    std::string_view secret;
    Secrecy secrecy;
  };
  const Case cases[] = {{"", Secrecy::none},
                        {"ChangeMe", Secrecy::known},
                        {"aiva", Secrecy::known},
                        {"x7-k2", Secrecy::short_},
                        {"correct horse battery", Secrecy::fine}};
  for (const auto& wanted : cases) EXPECT_EQ(judge_secret(wanted.secret), wanted.secrecy);
}

}  // namespace
}  // namespace aiva::checkup
