#include "adapters/redis/internal/call_times.h"

#include <algorithm>
#include <string_view>

namespace aiva::redis {
namespace {

std::string lower(std::string text) {
  std::ranges::transform(text, text.begin(), [](unsigned char letter) {
    return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter + ('a' - 'A'))
                                          : static_cast<char>(letter);
  });
  return text;
}

// From a tenth of a millisecond, which a server nearby takes.
const std::vector<double>& buckets_s() {
  static const std::vector<double> bounds{0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01,
                                          0.025,  0.05,    0.1,    0.25,  0.5,    1,     10};
  return bounds;
}

}  // namespace

void CallTimes::note(const std::string& command, std::chrono::steady_clock::duration took,
                     const Result<std::vector<RedisReplies>>& outcome) {
  if (metrics_ == nullptr) return;
  times_of(command).observe(std::chrono::duration<double>(took).count());
  if (outcome || outcome.error().code == ErrorCode::cancelled) return;
  auto code = outcome.error().code;
  auto& failures = failures_[code];
  if (failures == nullptr)
    failures = &metrics_->counter("aiva_redis_failures_total", "Calls of Redis that failed",
                                  {{"code", std::string(to_string(code))}});
  failures->add();
}

Histogram& CallTimes::times_of(const std::string& command) {
  auto& times = times_[command];
  if (times == nullptr)
    times = &metrics_->histogram("aiva_redis_call_seconds",
                                 "How long calls of Redis took, by their first command",
                                 buckets_s(), {{"command", lower(command)}});
  return *times;
}

}  // namespace aiva::redis
