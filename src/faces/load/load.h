#pragma once

#include <functional>
#include <string_view>

#include "faces/load/plan.h"
#include "faces/load/report.h"
#include "foundation/result.h"

namespace aiva::load {

// Who follows a load; empty functions hear nothing.
struct Listener {
  std::function<void(std::string_view)> say{};
  std::function<void(const SecondLine&, std::string_view phase)> on_second{};
};

// Makes in the tenant of the key what the load needs, puts the load on, removes what was made
// unless the plan keeps it, and reports. A signal (INT, TERM) ends the load early. Fails with
// `invalid`, `unavailable`, or what the service says of the key. Once at a time in a process.
Result<Report> run_load(const Plan& plan, const Listener& listener);

}  // namespace aiva::load
