#pragma once

#include <chrono>
#include <vector>

#include "capabilities/checkup/finding.h"
#include "faces/cli/doctor_arguments.h"
#include "ports/http_client.h"

namespace aiva::app {

// What a running server says of itself: health, readiness, its figures against the guide's
// thresholds, its symptoms, and what is asked before launch. Reads its metrics twice, with
// `watch_seconds` between. Never fails: what cannot be reached is a finding.
std::vector<checkup::Finding> check_live(HttpClient& http, const cli::DoctorArguments& asked);

}  // namespace aiva::app
