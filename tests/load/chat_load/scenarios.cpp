#include "load/chat_load/scenarios.h"

#include <thread>
#include <utility>

namespace aiva::load {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds rest{500};  // between scenarios, for what goes on in the background
constexpr milliseconds waiting_spread{5'000};

}  // namespace

Scenarios::Scenarios(LoadOptions options, const std::filesystem::path& folder)
    : options_(std::move(options)), program_(options_.program, folder, model_.url()) {}

bool Scenarios::is_wanted(const std::string& name) const {
  return options_.only.empty() || options_.only == name;
}

std::vector<Outcome> Scenarios::run() {
  std::vector<Outcome> outcomes;
  auto add = [&outcomes](Outcome outcome) {
    outcomes.push_back(std::move(outcome));
    std::this_thread::sleep_for(rest);
  };
  if (is_wanted("turns")) add(whole_answers("turns", {}));
  if (is_wanted("search_turns")) {
    auto base = program_.make_base_with("Refunds are paid within 14 days of the return's arrival.");
    add(whole_answers("search_turns", base));
  }
  if (is_wanted("instant_streams")) add(instant_streams());
  if (is_wanted("paced_streams")) add(paced_streams());
  if (is_wanted("waiting_streams")) add(waiting_streams());
  return outcomes;
}

TalkPlan Scenarios::plan_for(std::vector<std::string> sessions) {
  return {.port = program_.port(),
          .token = program_.token(),
          .sessions = std::move(sessions),
          .time = options_.time};
}

Outcome Scenarios::measure(Outcome outcome, TalkPlan plan) {
  outcome.clients = plan.sessions.size();
  outcome.kb_before = program_.resident_kb();
  auto program_cpu = program_.cpu_seconds();
  auto model_cpu = model_.cpu_seconds();
  auto answers = model_.answers();
  plan.when_all_listen = plan.when_all_listen ? [this, &outcome] {
    std::this_thread::sleep_for(rest);
    outcome.kb_with_all = program_.resident_kb();
  } : std::function<void()>();
  outcome.talk = Talkers(std::move(plan)).run();
  outcome.program_cpu_seconds = program_.cpu_seconds() - program_cpu;
  outcome.model_cpu_seconds = model_.cpu_seconds() - model_cpu;
  outcome.model_answers = model_.answers() - answers;
  return outcome;
}

Outcome Scenarios::whole_answers(const std::string& name, const std::string& base) {
  model_.set_pace({});
  return measure({.name = name}, plan_for(program_.open_sessions(options_.talkers, base)));
}

Outcome Scenarios::instant_streams() {
  model_.set_pace({});
  auto plan = plan_for(program_.open_sessions(options_.talkers));
  plan.is_stream = true;
  return measure({.name = "instant_streams"}, std::move(plan));
}

// The clients begin one after the other over the time of an answer, as strangers do.
Outcome Scenarios::paced_streams() {
  model_.set_pace(
      {.first_word = options_.first_word, .between = options_.between, .words = options_.words});
  auto plan = plan_for(program_.open_sessions(options_.streams));
  plan.is_stream = true;
  plan.spread = options_.first_word + options_.between * options_.words;
  return measure({.name = "paced_streams"}, std::move(plan));
}

// The model says a word every two seconds, so that all of them are open at once.
Outcome Scenarios::waiting_streams() {
  model_.set_pace(
      {.first_word = options_.first_word, .between = std::chrono::seconds(2), .words = 1000});
  auto plan = plan_for(program_.open_sessions(options_.waiting));
  plan.is_stream = true;
  plan.spread = waiting_spread;
  plan.when_all_listen = [] {};
  return measure({.name = "waiting_streams"}, std::move(plan));
}

}  // namespace aiva::load
