#include "app/call_parts.h"

#include <chrono>

#include "app/uncounted.h"
#include "capabilities/billing/prices.h"
#include "foundation/log.h"

namespace aiva::app {
namespace {

// A call that lives is metered at least every minute.
constexpr std::chrono::milliseconds quiet = std::chrono::minutes(5);

}  // namespace

void build_calls(Parts& parts) {
  auto& database = *parts.database;
  auto& active = parts.agents->active();
  auto& audit_log = parts.identity->audit_log();
  parts.call_log = voice::make_call_log(
      {.database = database, .agents = active, .billing = *parts.billing, .clock = parts.clock},
      {.least_to_start = billing::gates::call});
  parts.call_records =
      voice::make_call_records({.database = database, .agents = active, .clock = parts.clock});
  parts.visitor_calls = voice::make_visitor_calls(database, *parts.call_log, parts.clock);
  parts.numbers = voice::make_numbers(
      {.database = database, .agents = active, .audit_log = audit_log, .clock = parts.clock});
  parts.flows = voice::make_flows(
      {.database = database, .agents = active, .audit_log = audit_log, .clock = parts.clock});
  parts.segments = voice::make_segments(
      {.database = database, .agents = active, .audit_log = audit_log, .clock = parts.clock});
  parts.spoken_cache = voice::make_spoken_cache(database, parts.clock);
}

void recover_calls(Parts& parts) {
  auto ended = sync_wait(parts.call_log->recover({}, 0));
  if (!ended) log::failure("Calls that died are ended later", {}, ended.error());
}

std::vector<worker::Chore> call_chores(Parts& parts) {
  auto end_dead = [&log = *parts.call_log](CallContext context) {
    return without_count(log.recover(context, quiet.count()));
  };
  auto forget_flows = [&flows = *parts.flows](CallContext context) {
    return without_count(flows.forget_old_sessions(context));
  };
  return {{"end dead calls", std::chrono::minutes(1), end_dead},
          {"forget old sessions of flows", std::chrono::hours(1), forget_flows}};
}

}  // namespace aiva::app
