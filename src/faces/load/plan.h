#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "faces/load/profile.h"
#include "faces/load/scenario.h"
#include "faces/load/threshold.h"
#include "foundation/result.h"

namespace aiva::load {

// Where requests go: the parts of an http URL.
struct Target {
  std::string host{};       // a name, or an address without brackets
  std::string port{};       // in digits
  std::string authority{};  // as the Host header says it
  std::string prefix{};     // before each path; empty or /…
};

// Reads http://HOST[:PORT][/PREFIX]. Fails with `invalid`, also for https.
Result<Target> parse_target(std::string_view url);

// How long a user thinks between two requests: any time between the two, all as likely.
struct ThinkTime {
  Milliseconds least{2000};
  Milliseconds most{6000};
};

// Reads `4s`, which stands for half of it to one and a half times, or `2s-6s`. Fails with
// `invalid`.
Result<ThinkTime> parse_think_time(std::string_view text);

inline constexpr int users_limit = 20'000;
inline constexpr double rate_limit = 100'000;  // requests a second

// What is to be done, read and checked.
struct Plan {
  Target target{};
  std::string key{};  // an API key or a token; never shown
  Scenario scenario{};
  std::string profile{};
  Mix mix{};
  double rate = 0;                // requests a second at most: open model; 0: users who think
  std::size_t connections = 256;  // of the open model
  ThinkTime think_time{};
  Milliseconds timeout{30'000};
  std::size_t documents = 20;  // made before
  std::uint64_t seed = 1;
  bool keeps = false;  // what was made stays
  std::filesystem::path report_folder{};
  std::vector<Threshold> thresholds{};

  [[nodiscard]] bool is_open() const { return rate > 0; }
  // Connections at a time, at most.
  [[nodiscard]] std::size_t clients() const;
};

}  // namespace aiva::load
