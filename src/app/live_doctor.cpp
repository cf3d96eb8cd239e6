#include "app/live_doctor.h"

#include <string>
#include <thread>
#include <utility>

#include "capabilities/checkup/checkup.h"
#include "capabilities/checkup/launch_checks.h"
#include "foundation/task.h"
#include "foundation/time.h"

namespace aiva::app {
namespace {

using checkup::Finding;
using std::chrono::steady_clock;

constexpr auto patience = std::chrono::seconds(15);
constexpr int round_trips = 15;

// Asks one server, and remembers nothing.
class Visit {
 public:
  Visit(HttpClient& http, std::string url) : http_(http), url_(std::move(url)) {
    while (url_.ends_with('/')) url_.pop_back();
  }

  Result<HttpResponse> get(const std::string& path, const std::string& key = {}) {
    HttpRequest request{
        .url = url_ + path, .timeout = patience, .may_reach_private_addresses = true};
    if (!key.empty()) request.headers.push_back({"X-API-Key", key});
    return sync_wait(http_.send({}, std::move(request)));
  }

 private:
  HttpClient& http_;
  std::string url_;
};

Result<checkup::Exposition> read_figures(Visit& visit) {
  TRY(auto answer, visit.get("/metrics"));
  if (answer.status != 200)
    return fail(ErrorCode::unavailable, "/metrics answers " + std::to_string(answer.status));
  return checkup::Exposition::parse(answer.body);
}

Result<checkup::LiveReadings> watch(Visit& visit, int seconds) {
  checkup::LiveReadings readings;
  auto began = steady_clock::now();
  TRY(readings.first, read_figures(visit));
  std::this_thread::sleep_for(std::chrono::seconds(seconds));
  readings.seconds = std::chrono::duration<double>(steady_clock::now() - began).count();
  TRY(readings.second, read_figures(visit));
  return readings;
}

void add(std::vector<Finding>& findings, std::vector<Finding> more) {
  for (auto& finding : more) findings.push_back(std::move(finding));
}

void add_figures(Visit& visit, const cli::DoctorArguments& asked, std::vector<Finding>& findings) {
  auto readings = watch(visit, asked.watch_seconds);
  if (!readings) {
    findings.push_back(checkup::fault({"live.figures", "figures", "S160"}, readings.error().message,
                                      "A proxy may keep /metrics to itself: name the server's own "
                                      "address"));
    return;
  }
  add(findings, checkup::check_figures(*readings));
  add(findings, checkup::check_symptoms(*readings));
  findings.push_back(checkup::check_scraping(*readings, 1));
  findings.push_back(checkup::check_load_test(*readings));
}

Finding check_key(Visit& visit, const std::string& key) {
  constexpr checkup::CheckName name{"live.key", "API key", ""};
  if (key.empty()) return checkup::skip(name, "no --key was given");
  auto answer = visit.get("/api/knowledge?limit=1", key);
  if (!answer) return checkup::fault(name, answer.error().message, "Is the server reachable?");
  if (answer->status == 200) return checkup::pass(name, "lists knowledge bases");
  return checkup::fault(name, "the server answers " + std::to_string(answer->status),
                        "The key must be one of this server's, and may read knowledge bases");
}

Finding check_round_trips(Visit& visit, const std::string& key) {
  std::vector<double> times_ms;
  for (int at = 0; !key.empty() && at < round_trips; ++at) {
    auto began = steady_clock::now();
    auto answer = visit.get("/api/knowledge?limit=1", key);
    if (answer && answer->status == 200)
      times_ms.push_back(
          std::chrono::duration<double, std::milli>(steady_clock::now() - began).count());
  }
  return checkup::check_round_trips(std::move(times_ms));
}

Finding check_rate_limit(Visit& visit) {
  auto answer = visit.get("/api/knowledge");
  if (!answer)
    return checkup::skip({"launch.rate_limits", "rate limits", "S199"}, answer.error().message);
  auto limit = answer->header("RateLimit-Limit");
  if (answer->status == 429 && limit.empty()) return checkup::check_rate_limit("no more");
  return checkup::check_rate_limit(limit.empty() ? std::nullopt
                                                 : std::optional(std::string(limit)));
}

void add_alerts(HttpClient& http, const std::string& url, std::vector<Finding>& findings) {
  constexpr checkup::CheckName name{"launch.alerts", "alerts", "S199, S162"};
  if (url.empty()) {
    findings.push_back(checkup::skip(name, "say where Prometheus is: --prometheus URL"));
    return;
  }
  Visit prometheus(http, url);
  auto rules = prometheus.get("/api/v1/rules");
  auto receivers = prometheus.get("/api/v1/alertmanagers");
  if (!rules || !receivers) {
    auto why = !rules ? rules.error().message : receivers.error().message;
    findings.push_back(checkup::fault(name, why, "Is Prometheus there?"));
    return;
  }
  findings.push_back(checkup::check_alert_rules(rules->status, rules->body));
  findings.push_back(checkup::check_alert_receivers(receivers->status, receivers->body));
}

}  // namespace

std::vector<Finding> check_live(HttpClient& http, const cli::DoctorArguments& asked) {
  std::vector<Finding> findings = {checkup::check_transport(asked.url)};
  Visit visit(http, asked.url);
  auto health = visit.get("/health");
  if (!health) {
    findings.push_back(checkup::fault({"live.health", "health", "S165"}, health.error().message,
                                      "Is the server running, and is this its address?"));
    return findings;
  }
  findings.push_back(checkup::check_health(health->status, health->body));
  findings.push_back(checkup::check_clock(health->body, unix_ms_now()));
  if (auto ready = visit.get("/readyz"))
    findings.push_back(checkup::check_readiness(ready->status, ready->body));
  findings.push_back(check_key(visit, asked.key));
  findings.push_back(check_round_trips(visit, asked.key));
  findings.push_back(check_rate_limit(visit));
  add_figures(visit, asked, findings);
  add_alerts(http, asked.prometheus, findings);
  return findings;
}

}  // namespace aiva::app
