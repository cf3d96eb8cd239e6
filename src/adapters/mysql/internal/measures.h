#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "foundation/metrics.h"
#include "ports/database.h"

namespace aiva::mysql {

// What is counted about one server.
class Measures {
 public:
  // `server` labels it: primary, or a replica's host. Borrowed metrics.
  Measures(Metrics& metrics, const std::string& server, std::chrono::milliseconds slow_query);

  Gauge& open;     // connections
  Gauge& in_use;   // of them
  Gauge& size;     // how many there may be
  Gauge& waiting;  // calls
  Histogram& acquire_seconds;
  Counter& acquire_timeouts;
  Histogram& read_seconds;   // from a connection in hand to the end
  Histogram& write_seconds;  // the same, with what was run again
  Counter& contended;        // bodies that ran again
  Counter& lost;             // connections that broke

  // Counts a statement; a slow one is logged.
  void note_statement(const SqlSession& session, std::string_view sql,
                      std::chrono::nanoseconds took);

 private:
  std::chrono::milliseconds slow_query_;
  Counter& statements_;
  Counter& slow_statements_;
};

}  // namespace aiva::mysql
