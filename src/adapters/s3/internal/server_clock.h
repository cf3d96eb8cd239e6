#pragma once

#include <atomic>
#include <optional>
#include <string_view>

#include "foundation/time.h"
#include "ports/clock.h"

namespace aiva::s3 {

// Reads a date of HTTP (RFC 9110 section 5.6.7): Sun, 06 Nov 1994 08:49:37 GMT.
std::optional<UnixMs> parse_http_date(std::string_view text);

// The time as the server knows it: ours, put right once its answers show that ours is wrong. Any
// thread.
class ServerClock {
 public:
  explicit ServerClock(const Clock& clock) : clock_(clock) {}

  [[nodiscard]] UnixMs now() const { return clock_.unix_ms() + ahead_; }
  // Learns from the Date header of an answer. Says whether the time was wrong by a minute or more.
  bool learn(std::string_view date);

 private:
  const Clock& clock_;
  std::atomic<UnixMs> ahead_ = 0;
};

}  // namespace aiva::s3
