#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>

#include "adapters/mysql/internal/measures.h"
#include "adapters/mysql/internal/pool.h"
#include "adapters/mysql/internal/positions.h"
#include "foundation/metrics.h"

namespace aiva::mysql {

// How far the primary's log went at an instant; empty until it was asked.
struct PrimaryPlace {
  std::string text{};
  std::chrono::steady_clock::time_point at{};
};

class PrimaryLog {
 public:
  // Asks the primary; keeps what was known where it does not answer.
  void look(const Result<Connection*>& primary);
  [[nodiscard]] PrimaryPlace place() const;

 private:
  mutable std::mutex mutex_;
  PrimaryPlace place_;
};

// A server that follows the primary, and how far it is behind.
class Replica {
 public:
  Replica(Server server, PoolOptions options, std::chrono::milliseconds lag_max,
          const PrimaryLog& primary, Metrics& metrics, std::chrono::milliseconds slow_query);

  // Whether it answers and is at most lag_max behind.
  [[nodiscard]] bool is_usable() const { return is_usable_; }
  // Runs the body here once all that this process committed is here, and what was heard of others.
  // `was_read` stays false where another server should be asked: it does not answer, or not soon
  // enough.
  Task<Result<void>> read(CallContext context, const Database::Body& body,
                          const Positions& positions, std::string heard, bool& was_read);

 private:
  Result<void> read_behind(Lane& lane, const CallContext& context, const Database::Body& body,
                           const Positions::Place& written, const std::string& heard,
                           bool& was_read);
  // Whether the place is here, or soon; a connection that fails is closed.
  Result<bool> comes_to(Lane& lane, const std::string& place);
  void look(const Result<Connection*>& connection);
  void note_lag(std::chrono::steady_clock::duration lag);

  std::chrono::milliseconds lag_max_;
  const PrimaryLog& primary_;
  Measures measures_;
  Gauge& lag_seconds_;
  Gauge& usable_;
  Counter& waits_in_vain_;
  std::atomic<bool> is_usable_ = false;
  std::atomic<std::uint64_t> reached_ = 0;        // the number of Positions that is here
  std::atomic<std::int64_t> rests_until_ns_ = 0;  // of the steady clock
  PrimaryPlace awaited_;                          // of the watching thread alone
  Pool pool_;                                     // the last: its threads use the others
};

}  // namespace aiva::mysql
