#include "adapters/mysql/internal/replica.h"

#include <algorithm>
#include <utility>

#include "adapters/mysql/internal/transactions.h"
#include "foundation/log.h"

namespace aiva::mysql {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

// Replicas are some milliseconds behind, and the primary is as good an answer.
constexpr const char* wait_max_s = "0.05";
constexpr milliseconds rest_after_vain_wait{200};
// What is missing here may be so much older than it is known to be: the primary is asked, then this
// server, each five times a second and a little later.
constexpr milliseconds unknown_lag{500};

// Positions are digits, letters and their separators; whatever else there is would be no position.
bool is_position(std::string_view text) {
  return std::ranges::all_of(text, [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F') || c == '-' ||
           c == ',' || c == ':';
  });
}

// Whether the server has what stands before the place, or has it soon.
Result<bool> has_reached(Connection& connection, const std::string& place, const char* wait_s) {
  if (place.empty()) return true;
  std::string function =
      connection.is_mariadb() ? "MASTER_GTID_WAIT" : "WAIT_FOR_EXECUTED_GTID_SET";
  auto sql = "SELECT " + function + "('" + place + "', " + wait_s + ")";
  TRY(auto answer, connection.ask(sql));
  return answer == "0";
}

}  // namespace

void PrimaryLog::look(const Result<Connection*>& primary) {
  if (!primary) return;
  auto at = steady_clock::now();
  auto place = (*primary)->ask((*primary)->is_mariadb() ? "SELECT @@global.gtid_binlog_pos"
                                                        : "SELECT @@global.gtid_executed");
  if (!place) return;
  std::erase(*place, '\n');
  if (!is_position(*place)) return;
  std::lock_guard lock(mutex_);
  place_ = {.text = std::move(*place), .at = at};
}

PrimaryPlace PrimaryLog::place() const {
  std::lock_guard lock(mutex_);
  return place_;
}

Replica::Replica(Server server, PoolOptions options, milliseconds lag_max,
                 const PrimaryLog& primary, Metrics& metrics, milliseconds slow_query)
    : lag_max_(lag_max),
      primary_(primary),
      measures_(metrics, to_string(server.hosts.front()), slow_query),
      lag_seconds_(metrics.gauge("aiva_database_replica_lag_seconds",
                                 "How far a replica is behind the primary, at least",
                                 {{"server", to_string(server.hosts.front())}})),
      usable_(metrics.gauge("aiva_database_replica_usable", "1 while a replica is read from",
                            {{"server", to_string(server.hosts.front())}})),
      waits_in_vain_(metrics.counter("aiva_database_replica_late_total",
                                     "Reads that went to the primary because a replica had not "
                                     "yet what was written just before",
                                     {{"server", to_string(server.hosts.front())}})),
      pool_(std::move(server), std::move(options), measures_,
            [this](const Result<Connection*>& connection) { look(connection); }) {}

Task<Result<void>> Replica::read(CallContext context, const Database::Body& body,
                                 const Positions& positions, std::string heard, bool& was_read) {
  auto written = positions.latest();
  bool has_to_wait = reached_ < written.number || !heard.empty();
  if (has_to_wait && steady_clock::now().time_since_epoch().count() < rests_until_ns_)
    co_return Result<void>();
  Pool::Job job = [&](Lane& lane) {
    return read_behind(lane, context, body, written, heard, was_read);
  };
  auto task = pool_.run(context, std::move(job));
  auto outcome = co_await std::move(task);
  co_return outcome;
}

Result<void> Replica::read_behind(Lane& lane, const CallContext& context,
                                  const Database::Body& body, const Positions::Place& written,
                                  const std::string& heard, bool& was_read) {
  if (reached_ < written.number) {
    TRY(bool is_here, comes_to(lane, written.text));
    if (!is_here) return {};
    auto known = reached_.load();
    while (known < written.number && !reached_.compare_exchange_weak(known, written.number)) {
    }
  }
  if (!heard.empty()) {
    TRY(bool is_here, comes_to(lane, heard));
    if (!is_here) return {};
  }
  return read_on_replica(lane, context, body, was_read);
}

Result<bool> Replica::comes_to(Lane& lane, const std::string& place) {
  TRY(auto* connection, lane.connect());
  auto reached = has_reached(*connection, place, wait_max_s);
  if (!reached) {
    lane.close();
    return fail(std::move(reached.error()));
  }
  if (!*reached) {
    waits_in_vain_.add();
    rests_until_ns_ = (steady_clock::now() + rest_after_vain_wait).time_since_epoch().count();
  }
  return *reached;
}

// Measures how long ago the primary stood where this server stands not yet.
void Replica::look(const Result<Connection*>& connection) {
  bool answers = false;
  if (connection) {
    if (awaited_.text.empty()) awaited_ = primary_.place();
    auto reached = has_reached(**connection, awaited_.text, "0");
    answers = reached.has_value();
    // Without the primary's word nobody knows what is missing here; what is here can be read.
    auto lag = awaited_.text.empty() || (reached && *reached) ? steady_clock::duration::zero()
                                                              : steady_clock::now() - awaited_.at;
    if (reached && *reached) awaited_ = primary_.place();
    note_lag(lag);
    answers = answers && (lag == lag.zero() || lag + unknown_lag <= lag_max_);
  }
  if (answers != is_usable_)
    log::info(answers ? "a replica is read from" : "a replica is not read from",
              {{"server", connection ? to_string((*connection)->host()) : "unreachable"}});
  is_usable_ = answers;
  usable_.set(answers ? 1 : 0);
}

void Replica::note_lag(steady_clock::duration lag) {
  lag_seconds_.set(std::chrono::duration<double>(lag).count());
}

}  // namespace aiva::mysql
