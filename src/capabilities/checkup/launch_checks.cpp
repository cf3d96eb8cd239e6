#include "capabilities/checkup/launch_checks.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdlib>

#include "foundation/json.h"

namespace aiva::checkup {
namespace {

constexpr double clock_difference_max_s = 2;
constexpr double requests_of_a_load_test = 10'000;
constexpr double round_trip_max_ms = 500;  // S138
constexpr std::size_t secret_bytes_min = 12;

constexpr std::array known_secrets{
    "password", "passw0rd", "changeme", "change-me", "change_me", "secret",     "aiva",
    "admin",    "root",     "redis",    "mysql",     "mariadb",   "test",       "example",
    "123456",   "12345678", "qwerty",   "letmein",   "default",   "minioadmin", "asterisk"};

const json::Value* find(const json::Value* value, std::string_view name) {
  const auto* object = value == nullptr ? nullptr : value->if_object();
  return object == nullptr ? nullptr : object->if_contains(name);
}

std::string text_of(const json::Value* value) {
  const auto* text = value == nullptr ? nullptr : value->if_string();
  return text == nullptr ? std::string() : std::string(text->data(), text->size());
}

const json::Array* array_of(const json::Value* value) {
  return value == nullptr ? nullptr : value->if_array();
}

bool is_own_host(std::string_view host) {
  return host == "localhost" || host == "[::1]" || host.starts_with("127.");
}

// The parts of an answer that are not up, by name.
std::string parts_down(const json::Value* parts) {
  std::string down;
  const auto* object = parts == nullptr ? nullptr : parts->if_object();
  if (object == nullptr) return down;
  for (const auto& [name, state] : *object) {
    bool is_up = state.is_bool() ? state.get_bool()
                                 : text_of(&state) == "up" || text_of(&state) == "ok" ||
                                       text_of(&state) == "connected";
    if (!is_up) down += (down.empty() ? "" : ", ") + std::string(name);
  }
  return down;
}

}  // namespace

Finding check_transport(std::string_view url) {
  constexpr CheckName name{"launch.tls", "TLS", "S199"};
  if (url.starts_with("https://")) return pass(name, "encrypted, the certificate is trusted");
  auto rest = url.substr(std::min(url.size(), url.find("://") + 3));
  auto host = rest.substr(0, rest.find('/'));
  if (!host.starts_with('['))
    host = host.substr(0, host.find(':'));
  else
    host = host.substr(0, host.find(']') + 1);
  if (is_own_host(host)) return pass(name, "plain HTTP, but on this machine");
  return fault(name, "plain HTTP over a network: passwords and keys can be read on the way",
               "server.tls_certificate and server.tls_key, or a proxy that ends TLS");
}

Finding check_readiness(int status, std::string_view body) {
  constexpr CheckName name{"live.readiness", "readiness", "S165"};
  auto document = json::parse(body);
  const json::Value* answer = document ? &*document : nullptr;
  auto state = text_of(find(answer, "status"));
  if (status == 200) return pass(name, state.empty() ? "ready" : state);
  auto down = parts_down(find(answer, "checks"));
  return fault(name, fmt::format("/readyz answers {}{}{}", status, down.empty() ? "" : ": ", down),
               state == "draining" ? "It is stopping; balancers send nothing new"
                                   : "The part that is named is away; the log says why");
}

Finding check_health(int status, std::string_view body) {
  constexpr CheckName name{"live.health", "health", "S165"};
  auto document = json::parse(body);
  if (status != 200 || !document)
    return fault(name, fmt::format("/health answers {}", status),
                 "Is this the URL of an AIVA? A proxy may answer instead");
  auto version = text_of(find(&*document, "version"));
  if (text_of(find(&*document, "status")) == "healthy")
    return pass(name, "healthy, version " + version);
  auto down = parts_down(find(&*document, "services"));
  return fault(name, "unhealthy, version " + version + (down.empty() ? "" : "; away: " + down),
               "The log says why");
}

Finding check_clock(std::string_view health_body, UnixMs now) {
  constexpr CheckName name{"live.clock", "clock of the server", ""};
  auto document = json::parse(health_body);
  auto told = document ? parse_iso8601(text_of(find(&*document, "timestamp"))) : std::nullopt;
  if (!told) return skip(name, "the server does not tell its time");
  double difference = std::abs(static_cast<double>(*told - now)) / 1000;
  auto evidence = fmt::format("{:.1f} s from this machine's", difference);
  if (difference <= clock_difference_max_s) return pass(name, evidence);
  return warn(name, evidence,
              "Keep the clocks of all machines together by NTP: tokens, leases "
              "and schedules go by them");
}

Finding check_scraping(const LiveReadings& readings, int own_reads) {
  constexpr CheckName name{"launch.monitoring", "monitoring", "S199, S160, S161"};
  auto reads = readings.second.sum("aiva_http_requests_total", [](const Sample& sample) {
    return sample.label("route") == "/metrics";
  });
  double others = reads.value_or(0) - own_reads;
  if (others > 0)
    return pass(name, fmt::format("/metrics was read {:.0f} times by others", others));
  return warn(name, "nobody else has read /metrics since the server started",
              "Prometheus and Grafana of deploy/, or anything else that keeps the figures");
}

Finding check_load_test(const LiveReadings& readings) {
  constexpr CheckName name{"launch.load_test", "load test", "S199, S201"};
  auto requests = readings.second.sum("aiva_http_requests_total").value_or(0);
  auto evidence = fmt::format("{:.0f} requests since the server started", requests);
  if (requests >= requests_of_a_load_test) return pass(name, evidence);
  return warn(name, evidence,
              "Put it under the load you expect, with your own documents: "
              "tests/load, aiva plan for what it should carry");
}

Finding check_rate_limit(std::optional<std::string> limit) {
  constexpr CheckName name{"launch.rate_limits", "rate limits", "S199, S135"};
  if (limit) return pass(name, "callers without credentials have " + *limit + " calls a window");
  return fault(
      name, "callers without credentials are not limited",
      "limits.anonymous_per_15_minutes above 0, and server.trusted_proxies behind a proxy");
}

Finding check_alert_rules(int status, std::string_view body) {
  constexpr CheckName name{"launch.alerts", "alerts", "S199, S162"};
  auto document = json::parse(body);
  const auto* groups = array_of(find(find(document ? &*document : nullptr, "data"), "groups"));
  if (status != 200 || groups == nullptr)
    return fault(name, fmt::format("Prometheus answers {} to /api/v1/rules", status),
                 "Is this the URL of a Prometheus?");
  int alerts = 0;
  std::string firing;
  for (const auto& group : *groups) {
    const auto* rules = array_of(find(&group, "rules"));
    if (rules == nullptr) continue;
    for (const auto& rule : *rules) {
      if (text_of(find(&rule, "type")) != "alerting") continue;
      if (!text_of(find(&rule, "query")).contains("aiva")) continue;
      ++alerts;
      if (text_of(find(&rule, "state")) == "firing")
        firing += (firing.empty() ? "" : ", ") + text_of(find(&rule, "name"));
    }
  }
  if (alerts == 0)
    return fault(name, "Prometheus has no alert about AIVA", "Load deploy/prometheus/rules");
  auto evidence = fmt::format("{} alerts about AIVA", alerts);
  if (firing.empty()) return pass(name, evidence + ", none fires");
  return warn(name, evidence + ", firing: " + firing, "Their descriptions say what to do");
}

Finding check_alert_receivers(int status, std::string_view body) {
  constexpr CheckName name{"launch.alert_receivers", "Alertmanager", "S162"};
  auto document = json::parse(body);
  const auto* active =
      array_of(find(find(document ? &*document : nullptr, "data"), "activeAlertmanagers"));
  if (status == 200 && active != nullptr && !active->empty())
    return pass(name, fmt::format("{} is told", active->size()));
  return fault(name, "Prometheus tells its alerts to nobody",
               "An Alertmanager in its alerting section");
}

Finding check_round_trips(std::vector<double> times_ms) {
  constexpr CheckName name{"live.round_trip", "requests from here", "S138"};
  if (times_ms.empty()) return skip(name, "no --key to ask with");
  std::ranges::sort(times_ms);
  double middle = times_ms[times_ms.size() / 2];
  auto evidence = fmt::format("half of {} within {:.1f} ms, the slowest {:.1f} ms", times_ms.size(),
                              middle, times_ms.back());
  if (middle <= round_trip_max_ms) return pass(name, evidence);
  return warn(name, evidence, "The network to the server, or a proxy before it, is slow");
}

Secrecy judge_secret(std::string_view secret) {
  if (secret.empty()) return Secrecy::none;
  std::string lower(secret);
  std::ranges::transform(lower, lower.begin(), [](char sign) {
    return sign >= 'A' && sign <= 'Z' ? static_cast<char>(sign + 32) : sign;
  });
  if (std::ranges::find(known_secrets, lower) != known_secrets.end()) return Secrecy::known;
  return secret.size() < secret_bytes_min ? Secrecy::short_ : Secrecy::fine;
}

}  // namespace aiva::checkup
