#include "app/call_parts.h"

#include <chrono>
#include <utility>

#include "app/deepgram_parts.h"
#include "app/uncounted.h"
#include "capabilities/billing/prices.h"
#include "foundation/log.h"

namespace aiva::app {
namespace {

// A call that lives is metered at least every minute.
constexpr std::chrono::milliseconds quiet = std::chrono::minutes(5);
constexpr std::chrono::minutes place_time_more{10};  // a call may wait to begin and to end

std::vector<worker::Chore> recording_chores(const Config& config, Parts& parts) {
  auto& recordings = *parts.recordings;
  std::vector<worker::Chore> chores{
      {"remove files of recordings", std::chrono::seconds(10), [&recordings](CallContext context) {
         return without_count(recordings.remove_files(context));
       }}};
  if (config.voice.recordings_days == 0) return chores;
  chores.push_back(
      {"forget old recordings", std::chrono::hours(1),
       [&recordings, age = std::chrono::days(config.voice.recordings_days)](CallContext context) {
         return without_count(recordings.remove_older(context, age));
       }});
  return chores;
}

// Processes that share a cache follow each other's calls.
void build_call_places(const Config& config, Parts& parts) {
  auto lifetime = std::chrono::seconds(config.voice.duration_max_s) + place_time_more;
  parts.call_places =
      std::make_unique<voice::CallPlaces>(*parts.cache, config.server.advertised_url, lifetime);
  if (config.cache.provider != "redis") return;
  auto opened = open_sockets(config.voice, parts);
  if (!opened) log::failure("Calls of other processes cannot be followed", {}, opened.error());
}

}  // namespace

void build_calls(const Config& config, Parts& parts) {
  auto& database = *parts.database;
  auto& active = parts.agents->active();
  auto& audit_log = parts.identity->audit_log();
  parts.call_log = voice::make_call_log(
      {.database = database, .agents = active, .billing = *parts.billing, .clock = parts.clock},
      {.least_to_start = billing::gates::call});
  parts.call_records =
      voice::make_call_records({.database = database, .agents = active, .clock = parts.clock});
  parts.call_search = voice::make_call_search(database, *parts.conversation_search);
  parts.visitor_calls = voice::make_visitor_calls(database, *parts.call_log, parts.clock);
  parts.recordings = voice::make_recordings({.database = database,
                                             .objects = *parts.objects,
                                             .audit_log = audit_log,
                                             .clock = parts.clock,
                                             .metrics = parts.metrics});
  parts.numbers = voice::make_numbers(
      {.database = database, .agents = active, .audit_log = audit_log, .clock = parts.clock});
  parts.flows = voice::make_flows(
      {.database = database, .agents = active, .audit_log = audit_log, .clock = parts.clock});
  parts.segments = voice::make_segments(
      {.database = database, .agents = active, .audit_log = audit_log, .clock = parts.clock});
  parts.spoken_cache = voice::make_spoken_cache(database, parts.clock);
  build_call_places(config, parts);
  build_supervision(parts);
}

void build_supervision(Parts& parts) {
  parts.supervision = voice::make_supervision({.database = *parts.database,
                                               .audit_log = parts.identity->audit_log(),
                                               .log = *parts.call_log,
                                               .records = *parts.call_records,
                                               .calls = parts.calls.get(),
                                               .places = parts.call_places.get()});
}

void recover_calls(Parts& parts) {
  auto ended = sync_wait(parts.call_log->recover({}, 0));
  if (!ended) log::failure("Calls that died are ended later", {}, ended.error());
  auto finished = sync_wait(parts.recordings->recover({}));
  if (!finished) log::failure("Recordings are finished later", {}, finished.error());
}

// What was being written lies on the disk of the process that had the call.
std::vector<worker::Chore> own_call_chores(Parts& parts) {
  return {{"finish recordings of dead calls", std::chrono::minutes(1),
           [&recordings = *parts.recordings](CallContext context) {
             return without_count(recordings.recover(context));
           },
           worker::ChoreScope::process}};
}

std::vector<worker::Chore> call_chores(const Config& config, Parts& parts) {
  auto end_dead = [&log = *parts.call_log](CallContext context) {
    return without_count(log.recover(context, quiet.count()));
  };
  auto forget_flows = [&flows = *parts.flows](CallContext context) {
    return without_count(flows.forget_old_sessions(context));
  };
  std::vector<worker::Chore> chores{
      {"end dead calls", std::chrono::minutes(1), end_dead},
      {"forget old sessions of flows", std::chrono::hours(1), forget_flows}};
  for (auto& chore : recording_chores(config, parts)) chores.push_back(std::move(chore));
  if (config.voice.calls_days == 0) return chores;
  chores.push_back(
      {"forget old calls", std::chrono::hours(1),
       [&records = *parts.call_records, age = std::chrono::days(config.voice.calls_days)](
           CallContext context) { return without_count(records.remove_older(context, age)); }});
  return chores;
}

}  // namespace aiva::app
