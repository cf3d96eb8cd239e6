#include "faces/load/scenario.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <utility>

namespace aiva::load {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr Milliseconds length_max = hours(24 * 31);

Phase warm_up(Milliseconds length, double users) {
  return {.name = "warm up", .length = length, .users_to = users, .is_warm_up = true};
}

Phase hold(std::string name, Milliseconds length, double users) {
  return {.name = std::move(name), .length = length, .users_from = users, .users_to = users};
}

Scenario steady(std::string name, std::string purpose, double users, Milliseconds ramp,
                Milliseconds whole) {
  auto main = hold(name, whole - ramp, users);
  return {.name = std::move(name),
          .purpose = std::move(purpose),
          .phases = {warm_up(ramp, users), std::move(main)}};
}

Scenario stress() {
  constexpr int step = 50;
  constexpr int users_last = 1000;
  Scenario scenario{.name = "stress",
                    .purpose = "50 users more each minute, until the service fails",
                    .phases = {warm_up(minutes(1), step)},
                    .ends_at_failure = true};
  for (int users = step; users <= users_last; users += step)
    scenario.phases.push_back(hold(fmt::format("{} users", users), minutes(1), users));
  return scenario;
}

Scenario spike() {
  constexpr double users = 50;
  constexpr double most = 10 * users;
  constexpr auto jump = seconds(10);
  return {.name = "spike",
          .purpose = "ten times the normal load within ten seconds, and back",
          .phases = {warm_up(minutes(1), users), hold("before", minutes(4), users),
                     Phase{.name = "up", .length = jump, .users_from = users, .users_to = most},
                     hold("spike", minutes(5), most),
                     Phase{.name = "down", .length = jump, .users_from = most, .users_to = users},
                     hold("after", minutes(5), users)}};
}

std::vector<Scenario> make_scenarios() {
  std::vector<Scenario> made;
  made.push_back(steady("baseline", "10 users for half an hour: what to compare with", 10,
                        minutes(1), minutes(30)));
  made.push_back(steady("normal", "50 users for an hour", 50, minutes(2), hours(1)));
  made.push_back(steady("peak", "200 users for half an hour", 200, minutes(5), minutes(30)));
  made.push_back(stress());
  made.push_back(spike());
  made.push_back(
      steady("endurance", "the normal load for a day: what leaks", 50, minutes(5), hours(24)));
  return made;
}

}  // namespace

std::span<const Scenario> all_scenarios() {
  static const auto scenarios = make_scenarios();
  return scenarios;
}

const Scenario* find_scenario(std::string_view name) {
  auto found = std::ranges::find(all_scenarios(), name, &Scenario::name);
  return found == all_scenarios().end() ? nullptr : &*found;
}

Milliseconds length_of(const Scenario& scenario) {
  Milliseconds sum{};
  for (const auto& phase : scenario.phases) sum += phase.length;
  return sum;
}

double users_most(const Scenario& scenario) {
  double most = 0;
  for (const auto& phase : scenario.phases)
    most = std::max({most, phase.users_from, phase.users_to});
  return most;
}

Scenario scaled(Scenario scenario, std::optional<double> users,
                std::optional<Milliseconds> length) {
  double more_users = users ? *users / users_most(scenario) : 1;
  double longer = length ? std::chrono::duration<double>(*length) /
                               std::chrono::duration<double>(length_of(scenario))
                         : 1;
  for (auto& phase : scenario.phases) {
    phase.users_from *= more_users;
    phase.users_to *= more_users;
    auto milliseconds = std::llround(static_cast<double>(phase.length.count()) * longer);
    phase.length = Milliseconds(std::max(milliseconds, 1LL));
  }
  return scenario;
}

Position position_at(const Scenario& scenario, std::chrono::nanoseconds since_begin) {
  std::chrono::nanoseconds begin{};
  for (std::size_t i = 0; i < scenario.phases.size(); ++i) {
    const auto& phase = scenario.phases[i];
    if (since_begin < begin + phase.length) {
      auto gone = std::chrono::duration<double>(since_begin - begin) /
                  std::chrono::duration<double>(phase.length);
      return {.phase = i, .users = std::lerp(phase.users_from, phase.users_to, gone)};
    }
    begin += phase.length;
  }
  return {.phase = scenario.phases.size() - 1, .is_over = true};
}

Result<Milliseconds> parse_length(std::string_view text) {
  constexpr std::array<std::pair<std::string_view, double>, 5> units{
      {{"", 1000}, {"ms", 1}, {"s", 1000}, {"m", 60'000}, {"h", 3'600'000}}};
  double number = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  auto unit = text.substr(static_cast<std::size_t>(end - text.data()));
  auto known = std::ranges::find(units, unit, &std::pair<std::string_view, double>::first);
  if (error != std::errc() || known == units.end() || !(number >= 0) ||
      number * known->second > static_cast<double>(length_max.count()))
    return fail(
        ErrorCode::invalid,
        fmt::format("\"{}\" is no length of time: 250ms, 90s, 5m, 2h; at most 31 days", text));
  return Milliseconds(std::llround(number * known->second));
}

}  // namespace aiva::load
