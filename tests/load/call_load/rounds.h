#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "load/call_load/callers.h"
#include "load/call_load/realtime_emulator.h"
#include "load/chat_load/program.h"

namespace aiva::load {

struct CallLoadOptions {
  std::filesystem::path program = "build/release/bin/aiva";
  bool is_realtime = false;  // otherwise the packaged voices
  Line line = Line::audiosocket;
  std::vector<std::size_t> calls{100, 300, 500, 1000};
  std::chrono::milliseconds measure{10'000};
  std::chrono::milliseconds begin_every{10};  // one call after the other
  std::string greeting{};
  std::string model_url = "http://127.0.0.1:9/v1";  // of chats, which others may have meanwhile
  std::size_t soak_calls = 0;                       // short ones instead
  std::size_t soak_at_a_time = 200;
  std::chrono::milliseconds soak_lasts{1'500};
};

// What AIVA was like at one instant.
struct Snapshot {
  double cpu_seconds = 0;
  std::map<std::string, double> threads{};
  std::int64_t resident_kb = 0;
  std::size_t sockets = 0;
  std::map<double, double> late_ticks{};  // how many were at most so many seconds late
};

struct RoundOutcome {
  CallFigures calls{};
  Snapshot idle{};    // before the first call
  Snapshot before{};  // the measuring
  Snapshot after{};
  Snapshot ended{};  // when all calls were over
  RealtimeFigures realtime{};
  double emulator_cpu_seconds = 0;
};

// How late ticks between two snapshots were, seconds, that many of them at most.
double late_ticks_percentile(const Snapshot& before, const Snapshot& after, double share);

// AIVA with calls on it, one round after the other.
class CallRounds {
 public:
  CallRounds(CallLoadOptions options, const std::filesystem::path& folder);

  RoundOutcome talk(std::size_t calls);
  RoundOutcome soak();
  [[nodiscard]] const Program& program() const { return *program_; }

 private:
  std::vector<AnnouncedCall> announce(std::size_t calls);
  CallPlan plan_for(std::size_t calls, std::size_t at_a_time);
  Snapshot look();
  Snapshot look_when_quiet();

  CallLoadOptions options_;
  Crossings crossings_;
  std::unique_ptr<RealtimeEmulator> emulator_;  // none with the packaged voices
  std::unique_ptr<Program> program_;
  std::string agent_;
};

}  // namespace aiva::load
