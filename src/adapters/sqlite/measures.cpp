#include "adapters/sqlite/measures.h"

#include <string>

namespace aiva {
namespace {

MetricLabels labels_of(const char* kind = nullptr) {
  MetricLabels labels{{"server", "file"}};
  if (kind != nullptr) labels.emplace_back("kind", kind);
  return labels;
}

Histogram& transactions(Metrics& metrics, const char* kind) {
  return metrics.histogram("aiva_database_transaction_seconds", "How long transactions took",
                           duration_buckets_s(), labels_of(kind));
}

}  // namespace

SqliteMeasures::SqliteMeasures(Metrics& metrics, std::size_t connections)
    : in_use_(metrics.gauge("aiva_database_connections_in_use",
                            "Connections that work on a transaction", labels_of())),
      waiting_(
          metrics.gauge("aiva_database_waiting", "Calls that wait for a connection", labels_of())),
      acquire_seconds_(metrics.histogram("aiva_database_acquire_seconds",
                                         "How long calls waited for a connection",
                                         duration_buckets_s(), labels_of())),
      read_seconds_(transactions(metrics, "read")),
      write_seconds_(transactions(metrics, "write")),
      statements_(
          metrics.counter("aiva_database_statements_total", "Statements that ran", labels_of())),
      slow_statements_(metrics.counter("aiva_database_slow_statements_total",
                                       "Statements that took longer than they should",
                                       labels_of())) {
  auto count = static_cast<double>(connections);
  metrics.gauge("aiva_database_connections", "Open connections to a database server", labels_of())
      .set(count);
  metrics.gauge("aiva_database_connections_max", "Connections there may be", labels_of())
      .set(count);
}

void SqliteMeasures::end_wait(Instant since) {
  waiting_.add(-1);
  note(acquire_seconds_, since);
}

void SqliteMeasures::note_statement(bool is_slow) {
  statements_.add();
  if (is_slow) slow_statements_.add();
}

void SqliteMeasures::note(Histogram& histogram, Instant since) {
  std::chrono::duration<double> time = std::chrono::steady_clock::now() - since;
  histogram.observe(time.count());
}

}  // namespace aiva
