#include "faces/load/load.h"

#include <fmt/format.h>
#include <sys/resource.h>

#include <memory>
#include <string>
#include <utility>

#include "faces/load/internal/engine.h"

namespace aiva::load {
namespace {

constexpr std::size_t other_descriptors = 64;
// Of a core; a generator that uses more measures itself.
constexpr double generator_share_max = 0.8;

Result<Endpoints> resolve(const Target& target) {
  asio::io_context loop;
  asio::ip::tcp::resolver resolver(loop);
  error_code error;
  auto found = resolver.resolve(target.host, target.port, error);
  Endpoints endpoints;
  for (const auto& entry : found) endpoints.push_back(entry.endpoint());
  if (error || endpoints.empty())
    return fail(ErrorCode::unavailable,
                fmt::format("The host {} is not known: {}", target.host, error.message()));
  return endpoints;
}

Result<void> allow_descriptors(std::size_t clients) {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
  if (clients + other_descriptors <= limit.rlim_cur) return {};
  return fail(ErrorCode::invalid,
              fmt::format("{} connections need more open files than the {} that are allowed "
                          "(ulimit -Hn)",
                          clients, limit.rlim_cur));
}

double cpu_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

std::string name_of(Ending ending) {
  switch (ending) {
    case Ending::whole: return "whole";
    case Ending::interrupted: return "interrupted";
    case Ending::service_failed: return "service_failed";
  }
  return {};
}

void add_notes(Report& report, const Engine& engine, std::chrono::duration<double> length) {
  if (engine.ending() == Ending::service_failed) {
    const auto& last = report.seconds.back();
    report.notes.push_back(
        fmt::format("The service failed after {} s, at {:.0f} users and {} requests in that second",
                    last.second, last.users, last.requests));
  }
  if (report.generator_cpu_seconds > generator_share_max * length.count())
    report.notes.emplace_back(
        "The generator used most of a core: these figures tell more of it than of the service");
  if (report.total.figures->outcomes[static_cast<std::size_t>(Outcome::rate_limited)] > 0)
    report.notes.emplace_back("The service holds its callers back (limits.principal_per_minute)");
}

Report measure(const Plan& plan, const Stage& stage, const Endpoints& endpoints,
               const Listener& listener, std::vector<std::string>& sessions) {
  auto on_second = [&](const SecondLine& line) {
    if (listener.on_second) listener.on_second(line, plan.scenario.phases[line.phase].name);
  };
  // Histograms are large.
  auto engine = std::make_unique<Engine>(plan, stage, endpoints, on_second);
  auto started_at = unix_ms_now();
  auto cpu_before = cpu_seconds();
  engine->run();
  auto report = make_report(plan, engine->tally(), engine->length());
  report.started_at = started_at;
  report.ending = name_of(engine->ending());
  report.generator_cpu_seconds = cpu_seconds() - cpu_before;
  report.generator_lag_p99_ms = static_cast<double>(engine->lag().percentile(0.99)) / 1000;
  add_notes(report, *engine, engine->length());
  sessions = engine->sessions();
  return report;
}

}  // namespace

Result<Report> run_load(const Plan& plan, const Listener& listener) {
  auto say = listener.say ? listener.say : [](std::string_view) {};
  TRY_VOID(allow_descriptors(plan.clients()));
  TRY(auto endpoints, resolve(plan.target));
  Caller caller(endpoints, RequestWriter(plan.target, plan.key));
  Stage stage;
  std::vector<std::string> sessions;
  auto built = build_stage(caller, plan, stage, say);
  Result<Report> report = fail(ErrorCode::internal, "There was no load");
  if (built)
    report = measure(plan, stage, endpoints, listener, sessions);
  else
    report = fail(std::move(built.error()));
  if (plan.keeps)
    say(fmt::format("Kept: knowledge base {}, agent {}, {} sessions", stage.base, stage.agent,
                    sessions.size()));
  else
    remove_stage(caller, stage, sessions, say);
  return report;
}

}  // namespace aiva::load
