#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "faces/load/histogram.h"
#include "faces/load/profile.h"
#include "faces/load/scenario.h"

namespace aiva::load {

// What came of one request.
enum class Outcome : std::uint8_t {
  ok,
  unreachable,    // no connection could be made
  timed_out,      // no whole answer in time
  cut_off,        // the connection ended before the answer did
  rate_limited,   // 429
  refused,        // another 4xx
  failed,         // 5xx
  broken_stream,  // an event `error`, or an end without `done`
  malformed,      // not HTTP, too large, or a status that is none of these
  not_sent,       // no connection was free in time; open model only
};
inline constexpr std::size_t outcome_count = 10;
std::string_view name_of(Outcome outcome);

using Micros = std::chrono::microseconds;

struct Sample {
  Operation operation = Operation::list_bases;
  Outcome outcome = Outcome::ok;
  Micros latency{};      // since it should have been sent
  Micros service{};      // since it was sent
  Micros first_words{};  // since it should have been sent; of a stream; 0: none came
  std::uint64_t bytes = 0;
  std::size_t phase = 0;  // in which it should have been sent
};

// Figures of many requests. Latencies are of all that were answered or waited for in vain.
struct Figures {
  std::uint64_t requests = 0;
  std::array<std::uint64_t, outcome_count> outcomes{};
  std::uint64_t bytes = 0;
  Histogram latency{};
  Histogram service{};
  Histogram first_words{};

  void record(const Sample& sample);
  void add(const Figures& other);
  [[nodiscard]] std::uint64_t errors() const;
  [[nodiscard]] double error_percent() const;
  // Answers of 5xx and streams that broke.
  [[nodiscard]] double failed_percent() const;
};

struct SecondLine {
  std::uint32_t second = 0;  // since the beginning, counted from 1
  std::size_t phase = 0;
  double users = 0;  // open model: connections in use
  std::uint32_t requests = 0;
  std::uint32_t errors = 0;
  std::uint64_t p50_us = 0;
  std::uint64_t p95_us = 0;
  std::uint64_t p99_us = 0;
  std::uint64_t max_us = 0;
  std::array<std::uint32_t, operation_count> by_operation{};
};

// Counts requests as they end: by operation and phase without what belongs to the warm-up, and
// second by second with it. Of one thread.
class Tally {
 public:
  explicit Tally(const Scenario& scenario);

  void record(const Sample& sample);
  // Closes the present second.
  const SecondLine& end_second(std::size_t phase, double users);
  // Whether anything ended in it.
  [[nodiscard]] bool has_open_second() const { return present_.requests > 0; }

  [[nodiscard]] Figures total() const;
  [[nodiscard]] const Figures& of(Operation operation) const;
  [[nodiscard]] const Figures& of_phase(std::size_t phase) const { return *by_phase_[phase]; }
  [[nodiscard]] const std::vector<SecondLine>& seconds() const { return seconds_; }

 private:
  std::vector<bool> is_warm_up_;
  std::vector<std::unique_ptr<Figures>> by_phase_;
  std::vector<std::unique_ptr<Figures>> by_operation_;
  std::vector<SecondLine> seconds_;
  SecondLine present_{};
  Histogram present_latency_{};
};

}  // namespace aiva::load
