#include "app/background_work.h"

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "app/agent_functions.h"
#include "app/call_parts.h"
#include "app/campaign_parts.h"
#include "app/chat_parts.h"
#include "app/commerce_parts.h"
#include "app/roles.h"
#include "app/uncounted.h"
#include "foundation/log.h"

namespace aiva::app {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using worker::ChoreScope;

worker::Chore release_dead_holds(Parts& parts) {
  constexpr UnixMs life_ms = std::chrono::milliseconds(hours(1)).count();
  return {"release credits held by dead work", minutes(5), [&parts](CallContext context) {
            auto made_before = parts.clock.unix_ms() - life_ms;
            return without_count(parts.billing->release_stale(context, made_before));
          }};
}

// Of the indexes this process keeps for itself.
std::vector<worker::Chore> index_chores(Parts& parts) {
  auto sweep = [](knowledge::Housekeeping& housekeeping) {
    return [&housekeeping](CallContext context) {
      return without_count(housekeeping.sweep_indexes(context));
    };
  };
  auto follow = [&documents = parts.knowledge->work()](CallContext context) {
    return without_count(documents.follow_others(context));
  };
  return {
      {"follow what others wrote", seconds(1), follow, ChoreScope::process},
      {"sweep indexes", hours(1), sweep(*parts.housekeeping), ChoreScope::process},
      {"sweep indexes of products", hours(1), sweep(*parts.product_housekeeping),
       ChoreScope::process},
  };
}

std::vector<worker::Chore> history_chores(const Config& config, Parts& parts) {
  if (config.search.history_days == 0) return {};
  std::chrono::days age(config.search.history_days);
  return {{"remove old searches", hours(1),
           [&history = *parts.history, age](CallContext context) {
             return without_count(history.remove_older(context, age));
           }},
          {"remove old searches for images", hours(1),
           [&images = *parts.images, age](CallContext context) {
             return without_count(images.remove_old_searches(context, age));
           }}};
}

std::vector<worker::Chore> webhook_chores(const Config& config, Parts& parts) {
  auto& webhooks = *parts.webhooks;
  auto deliver = [&webhooks](CallContext context) { return webhooks.deliver(context); };
  return {// Deliveries are leased one by one.
          {"deliver webhooks", seconds(1), deliver, ChoreScope::process},
          {"remove old webhook events", hours(1),
           [&webhooks, age = hours(24 * config.webhooks.keep_days)](CallContext context) {
             return without_count(webhooks.remove_older(context, age));
           }}};
}

std::vector<worker::Chore> row_chores(Parts& parts) {
  auto& housekeeping = *parts.housekeeping;
  auto& documents = parts.knowledge->work();
  auto& identity = *parts.identity;
  auto& images = *parts.images;
  return {
      {"requeue stranded documents", minutes(1),
       [&](CallContext context) { return without_count(housekeeping.requeue_stranded(context)); }},
      {"sweep files", hours(1),
       [&](CallContext context) { return without_count(housekeeping.sweep_files(context)); }},
      {"remove unfinished uploads", hours(6),
       [&objects = *parts.objects](CallContext context) {
         return without_count(objects.remove_unfinished(context));
       }},
      {"sweep image files", hours(1),
       [&](CallContext context) { return without_count(images.sweep_files(context)); }},
      {"re-index what another model embedded", hours(24),
       [&](CallContext context) { return without_count(documents.reindex_other_models(context)); }},
      {"remove expired sessions", hours(1),
       [&](CallContext context) { return without_count(identity.remove_expired(context)); }},
      release_dead_holds(parts),
      {"forget idempotency keys", minutes(10),
       [&parts](CallContext context) {
         return without_count(parts.idempotency->remove_expired(context));
       }},
      {"sum up usage", minutes(1), [&parts](CallContext context) {
         return without_count(parts.billing->usage().add_up(context));
       }}};
}

// Those of the fleet are done by one of all processes with jobs (docs/decisions/0041).
std::vector<worker::Chore> make_chores(const Config& config, Parts& parts, bool does_jobs) {
  auto duties = duties_of(config);
  std::vector<worker::Chore> chores;
  auto add = [&chores](std::vector<worker::Chore> more) {
    for (auto& chore : more) chores.push_back(std::move(chore));
  };
  if (duties.has_index()) add(index_chores(parts));
  if (duties.has_calls) add(own_call_chores(parts));
  if (duties.has_calls) add(campaign_chores(parts));
  if (!does_jobs) return chores;
  add(row_chores(parts));
  add(webhook_chores(config, parts));
  add(function_chores(config, parts));
  add(chat_chores(config, parts));
  add(call_chores(config, parts));
  add(commerce_chores(config, parts));
  add(history_chores(config, parts));
  return chores;
}

std::map<std::string, worker::JobHandler> make_handlers(Parts& parts) {
  auto& documents = parts.knowledge->work();
  std::map<std::string, worker::JobHandler> handlers;
  for (auto kind :
       {knowledge::ingest_job_kind, knowledge::recognise_job_kind, knowledge::reindex_job_kind})
    handlers[kind] = [&documents](CallContext context, Job job) {
      return documents.run(context, std::move(job));
    };
  handlers[crawl::crawl_job_kind] = [&crawler = *parts.crawler](CallContext context, Job job) {
    return crawler.run(context, std::move(job));
  };
  handlers[std::string(chat::upkeep_job_kind)] = [&upkeep = *parts.chat_upkeep](CallContext context,
                                                                                Job job) {
    return upkeep.run(context, std::move(job));
  };
  handlers[images::figures_job_kind] = [&images = *parts.images](CallContext context, Job job) {
    return images.run(context, std::move(job));
  };
  handlers[functions::call_job_kind] = [&functions = *parts.functions](CallContext context,
                                                                       Job job) {
    return functions.run(context, std::move(job));
  };
  for (auto kind : {commerce::sync_job_kind, commerce::images_job_kind, commerce::events_job_kind})
    handlers[kind] = [&syncs = parts.commerce->syncs()](CallContext context, Job job) {
      return syncs.run(context, std::move(job));
    };
  return handlers;
}

// Of whom the leases are that end when this process starts.
std::optional<std::string> forfeits_of(const Config& config) {
  if (is_alone_at_work(config)) return "";
  if (config.worker.name.empty()) return std::nullopt;
  return config.worker.name + "/";
}

}  // namespace

