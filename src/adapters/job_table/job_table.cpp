#include "adapters/job_table/job_table.h"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <utility>

#include "adapters/job_table/job_rows.h"

namespace aiva {
namespace {

constexpr std::size_t lease_count_max = 100;
constexpr UnixMs prune_interval_ms = 10 * 60 * 1000;

class JobTable final : public JobQueue {
 public:
  JobTable(Database& database, const Clock& clock, JobTableOptions options)
      : database_(database), clock_(clock), options_(std::move(options)) {}

  Result<JobId> enqueue(SqlSession& session, Job job) override {
    if (job.id.is_nil()) job.id = JobId::make();
    auto now = clock_.unix_ms();
    if (job.run_after == 0) job.run_after = now;
    if (const auto* trace = session.trace(); job.traceparent.empty() && trace && trace->has_id())
      job.traceparent = to_traceparent(*trace);
    TRY_VOID(job_rows::insert(session, job, now, options_.waiting_per_tenant_max));
    return job.id;
  }

  Result<void> cancel(SqlSession& session, const std::string& kind,
                      const std::string& subject) override {
    return job_rows::cancel(session, kind, subject, clock_.unix_ms());
  }

  Result<bool> is_pending(SqlSession& session, const std::string& kind,
                          const std::string& subject) override {
    return job_rows::is_pending(session, kind, subject);
  }

  void wake() override {
    if (options_.announce) return options_.announce();
    wake_here();
  }

  void wake_here() override {
    std::lock_guard lock(mutex_);
    for (auto& listener : listeners_) listener();
  }

  void on_wake(std::function<void()> listener) override {
    std::lock_guard lock(mutex_);
    listeners_.push_back(std::move(listener));
  }

  Task<Result<std::vector<Job>>> lease(CallContext context, std::vector<std::string> kinds,
                                       std::size_t count_max, std::string worker,
                                       std::chrono::milliseconds lease) override {
    std::vector<Job> jobs;
    if (kinds.empty() || count_max == 0) co_return jobs;
    job_rows::LeaseRequest request{.kinds = std::move(kinds),
                                   .count_max = std::min(count_max, lease_count_max),
                                   .worker = std::move(worker),
                                   .now = clock_.unix_ms(),
                                   .leased_until = clock_.unix_ms() + lease.count()};
    // Idle workers ask often: a look without the writer's lock keeps that cheap.
    auto probe = read(database_, context, [&](SqlSession& session) -> Result<bool> {
      return job_rows::is_any_due(session, request);
    });
    CO_TRY(bool is_due, co_await std::move(probe));
    if (!is_due) co_return jobs;
    bool is_prune_due = take_prune_turn(request.now);
    auto leasing = write(database_, context, [&](SqlSession& session) -> Result<std::vector<Job>> {
      if (is_prune_due) TRY_VOID(job_rows::prune(session, request.now));
      return job_rows::lease(session, request);
    });
    CO_TRY(jobs, co_await std::move(leasing));
    co_return jobs;
  }

  Task<Result<void>> heartbeat(CallContext context, JobId job, std::string worker,
                               std::chrono::milliseconds lease) override {
    auto now = clock_.unix_ms();
    auto beating = write(database_, context, [&](SqlSession& session) -> Result<void> {
      return job_rows::prolong(session, {job, worker, now}, now + lease.count());
    });
    auto outcome = co_await std::move(beating);
    co_return outcome;
  }

  Task<Result<void>> finish(CallContext context, JobId job, std::string worker,
                            JobOutcome outcome) override {
    auto now = clock_.unix_ms();
    auto finishing = write(database_, context, [&](SqlSession& session) -> Result<void> {
      return job_rows::finish(session, {job, worker, now}, outcome);
    });
    auto finished = co_await std::move(finishing);
    co_return finished;
  }

  Task<Result<void>> forfeit_leases(CallContext context, std::string worker) override {
    auto now = clock_.unix_ms();
    auto forfeiting = write(database_, context, [&worker, now](SqlSession& session) {
      return job_rows::forfeit_leases(session, worker, now);
    });
    auto outcome = co_await std::move(forfeiting);
    if (outcome) wake_here();
    co_return outcome;
  }

  Task<Result<std::int64_t>> depth(CallContext context) override {
    auto counting = read(database_, context, [this](SqlSession& session) -> Result<std::int64_t> {
      return job_rows::count_waiting(session, clock_.unix_ms());
    });
    auto count = co_await std::move(counting);
    co_return count;
  }

  Task<Result<std::vector<JobBacklog>>> backlog(CallContext context) override {
    auto counting =
        read(database_, context, [this](SqlSession& session) -> Result<std::vector<JobBacklog>> {
          return job_rows::count_by_kind(session, clock_.unix_ms());
        });
    auto kinds = co_await std::move(counting);
    co_return kinds;
  }

 private:
  bool take_prune_turn(UnixMs now) {
    auto last = last_prune_.load();
    return now - last >= prune_interval_ms && last_prune_.compare_exchange_strong(last, now);
  }

  Database& database_;
  const Clock& clock_;
  JobTableOptions options_;
  std::atomic<UnixMs> last_prune_ = 0;
  std::mutex mutex_;
  std::vector<std::function<void()>> listeners_;
};

}  // namespace

std::unique_ptr<JobQueue> make_job_table(Database& database, const Clock& clock,
                                         JobTableOptions options) {
  return std::make_unique<JobTable>(database, clock, std::move(options));
}

}  // namespace aiva
