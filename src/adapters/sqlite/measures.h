#pragma once

#include <chrono>
#include <cstddef>

#include "foundation/metrics.h"

namespace aiva {

// What is counted about a database file, under the names that database servers have, so that one
// dashboard shows either: its connections are those of its threads. Any thread.
class SqliteMeasures {
 public:
  using Instant = std::chrono::steady_clock::time_point;

  // Borrowed metrics; `connections` is how many threads work with the file.
  SqliteMeasures(Metrics& metrics, std::size_t connections);

  // A call that waits for a thread, and the end of its wait.
  void begin_wait() { waiting_.add(1); }
  void end_wait(Instant since);
  // A wait that ended without a thread.
  void give_up_wait() { waiting_.add(-1); }

  void begin_work() { in_use_.add(1); }
  void end_work() { in_use_.add(-1); }
  void note_read(Instant since) { note(read_seconds_, since); }
  void note_write(Instant since) { note(write_seconds_, since); }
  void note_statement(bool is_slow);

 private:
  static void note(Histogram& histogram, Instant since);

  Gauge& in_use_;
  Gauge& waiting_;
  Histogram& acquire_seconds_;
  Histogram& read_seconds_;
  Histogram& write_seconds_;
  Counter& statements_;
  Counter& slow_statements_;
};

}  // namespace aiva