std::vector<std::string> all_job_kinds() {
  return {knowledge::ingest_job_kind,         knowledge::recognise_job_kind,
          knowledge::reindex_job_kind,        crawl::crawl_job_kind,
          std::string(chat::upkeep_job_kind), images::figures_job_kind,
          functions::call_job_kind,           commerce::sync_job_kind,
          commerce::images_job_kind,          commerce::events_job_kind};
}

void end_what_died(Parts& parts) {
  auto warn = [](const char* what, const auto& outcome) {
    if (!outcome) log::failure(what, {}, outcome.error());
  };
  warn("Credits of dead work are released later",
       sync_wait(parts.billing->release_stale({}, parts.clock.unix_ms())));
  warn("Keys of dead requests are freed later", sync_wait(parts.idempotency->release_running({})));
  warn("Turns that died are ended later", sync_wait(parts.chat->recover_turns({}, true)));
  recover_calls(parts);
}

std::unique_ptr<worker::Worker> make_worker(const Config& config, Parts& parts) {
  bool does_jobs = duties_of(config).has_jobs && config.worker.concurrency > 0;
  auto concurrency = does_jobs ? static_cast<std::size_t>(config.worker.concurrency) : 0;
  worker::WorkerOptions options{.name = worker_name(config),
                                .concurrency = concurrency,
                                .lease = seconds(config.worker.lease_s)};
  if (does_jobs) options.forfeits = forfeits_of(config);
  worker::WorkerParts needs{.queue = *parts.jobs,
                            .clock = parts.clock,
                            .metrics = parts.metrics,
                            .handlers = {},
                            .chores = make_chores(config, parts, does_jobs)};
  needs.tracer = &parts.telemetry->tracer();
  if (does_jobs) needs.handlers = make_handlers(parts);
  if (!is_alone_at_work(config)) needs.schedules = parts.schedules.get();
  return worker::make_worker(std::move(options), std::move(needs));
}

}  // namespace aiva::app
