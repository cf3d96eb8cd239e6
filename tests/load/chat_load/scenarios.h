#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "load/chat_load/model_emulator.h"
#include "load/chat_load/program.h"
#include "load/chat_load/talkers.h"

namespace aiva::load {

struct LoadOptions {
  std::filesystem::path program = "build/release/bin/aiva";
  std::chrono::milliseconds time{10'000};
  std::size_t talkers = 64;
  std::size_t streams = 200;
  std::size_t waiting = 5000;
  std::chrono::milliseconds first_word{300};  // of the model that takes its time
  std::chrono::milliseconds between{20};
  int words = 60;
  std::string only{};  // the name of one scenario; empty: all
};

// What came of a scenario, and what it cost whom.
struct Outcome {
  std::string name{};
  std::size_t clients = 0;
  TalkFigures talk{};
  double program_cpu_seconds = 0;
  double model_cpu_seconds = 0;
  std::int64_t model_answers = 0;
  std::int64_t kb_before = 0;
  std::int64_t kb_with_all = 0;  // while all streams are open
};

// Runs one scenario after the other and tells of each when it has ended.
class Scenarios {
 public:
  explicit Scenarios(LoadOptions options, const std::filesystem::path& folder);
  std::vector<Outcome> run();
  [[nodiscard]] pid_t process() const { return program_.process(); }

 private:
  [[nodiscard]] bool is_wanted(const std::string& name) const;
  Outcome measure(Outcome outcome, TalkPlan plan);
  TalkPlan plan_for(std::vector<std::string> sessions);
  Outcome whole_answers(const std::string& name, const std::string& base);
  Outcome instant_streams();
  Outcome paced_streams();
  Outcome waiting_streams();

  LoadOptions options_;
  ModelEmulator model_;
  Program program_;
};

}  // namespace aiva::load
