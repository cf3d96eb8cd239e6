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
  auto& active = parts.agents->active();
  parts.call_log = voice::make_call_log({.database = *parts.database,
                                         .agents = active,
                                         .billing = *parts.billing,
                                         .clock = parts.clock},
                                        {.least_to_start = billing::gates::call});
  parts.call_records = voice::make_call_records(
      {.database = *parts.database, .agents = active, .clock = parts.clock});
  parts.numbers = voice::make_numbers({.database = *parts.database,
                                       .agents = active,
                                       .audit_log = parts.identity->audit_log(),
                                       .clock = parts.clock});
}

void recover_calls(Parts& parts) {
  auto ended = sync_wait(parts.call_log->recover({}, 0));
  if (!ended) log::failure("Calls that died are ended later", {}, ended.error());
}

std::vector<worker::Chore> call_chores(Parts& parts) {
  return {
      {"end dead calls", std::chrono::minutes(1), [&log = *parts.call_log](CallContext context) {
         return without_count(log.recover(context, quiet.count()));
       }}};
}

}  // namespace aiva::app
