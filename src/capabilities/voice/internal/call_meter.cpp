#include "capabilities/voice/internal/call_meter.h"

#include <algorithm>
#include <array>

namespace aiva::voice {
namespace {

constexpr const char* operation = "call";
constexpr std::int64_t second_ms = 1000;
constexpr std::int64_t seconds_per_minute = 60;

}  // namespace

billing::MicroUsd cost_of(std::int64_t ms, billing::MicroUsd per_minute) {
  auto seconds = (ms + second_ms - 1) / second_ms;
  return (seconds * per_minute + seconds_per_minute - 1) / seconds_per_minute;
}

std::string CallMeter::reference(std::int64_t starts_ms) const {
  return call_.id.to_string() + ":" + std::to_string(starts_ms / prices_.metered_ms + 1);
}

Result<void> CallMeter::hold(std::int64_t until_ms) {
  state_.held_ms = std::max(state_.held_ms, state_.metered_ms);
  while (state_.held_ms < until_ms) {
    TRY_VOID(billing_.reserve(sql_, call_.tenant,
                              {.operation = operation,
                               .reference = reference(state_.held_ms),
                               .amount = cost_of(prices_.metered_ms, prices_.per_minute),
                               .agent = call_.agent}));
    state_.held_ms += prices_.metered_ms;
  }
  return {};
}

Result<void> CallMeter::take(std::int64_t until_ms) {
  auto base =
      cost_of(until_ms, prices_.per_minute) - cost_of(state_.metered_ms, prices_.per_minute);
  auto part = reference(state_.metered_ms);
  std::array charges{billing::Charge{
      .operation = operation, .reference = part, .base = base, .agent = call_.agent}};
  TRY(auto taken, billing_.settle(sql_, call_.tenant, part, charges));
  state_.base_cost += base;
  state_.final_cost += taken;
  state_.metered_ms = until_ms;
  return {};
}

Result<void> CallMeter::take_whole_parts(std::int64_t elapsed_ms) {
  while (state_.metered_ms + prices_.metered_ms <= elapsed_ms)
    TRY_VOID(take(state_.metered_ms + prices_.metered_ms));
  return {};
}

Result<void> CallMeter::take_rest(std::int64_t duration_ms) {
  TRY_VOID(take_whole_parts(duration_ms));
  auto part_begins = state_.metered_ms;
  if (part_begins >= duration_ms) return release_from(part_begins);
  TRY_VOID(take(duration_ms));
  return release_from(part_begins + prices_.metered_ms);
}

Result<void> CallMeter::release_rest() { return release_from(state_.metered_ms); }

Result<void> CallMeter::release_from(std::int64_t part_begins) {
  for (; part_begins < state_.held_ms; part_begins += prices_.metered_ms)
    TRY_VOID(billing_.release(sql_, call_.tenant, reference(part_begins)));
  state_.held_ms = state_.metered_ms;
  return {};
}

}  // namespace aiva::voice
