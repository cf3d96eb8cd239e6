// Puts chat turns on AIVA over a model that answers at once or at a given pace, with clients that
// cost little, and prints what AIVA did and what it cost, that of model and clients apart.
// usage: chat_load [--program FILE] [--seconds N] [--talkers N] [--streams N] [--waiting N]
//                  [--first-word-ms N] [--word-ms N] [--words N] [--only SCENARIO]
//        chat_load --only model: only the model, at the pace, until standard input ends
//        ends with 1 when a turn failed
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string>
#include <string_view>

#include "load/chat_load/scenarios.h"
#include "ports/testing/temporary_folder.h"

namespace {

using aiva::load::LoadOptions;
using aiva::load::Outcome;

bool read(LoadOptions& options, std::string_view name, const char* value) {
  auto number = std::strtol(value, nullptr, 10);
  if (name == "--program")
    options.program = value;
  else if (name == "--only")
    options.only = value;
  else if (name == "--seconds")
    options.time = std::chrono::seconds(number);
  else if (name == "--talkers")
    options.talkers = static_cast<std::size_t>(number);
  else if (name == "--streams")
    options.streams = static_cast<std::size_t>(number);
  else if (name == "--waiting")
    options.waiting = static_cast<std::size_t>(number);
  else if (name == "--first-word-ms")
    options.first_word = std::chrono::milliseconds(number);
  else if (name == "--word-ms")
    options.between = std::chrono::milliseconds(number);
  else if (name == "--words")
    options.words = static_cast<int>(number);
  else
    return false;
  return true;
}

double percentile(std::vector<double> values, double share) {
  if (values.empty()) return 0;
  std::ranges::sort(values);
  auto rank = static_cast<std::size_t>(std::ceil(share * static_cast<double>(values.size())));
  return values[std::max<std::size_t>(rank, 1) - 1];
}

void print_times(const char* what, const std::vector<double>& values) {
  if (values.empty()) return;
  std::printf("  %-24s p50 %8.2f  p95 %8.2f  p99 %8.2f ms\n", what, percentile(values, 0.5),
              percentile(values, 0.95), percentile(values, 0.99));
}

void print(const Outcome& outcome) {
  const auto& talk = outcome.talk;
  std::printf("%s: %zu clients, %lld turns in %.1f s\n", outcome.name.c_str(), outcome.clients,
              static_cast<long long>(talk.turns), talk.seconds);
  auto turns = static_cast<double>(talk.turns);
  auto answers = std::max(static_cast<double>(outcome.model_answers), 1.0);
  if (talk.turns > 0) {
    auto each_ms = outcome.program_cpu_seconds * 1e3 / turns;
    std::printf("  turns                    %8.0f /s\n", turns / talk.seconds);
    std::printf("  AIVA                     %8.3f ms CPU a turn: %.0f turns/s on two cores\n",
                each_ms, 2e3 / each_ms);
    std::printf("  clients, model           %8.3f, %.3f ms CPU a turn\n",
                talk.cpu_seconds * 1e3 / turns, outcome.model_cpu_seconds * 1e3 / answers);
    print_times("whole turn", talk.turn_ms);
  }
  std::printf("  cores in use             %8.2f AIVA, %.2f clients, %.2f model\n",
              outcome.program_cpu_seconds / talk.seconds, talk.cpu_seconds / talk.seconds,
              outcome.model_cpu_seconds / talk.seconds);
  print_times("added to the first words", talk.added_ms);
  if (outcome.kb_with_all > 0)
    std::printf("  resident                 %8.1f kB a stream, from %lld to %lld kB\n",
                static_cast<double>(outcome.kb_with_all - outcome.kb_before) /
                    static_cast<double>(outcome.clients),
                static_cast<long long>(outcome.kb_before),
                static_cast<long long>(outcome.kb_with_all));
  for (const auto& failure : talk.failures) std::printf("  failed: %s\n", failure.c_str());
}

// For others who have AIVA ask it.
int serve_model(const LoadOptions& options) {
  aiva::load::ModelEmulator model;
  model.set_pace(
      {.first_word = options.first_word, .between = options.between, .words = options.words});
  std::printf("{\"url\":\"%s\"}\n", model.url().c_str());
  std::fflush(stdout);
  while (std::getchar() != EOF) {
  }
  std::printf("{\"answers\":%lld,\"cpu_seconds\":%.2f}\n", static_cast<long long>(model.answers()),
              model.cpu_seconds());
  return 0;
}

int run(const LoadOptions& options) {
  aiva::load::allow_many_descriptors();
  if (options.only == "model") return serve_model(options);
  aiva::TemporaryFolder folder;
  aiva::load::Scenarios scenarios(options, folder.path());
  std::fprintf(stderr, "aiva is process %d\n", static_cast<int>(scenarios.process()));
  auto outcomes = scenarios.run();
  for (const auto& outcome : outcomes) print(outcome);
  bool is_well = !outcomes.empty() && std::ranges::all_of(outcomes, [](const Outcome& outcome) {
    return outcome.talk.failures.empty();
  });
  return is_well ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  LoadOptions options;
  for (int i = 1; i < argc; i += 2) {
    if (i + 1 == argc || !read(options, argv[i], argv[i + 1])) {
      std::fprintf(stderr, "what is %s?\n", argv[i]);
      return 2;
    }
  }
  try {
    return run(options);
  } catch (const std::exception& exception) {
    std::fprintf(stderr, "%s\n", exception.what());
    return 1;
  }
}
