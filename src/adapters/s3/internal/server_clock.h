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
  // Learns from the Date header of an answer to a request that was signed at that time of now().
  // Says whether that was wrong by a minute or more, as it is for each of the first requests.
  bool learn(std::string_view date, UnixMs signed_at);

 private:
  const Clock& clock_;
  std::atomic<UnixMs> ahead_ = 0;
};

}  // namespace aiva::s3
