#include "adapters/mysql/internal/measures.h"

#include "foundation/log.h"
#include "foundation/text/utf8.h"
#include "ports/traced_context.h"

namespace aiva::mysql {
namespace {

constexpr std::size_t sql_logged_max = 500;

}  // namespace

Measures::Measures(Metrics& metrics, const std::string& server,
                   std::chrono::milliseconds slow_query)
    : open(metrics.gauge("aiva_database_connections", "Open connections to a database server",
                         {{"server", server}})),
      in_use(metrics.gauge("aiva_database_connections_in_use",
                           "Connections that work on a transaction", {{"server", server}})),
      size(metrics.gauge("aiva_database_connections_max", "Connections there may be",
                         {{"server", server}})),
      waiting(metrics.gauge("aiva_database_waiting", "Calls that wait for a connection",
                            {{"server", server}})),
      acquire_seconds(metrics.histogram("aiva_database_acquire_seconds",
                                        "How long calls waited for a connection",
                                        duration_buckets_s(), {{"server", server}})),
      acquire_timeouts(metrics.counter("aiva_database_acquire_timeouts_total",
                                       "Calls that got no connection in time",
                                       {{"server", server}})),
      read_seconds(metrics.histogram("aiva_database_transaction_seconds",
                                     "How long transactions took", duration_buckets_s(),
                                     {{"server", server}, {"kind", "read"}})),
      write_seconds(metrics.histogram("aiva_database_transaction_seconds",
                                      "How long transactions took", duration_buckets_s(),
                                      {{"server", server}, {"kind", "write"}})),
      contended(metrics.counter("aiva_database_retries_total",
                                "Transactions that ran again after a deadlock or a lock timeout",
                                {{"server", server}})),
      lost(metrics.counter("aiva_database_connections_lost_total", "Connections that broke",
                           {{"server", server}})),
      slow_query_(slow_query),
      statements_(metrics.counter("aiva_database_statements_total", "Statements that ran",
                                  {{"server", server}})),
      slow_statements_(metrics.counter("aiva_database_slow_statements_total",
                                       "Statements that took longer than they should",
                                       {{"server", server}})) {}

void Measures::note_statement(const SqlSession& session, std::string_view sql,
                              std::chrono::nanoseconds took) {
  statements_.add();
  if (took < slow_query_) return;
  slow_statements_.add();
  log::warn("slow statement", traced_context(session),
            {{"ms", std::chrono::duration_cast<std::chrono::milliseconds>(took).count()},
             {"sql", utf8_prefix(sql, sql_logged_max)}});
}

}  // namespace aiva::mysql
