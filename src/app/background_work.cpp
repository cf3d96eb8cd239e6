#include "app/background_work.h"

#include <unistd.h>

#include <chrono>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "app/agent_functions.h"
#include "app/call_parts.h"
#include "app/campaign_parts.h"
#include "app/chat_parts.h"
#include "app/commerce_parts.h"
#include "app/database_parts.h"
#include "app/uncounted.h"
#include "foundation/crypto.h"
#include "foundation/log.h"

namespace aiva::app {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

worker::Chore release_dead_holds(Parts& parts) {
  constexpr UnixMs life_ms = std::chrono::milliseconds(hours(1)).count();
  return {"release credits held by dead work", minutes(5), [&parts](CallContext context) {
            auto made_before = parts.clock.unix_ms() - life_ms;
            return without_count(parts.billing->release_stale(context, made_before));
          }};
}

std::vector<worker::Chore> make_chores(const Config& config, Parts& parts) {
  auto& housekeeping = *parts.housekeeping;
  auto& documents = parts.knowledge->work();
  auto& identity = *parts.identity;
  auto& images = *parts.images;
  std::vector<worker::Chore> chores{
      {"requeue stranded documents", minutes(1),
       [&](CallContext context) { return without_count(housekeeping.requeue_stranded(context)); }},
      {"sweep files", hours(1),
       [&](CallContext context) { return without_count(housekeeping.sweep_files(context)); }},
      {"sweep indexes", hours(1),
       [&](CallContext context) { return without_count(housekeeping.sweep_indexes(context)); }},
      {"sweep image files", hours(1),
       [&](CallContext context) { return without_count(images.sweep_files(context)); }},
      {"re-index what another model embedded", hours(24),
       [&](CallContext context) { return without_count(documents.reindex_other_models(context)); }},
      {"remove expired sessions", hours(1),
       [&](CallContext context) { return without_count(identity.remove_expired(context)); }}};
  chores.push_back(release_dead_holds(parts));
  chores.push_back({"forget idempotency keys", minutes(10), [&parts](CallContext context) {
                      return without_count(parts.idempotency->remove_expired(context));
                    }});
  chores.push_back({"sum up usage", minutes(1), [&parts](CallContext context) {
                      return without_count(parts.billing->usage().add_up(context));
                    }});
  chores.push_back(
      {"deliver webhooks", seconds(1),
       [&webhooks = *parts.webhooks](CallContext context) { return webhooks.deliver(context); }});
  chores.push_back(
      {"remove old webhook events", hours(1),
       [&webhooks = *parts.webhooks, age = hours(24 * config.webhooks.keep_days)](
           CallContext context) { return without_count(webhooks.remove_older(context, age)); }});
  for (auto& chore : function_chores(config, parts)) chores.push_back(std::move(chore));
  for (auto& chore : chat_chores(config, parts)) chores.push_back(std::move(chore));
  for (auto& chore : call_chores(config, parts)) chores.push_back(std::move(chore));
  for (auto& chore : campaign_chores(parts)) chores.push_back(std::move(chore));
  for (auto& chore : commerce_chores(config, parts)) chores.push_back(std::move(chore));
  if (config.search.history_days == 0) return chores;
  std::chrono::days age(config.search.history_days);
  chores.push_back(
      {"remove old searches", hours(1), [&history = *parts.history, age](CallContext context) {
         return without_count(history.remove_older(context, age));
       }});
  chores.push_back(
      {"remove old searches for images", hours(1), [&images, age](CallContext context) {
         return without_count(images.remove_old_searches(context, age));
       }});
  return chores;
}

}  // namespace

// Whoever makes a worker holds the ServeLock of the data folder, and with it the rows, unless they
// lie in a database that others share.
std::unique_ptr<worker::Worker> make_worker(const Config& config, Parts& parts) {
  bool is_alone = has_own_rows(config);
  auto ended = sync_wait(parts.chat->recover_turns({}, is_alone));
  if (!ended) log::failure("Turns that died are ended later", {}, ended.error());
  if (is_alone) recover_calls(parts);
  auto name = std::to_string(getpid()) + "-" + random_token(6);
  worker::WorkerOptions options{.name = std::move(name),
                                .concurrency = static_cast<std::size_t>(config.worker.concurrency),
                                .lease = seconds(config.worker.lease_s),
                                .is_alone = is_alone};
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
  return worker::make_worker(options, {.queue = *parts.jobs,
                                       .clock = parts.clock,
                                       .metrics = parts.metrics,
                                       .handlers = std::move(handlers),
                                       .chores = make_chores(config, parts)});
}

}  // namespace aiva::app
