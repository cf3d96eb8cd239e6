#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "capabilities/checkup/exposition.h"
#include "capabilities/checkup/finding.h"
#include "foundation/time.h"

namespace aiva::checkup {

// The URL it is reached at: encrypted, or this machine's own.
Finding check_transport(std::string_view url);

// The answers of /readyz and /health: status, and the body as JSON.
Finding check_readiness(int status, std::string_view body);
Finding check_health(int status, std::string_view body);

// The server's clock by its own `timestamp`, against this one's.
Finding check_clock(std::string_view health_body, UnixMs now);

// Whether somebody besides this program reads /metrics; `own_reads` are this program's.
Finding check_scraping(const LiveReadings& readings, int own_reads);

// Whether the server was put under load since it started.
Finding check_load_test(const LiveReadings& readings);

// Whether callers without credentials are limited: what their answer's RateLimit-Limit says.
Finding check_rate_limit(std::optional<std::string> limit);

// Prometheus' answer of /api/v1/rules: alerts about AIVA, and which of them fire.
Finding check_alert_rules(int status, std::string_view body);
// And of /api/v1/alertmanagers: whether somebody is told.
Finding check_alert_receivers(int status, std::string_view body);

// Milliseconds that requests took from here.
Finding check_round_trips(std::vector<double> times_ms);

// How secret a password or key of the configuration is. What it is goes into no finding.
enum class Secrecy { none, known, short_, fine };
Secrecy judge_secret(std::string_view secret);

}  // namespace aiva::checkup
