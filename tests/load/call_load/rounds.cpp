#include "load/call_load/rounds.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <stdexcept>
#include <string_view>
#include <thread>
#include <utility>

#include "foundation/json.h"

namespace aiva::load {
namespace {

constexpr std::size_t callers_max = 5'000;
constexpr std::chrono::seconds quiet_max{30};

const json::Value& field_in(const Program::Reply& reply, std::string_view name) {
  const auto* data = reply.body.as_object().if_contains("data");
  if (reply.status != 201 || data == nullptr)
    throw std::runtime_error(fmt::format("{} {}", reply.status, json::to_text(reply.body)));
  return data->as_object().at(name);
}

std::string id_in(const Program::Reply& reply, std::string_view name) {
  return std::string(field_in(reply, name).as_string());
}

// The buckets of a histogram: how many observations were at most as large.
std::map<double, double> buckets_of(std::string_view metrics, const std::string& name) {
  std::map<double, double> buckets;
  auto head = name + "_bucket{le=\"";
  for (auto at = metrics.find(head); at != std::string_view::npos;
       at = metrics.find(head, at + 1)) {
    const char* bound = metrics.data() + at + head.size();
    char* end = nullptr;
    auto limit = std::strtod(bound, &end);  // "+Inf", too
    auto count = metrics.substr(metrics.find('}', at) + 2);
    buckets[limit] = std::strtod(std::string(count.substr(0, 40)).c_str(), nullptr);
  }
  return buckets;
}

}  // namespace

double late_ticks_percentile(const Snapshot& before, const Snapshot& after, double share) {
  auto since = [&before](double limit, double count) {
    auto found = before.late_ticks.find(limit);
    return count - (found == before.late_ticks.end() ? 0 : found->second);
  };
  if (after.late_ticks.empty()) return 0;
  auto all = since(after.late_ticks.rbegin()->first, after.late_ticks.rbegin()->second);
  double lower = 0;
  double below = 0;
  for (auto [limit, count] : after.late_ticks) {
    auto there = since(limit, count);
    if (there >= share * all)  // spread evenly within the bucket
      return std::isinf(limit) || there <= below
                 ? lower
                 : lower + (limit - lower) * (share * all - below) / (there - below);
    lower = limit;
    below = there;
  }
  return lower;
}

CallRounds::CallRounds(CallLoadOptions options, const std::filesystem::path& folder)
    : options_(std::move(options)), crossings_(callers_max) {
  std::vector<std::string> settings = {"AIVA_AUDIOSOCKET_PORT=0", "AIVA_VOICE_CALLS_MAX=20000",
                                       "AIVA_RTP_PORTS=20000-29999"};
  if (options_.is_realtime) {
    emulator_ = std::make_unique<RealtimeEmulator>(folder, crossings_, RealtimePace{});
    settings.insert(settings.end(), {"AIVA_VOICE_REALTIME_URL=" + emulator_->url(),
                                     "AIVA_VOICE_REALTIME_KEY=sk-test",
                                     "SSL_CERT_FILE=" + emulator_->certificate().string()});
  }
  program_ = std::make_unique<Program>(options_.program, folder / "data", options_.model_url,
                                       std::move(settings));
  if (program_->audiosocket_port() == 0) throw std::runtime_error("AIVA answers no calls");
  auto agent =
      fmt::format(R"({{"name":"Load","greeting":"{}","publish":true}})", options_.greeting);
  agent_ = id_in(program_->call("POST", "/api/agents", agent), "id");
}

std::vector<AnnouncedCall> CallRounds::announce(std::size_t calls) {
  bool is_rtp = options_.line == Line::rtp;
  auto body =
      fmt::format(R"({{"agent_id":"{}","provider":"{}"}})", agent_, is_rtp ? "rtp" : "audiosocket");
  std::vector<AnnouncedCall> sessions;
  while (sessions.size() < calls) {
    auto reply = program_->call("POST", "/api/calls", body);
    auto session = Uuid::parse(id_in(reply, "session_id"));
    if (!session) throw std::runtime_error("a call has no session");
    auto port = is_rtp ? static_cast<std::uint16_t>(field_in(reply, "rtp_port").as_int64())
                       : program_->audiosocket_port();
    sessions.push_back({.session = *session, .port = port});
  }
  return sessions;
}

CallPlan CallRounds::plan_for(std::size_t calls, std::size_t at_a_time) {
  return {.line = options_.line,
          .sessions = announce(calls),
          .at_a_time = at_a_time,
          .begin_every = options_.begin_every,
          .is_loud = options_.is_realtime,
          .measure = options_.measure};
}

Snapshot CallRounds::look() {
  Snapshot now;
  now.late_ticks = buckets_of(program_->metrics(), "aiva_voice_tick_lateness_seconds");
  now.resident_kb = program_->resident_kb();
  now.sockets = program_->open_sockets();
  now.threads = program_->cpu_seconds_of_threads();
  now.cpu_seconds = program_->cpu_seconds();
  return now;
}

// When AIVA has nothing to do any more, or does not come to rest.
Snapshot CallRounds::look_when_quiet() {
  constexpr std::chrono::milliseconds pause{500};
  auto until = std::chrono::steady_clock::now() + quiet_max;
  auto cpu = program_->cpu_seconds();
  while (std::chrono::steady_clock::now() < until) {
    std::this_thread::sleep_for(pause);
    if (program_->cpu_seconds() - cpu < 0.01) break;
    cpu = program_->cpu_seconds();
  }
  return look();
}

RoundOutcome CallRounds::talk(std::size_t calls) {
  RoundOutcome outcome;
  auto plan = plan_for(calls, calls);
  outcome.idle = look_when_quiet();
  double emulator_cpu = 0;
  plan.when_measuring_begins = [&] {
    if (emulator_) {
      emulator_->take_figures();
      emulator_cpu = emulator_->cpu_seconds();
    }
    outcome.before = look();
  };
  plan.when_measuring_ends = [&] {
    outcome.after.cpu_seconds = program_->cpu_seconds();
    auto cpu = outcome.after.cpu_seconds;
    outcome.after = look();
    outcome.after.cpu_seconds = cpu;
    if (!emulator_) return;
    outcome.realtime = emulator_->take_figures();
    outcome.emulator_cpu_seconds = emulator_->cpu_seconds() - emulator_cpu;
  };
  outcome.calls = Callers(std::move(plan), crossings_).run();
  outcome.ended = look_when_quiet();
  return outcome;
}

RoundOutcome CallRounds::soak() {
  RoundOutcome outcome;
  // What the first calls of all leave behind is no leak.
  auto warm_up = plan_for(options_.soak_at_a_time * 2, options_.soak_at_a_time);
  warm_up.lasts = options_.soak_lasts;
  Callers(std::move(warm_up), crossings_).run();
  auto plan = plan_for(options_.soak_calls, options_.soak_at_a_time);
  plan.lasts = options_.soak_lasts;
  outcome.idle = look_when_quiet();
  auto began = std::chrono::steady_clock::now();
  outcome.calls = Callers(std::move(plan), crossings_).run();
  outcome.calls.seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
  outcome.ended = look_when_quiet();
  return outcome;
}

}  // namespace aiva::load
