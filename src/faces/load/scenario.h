#pragma once

#include <chrono>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "foundation/result.h"

namespace aiva::load {

using Milliseconds = std::chrono::milliseconds;

// A stretch of a scenario, in which the number of users goes evenly from one to the other.
struct Phase {
  std::string name{};
  Milliseconds length{};
  double users_from = 0;
  double users_to = 0;
  bool is_warm_up = false;  // not counted
};

struct Scenario {
  std::string name{};
  std::string purpose{};
  std::vector<Phase> phases{};
  bool ends_at_failure = false;  // when the service has failed for a while
};

// The six of the capacity guide (S202 to S207).
std::span<const Scenario> all_scenarios();
// Null when there is none of that name.
const Scenario* find_scenario(std::string_view name);

Milliseconds length_of(const Scenario& scenario);
double users_most(const Scenario& scenario);
// With so many users at most and so long as a whole; all phases change in proportion.
Scenario scaled(Scenario scenario, std::optional<double> users, std::optional<Milliseconds> length);

// Where a scenario is at a time since its beginning.
struct Position {
  std::size_t phase = 0;
  double users = 0;
  bool is_over = false;
};
Position position_at(const Scenario& scenario, std::chrono::nanoseconds since_begin);

// Reads `90s`, `250ms`, `5m`, `2h` or a number of seconds. Fails with `invalid`.
Result<Milliseconds> parse_length(std::string_view text);

}  // namespace aiva::load
