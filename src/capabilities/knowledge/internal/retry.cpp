#include "capabilities/knowledge/internal/retry.h"

#include <algorithm>
#include <cstdint>
#include <random>

namespace aiva::knowledge {
namespace {

constexpr std::chrono::seconds retry_base{2};
constexpr int retry_growth = 4;
constexpr std::chrono::minutes retry_longest{10};

}  // namespace

bool may_pass(ErrorCode code) {
  switch (code) {
    case ErrorCode::unavailable:
    case ErrorCode::timeout:
    case ErrorCode::rate_limited:
    case ErrorCode::internal: return true;
    case ErrorCode::invalid:
    case ErrorCode::unauthenticated:
    case ErrorCode::forbidden:
    case ErrorCode::not_found:
    case ErrorCode::conflict:
    case ErrorCode::too_large:
    case ErrorCode::quota_exceeded:
    case ErrorCode::cancelled: return false;
  }
  return false;
}

std::chrono::milliseconds retry_delay(int failures, int retry_after_s) {
  std::chrono::milliseconds delay = retry_base;
  for (int i = 1; i < failures && delay < retry_longest; ++i) delay *= retry_growth;
  delay = std::max(delay, std::chrono::milliseconds(std::chrono::seconds(retry_after_s)));
  delay = std::min<std::chrono::milliseconds>(delay, retry_longest);
  std::minstd_rand random(std::random_device{}());
  std::uniform_int_distribution<std::int64_t> spread(0, delay.count() / 5);
  return delay + std::chrono::milliseconds(spread(random));
}

CallContext without_end(CallContext context) {
  context.cancellation = {};
  context.deadline = std::chrono::steady_clock::time_point::max();
  return context;
}

}  // namespace aiva::knowledge
