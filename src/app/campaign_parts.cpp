#include "app/campaign_parts.h"

#include <chrono>

#include "app/outgoing_events.h"
#include "faces/http_dialler/http_dialler.h"

namespace aiva::app {

void build_campaigns(const Config& config, Parts& parts) {
  auto& database = *parts.database;
  auto& audit_log = parts.identity->audit_log();
  parts.campaigns = campaigns::make_campaigns({.database = database,
                                               .agents = parts.agents->active(),
                                               .audit_log = audit_log,
                                               .clock = parts.clock});
  parts.do_not_call = campaigns::make_do_not_call({.database = database,
                                                   .calls = *parts.call_log,
                                                   .audit_log = audit_log,
                                                   .clock = parts.clock});
  const auto& settings = config.campaigns;
  if (!settings.dialler_url.empty()) {
    parts.http_dialler = http_dialler::make_http_dialler(
        {*parts.http, *parts.call_records, parts.clock, parts.pause},
        {.url = settings.dialler_url, .secret = settings.dialler_secret});
    parts.dialler.use(parts.http_dialler.get());
  }
  parts.campaign_runner =
      campaigns::make_runner({.database = database,
                              .calls = *parts.call_log,
                              .dialler = parts.dialler,
                              .clock = parts.clock,
                              .metrics = parts.metrics,
                              .listener = tell_of_campaigns(parts.webhooks->outbox())},
                             {.dials_max = static_cast<std::size_t>(settings.dials_max)});
}

std::vector<worker::Chore> campaign_chores(Parts& parts) {
  return {{"call contacts of campaigns", std::chrono::seconds(1),
           [&runner = *parts.campaign_runner](CallContext context) {
             return runner.turn(std::move(context));
           },
           worker::ChoreScope::process}};
}

}  // namespace aiva::app
