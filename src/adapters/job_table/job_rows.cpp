#include "adapters/job_table/job_rows.h"

#include <algorithm>
#include <span>
#include <string_view>
#include <tuple>

#include "foundation/text/utf8.h"

namespace aiva::job_rows {
namespace {

constexpr std::size_t error_bytes_max = 2000;
constexpr UnixMs ended_kept_ms = UnixMs{7} * 24 * 3600 * 1000;
constexpr int pruned_at_once_max = 500;
constexpr int forfeited_attempts_max = 3;
constexpr int retry_after_s = 30;  // of a tenant whose queue is full
constexpr int taken_back_at_once_max = 500;
constexpr std::string_view job_columns =
    "id, tenant_id, kind, subject, payload, priority, attempts, attempts_max, last_error, "
    "run_after, turn, traceparent";

// "kind IN (?,?)" and its parameters behind the others.
std::string in_kinds(const LeaseRequest& request) {
  std::string text = "kind IN (?";
  for (std::size_t i = 1; i < request.kinds.size(); ++i) text += ",?";
  return text + ")";
}

void append_kinds(std::vector<SqlValue>& parameters, const LeaseRequest& request) {
  for (const auto& kind : request.kinds) parameters.emplace_back(kind);
}

// A number of one row, or `otherwise` where there is none.
Result<std::int64_t> read_number(SqlSession& session, std::string_view sql,
                                 SqlSession::Parameters parameters, std::int64_t otherwise) {
  auto number = otherwise;
  TRY_VOID(session.query(sql, parameters, [&number](const SqlRow& row) -> Result<void> {
    if (!row.is_null(0)) number = row.integer(0);
    return {};
  }));
  return number;
}

// Whether so many of the tenant wait. The turns tell at once that there are fewer; only where they
// do not are rows counted.
Result<bool> is_full(SqlSession& session, const Job& job, std::int64_t turns,
                     std::int64_t waiting_max) {
  if (waiting_max == 0 || turns < waiting_max) return false;
  TRY(auto waiting, read_number(session,
                                "SELECT count(*) FROM (SELECT id FROM jobs WHERE tenant_id = ? "
                                "AND state = 'queued' AND priority = ? LIMIT ?) AS waiting",
                                {job.tenant, job.priority, waiting_max}, 0));
  return waiting >= waiting_max;
}

// Start-time fair queueing (Goyal, Vin, Cheng, SIGCOMM 1996) with jobs of one length: whoever has
// nothing waiting begins where the queue is now, whoever has much stands behind himself.
Result<std::int64_t> next_turn(SqlSession& session, const Job& job, UnixMs now,
                               std::int64_t waiting_max) {
  TRY(auto first, read_number(session,
                              "SELECT turn FROM jobs WHERE state = 'queued' AND priority = ? "
                              "AND run_after <= ? ORDER BY turn LIMIT 1",
                              {job.priority, now}, 0));
  TRY(auto own_last, read_number(session,
                                 "SELECT max(turn) FROM jobs WHERE tenant_id = ? "
                                 "AND state = 'queued' AND priority = ?",
                                 {job.tenant, job.priority}, -1));
  auto turn = std::max(first, own_last + 1);
  if (!job.is_refusable) return turn;
  TRY(bool is_refused, is_full(session, job, turn - first, waiting_max));
  if (is_refused)
    return fail(Error{.code = ErrorCode::rate_limited,
                      .message = "Too much work of yours is waiting already; try again later",
                      .retry_after_s = retry_after_s});
  return turn;
}

Job read_job(const SqlRow& row) {
  Job job{.id = row.id<JobId>(0),
          .tenant = row.id<TenantId>(1),
          .kind = std::string(row.text(2)),
          .subject = std::string(row.text(3)),
          .payload = std::string(row.text(4)),
          .state = JobState::running,
          .priority = static_cast<int>(row.integer(5)),
          .attempts = static_cast<int>(row.integer(6)),
          .attempts_max = static_cast<int>(row.integer(7)),
          .last_error = std::string(row.text(8)),
          .run_after = row.integer(9),
          .traceparent = std::string(row.text(11))};
  if (job.attempts > job.attempts_max) {
    job.state = JobState::dead;
    job.attempts = job.attempts_max;
  }
  return job;
}

Result<std::vector<std::string>> read_ids(SqlSession& session, std::string_view sql,
                                          std::span<const SqlValue> parameters) {
  std::vector<std::string> ids;
  TRY_VOID(session.query_span(sql, parameters, [&ids](const SqlRow& row) -> Result<void> {
    ids.emplace_back(row.text(0));
    return {};
  }));
  return ids;
}

// "id IN (?,?)", and the ids behind the parameters.
std::string in_ids(const std::vector<std::string>& ids, std::vector<SqlValue>& parameters) {
  std::string text = "id IN (";
  for (const auto& id : ids) {
    text += &id == &ids.front() ? "?" : ",?";
    parameters.emplace_back(id);
  }
  return text + ")";
}

// What the end of a lease means: a job that was to be cancelled has nobody left who would end it;
// any other waits again.
constexpr std::string_view take_back =
    "UPDATE jobs SET state = CASE WHEN cancel_requested = 1 "
    "THEN 'cancelled' ELSE 'queued' END, worker = '', updated_at = ? "
    "WHERE state = 'running' AND leased_until <= ?";

// A server locks what it looks at: rows that others hold are passed over, and come next time.
Result<void> take_back_expired(SqlSession& session, UnixMs now) {
  if (session.dialect() == SqlDialect::sqlite) {
    TRY_VOID(session.execute(take_back, {now, now}));
    return {};
  }
  std::vector<SqlValue> since{now, taken_back_at_once_max};
  TRY(auto ids, read_ids(session,
                         "SELECT id FROM jobs WHERE state = 'running' AND leased_until <= ? "
                         "LIMIT ? FOR UPDATE SKIP LOCKED",
                         since));
  if (ids.empty()) return {};
  std::vector<SqlValue> parameters{now, now};
  auto sql = std::string(take_back) + " AND " + in_ids(ids, parameters);
  TRY_VOID(session.execute_span(sql, parameters));
  return {};
}

std::string_view state_after(JobOutcome::Kind kind) {
  switch (kind) {
    case JobOutcome::Kind::completed: return "completed";
    case JobOutcome::Kind::retry:
    case JobOutcome::Kind::released: return "queued";
    case JobOutcome::Kind::dead: return "dead";
    case JobOutcome::Kind::cancelled: return "cancelled";
  }
  return "dead";
}

constexpr std::string_view lease_update =
    "UPDATE jobs SET state = 'running', attempts = attempts + 1, worker = ?, leased_until = ?, "
    "updated_at = ? WHERE ";

std::string due_ids(const LeaseRequest& request, std::vector<SqlValue>& parameters) {
  parameters.emplace_back(request.now);
  append_kinds(parameters, request);
  parameters.emplace_back(request.count_max);
  return "SELECT id FROM jobs WHERE state = 'queued' AND run_after <= ? AND " + in_kinds(request) +
         " ORDER BY priority, turn, run_after, id LIMIT ?";
}

struct Leased {
  std::int64_t turn = 0;
  Job job;
};

Result<std::vector<Leased>> read_leased(SqlSession& session, std::string_view sql,
                                        std::span<const SqlValue> parameters) {
  std::vector<Leased> leased;
  TRY_VOID(session.query_span(sql, parameters, [&leased](const SqlRow& row) -> Result<void> {
    leased.push_back({row.integer(10), read_job(row)});
    return {};
  }));
  return leased;
}

// SQLite has one writer, which tells what it changed.
Result<std::vector<Leased>> lease_by_update(SqlSession& session, const LeaseRequest& request) {
  std::vector<SqlValue> parameters{request.worker, request.leased_until, request.now};
  auto sql = std::string(lease_update) + "id IN (" + due_ids(request, parameters) + ") RETURNING " +
             std::string(job_columns);
  return read_leased(session, sql, parameters);
}

// Workers on many machines lease at once; each takes what no other is about to take.
Result<std::vector<Leased>> lease_by_locks(SqlSession& session, const LeaseRequest& request) {
  std::vector<SqlValue> due;
  TRY(auto ids, read_ids(session, due_ids(request, due) + " FOR UPDATE SKIP LOCKED", due));
  if (ids.empty()) return std::vector<Leased>();
  std::vector<SqlValue> parameters{request.worker, request.leased_until, request.now};
  auto update = std::string(lease_update) + in_ids(ids, parameters);
  TRY_VOID(session.execute_span(update, parameters));
  std::vector<SqlValue> leased;
  auto select = "SELECT " + std::string(job_columns) + " FROM jobs WHERE " + in_ids(ids, leased);
  return read_leased(session, select, leased);
}

}  // namespace

Result<void> insert(SqlSession& session, const Job& job, UnixMs now, std::int64_t waiting_max) {
  TRY(auto turn, next_turn(session, job, now, waiting_max));
  TRY_VOID(session.execute(
      "INSERT INTO jobs (id, tenant_id, kind, subject, payload, state, priority, turn, "
      "attempts_max, run_after, traceparent, created_at, updated_at) "
      "VALUES (?, ?, ?, ?, ?, 'queued', ?, ?, ?, ?, ?, ?, ?)",
      {job.id, job.tenant, job.kind, job.subject, job.payload, job.priority, turn, job.attempts_max,
       job.run_after, job.traceparent, now, now}));
  return {};
}

Result<void> cancel(SqlSession& session, const std::string& kind, const std::string& subject,
                    UnixMs now) {
  TRY_VOID(
      session.execute("UPDATE jobs SET state = 'cancelled', updated_at = ? "
                      "WHERE subject = ? AND kind = ? AND state = 'queued'",
                      {now, subject, kind}));
  TRY_VOID(
      session.execute("UPDATE jobs SET cancel_requested = 1, updated_at = ? "
                      "WHERE subject = ? AND kind = ? AND state = 'running'",
                      {now, subject, kind}));
  return {};
}

Result<bool> is_pending(SqlSession& session, const std::string& kind, const std::string& subject) {
  bool is_found = false;
  TRY_VOID(
      session.query("SELECT 1 FROM jobs WHERE subject = ? AND kind = ? "
                    "AND state IN ('queued', 'running') LIMIT 1",
                    {subject, kind}, [&is_found](const SqlRow&) -> Result<void> {
                      is_found = true;
                      return {};
                    }));
  return is_found;
}

Result<bool> is_any_due(SqlSession& session, const LeaseRequest& request) {
  std::string sql =
      "SELECT EXISTS (SELECT 1 FROM jobs WHERE state = 'running' AND leased_until <= ?) "
      "OR EXISTS (SELECT 1 FROM jobs WHERE state = 'queued' AND run_after <= ? AND " +
      in_kinds(request) + ")";
  std::vector<SqlValue> parameters{request.now, request.now};
  append_kinds(parameters, request);
  bool is_due = false;
  TRY_VOID(session.query_span(sql, parameters, [&is_due](const SqlRow& row) -> Result<void> {
    is_due = row.integer(0) == 1;
    return {};
  }));
  return is_due;
}

Result<std::vector<Job>> lease(SqlSession& session, const LeaseRequest& request) {
  TRY_VOID(take_back_expired(session, request.now));
  TRY(auto leased, session.dialect() == SqlDialect::sqlite ? lease_by_update(session, request)
                                                           : lease_by_locks(session, request));
  std::ranges::sort(leased, {}, [](const Leased& one) {
    return std::tuple(one.job.priority, one.turn, one.job.run_after, one.job.id);
  });
  std::vector<Job> jobs;
  for (auto& one : leased) jobs.push_back(std::move(one.job));
  return jobs;
}

Result<void> prolong(SqlSession& session, const Holder& holder, UnixMs leased_until) {
  TRY(auto changed, session.execute("UPDATE jobs SET leased_until = ?, updated_at = ? WHERE id = ? "
                                    "AND worker = ? AND state = 'running' AND cancel_requested = 0",
                                    {leased_until, holder.now, holder.job, holder.worker}));
  if (changed == 1) return {};
  bool is_cancelled = false;
  TRY_VOID(session.query(
      "SELECT cancel_requested FROM jobs WHERE id = ? AND worker = ? "
      "AND state = 'running'",
      {holder.job, holder.worker}, [&is_cancelled](const SqlRow& row) -> Result<void> {
        is_cancelled = row.integer(0) == 1;
        return {};
      }));
  if (is_cancelled) return fail(ErrorCode::cancelled, "The job was cancelled");
  return fail(ErrorCode::conflict, "The lease of the job is lost");
}

Result<void> finish(SqlSession& session, const Holder& holder, const JobOutcome& outcome) {
  auto error = utf8_prefix(outcome.error, error_bytes_max);
  bool is_released = outcome.kind == JobOutcome::Kind::released;
  auto run_after = holder.now + outcome.retry_in.count();
  TRY(auto changed,
      session.execute("UPDATE jobs SET state = CASE WHEN ? = 'queued' AND cancel_requested = 1 "
                      "THEN 'cancelled' ELSE ? END, last_error = ?, run_after = ?, "
                      "attempts = attempts - ?, worker = '', leased_until = 0, updated_at = ? "
                      "WHERE id = ? AND worker = ? AND state = 'running'",
                      {state_after(outcome.kind), state_after(outcome.kind), error, run_after,
                       is_released ? 1 : 0, holder.now, holder.job, holder.worker}));
  if (changed == 1) return {};
  return fail(ErrorCode::conflict, "The lease of the job is lost");
}

Result<void> forfeit_leases(SqlSession& session, std::string_view worker, UnixMs now) {
  TRY_VOID(
      session.execute("UPDATE jobs SET leased_until = ? WHERE state = 'running' AND attempts <= ? "
                      "AND substr(worker, 1, ?) = ?",
                      {now, forfeited_attempts_max, worker.size(), worker}));
  return {};
}

Result<std::int64_t> count_waiting(SqlSession& session, UnixMs now) {
  std::int64_t count = 0;
  TRY_VOID(
      session.query("SELECT (SELECT count(*) FROM jobs WHERE state = 'queued') + "
                    "(SELECT count(*) FROM jobs WHERE state = 'running' AND leased_until <= ?)",
                    {now}, [&count](const SqlRow& row) -> Result<void> {
                      count = row.integer(0);
                      return {};
                    }));
  return count;
}

// Two halves, so that the first reads an index alone.
Result<std::vector<JobBacklog>> count_by_kind(SqlSession& session, UnixMs now) {
  std::vector<JobBacklog> kinds;
  TRY_VOID(
      session.query("SELECT kind, count(*) FROM (SELECT kind FROM jobs WHERE state = 'queued' "
                    "UNION ALL SELECT kind FROM jobs WHERE state = 'running' "
                    "AND leased_until <= ?) AS waiting GROUP BY kind",
                    {now}, [&kinds](const SqlRow& row) -> Result<void> {
                      kinds.push_back({std::string(row.text(0)), row.integer(1)});
                      return {};
                    }));
  return kinds;
}

Result<void> prune(SqlSession& session, UnixMs now) {
  std::vector<std::string> ended;
  TRY_VOID(session.query(
      "SELECT id FROM jobs WHERE state IN ('completed', 'cancelled') "
      "AND updated_at < ? LIMIT ?",
      {now - ended_kept_ms, pruned_at_once_max}, [&ended](const SqlRow& row) -> Result<void> {
        ended.emplace_back(row.text(0));
        return {};
      }));
  for (const auto& id : ended) TRY_VOID(session.execute("DELETE FROM jobs WHERE id = ?", {id}));
  return {};
}

}  // namespace aiva::job_rows
