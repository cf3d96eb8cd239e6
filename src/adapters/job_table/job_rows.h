#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "foundation/result.h"
#include "foundation/time.h"
#include "ports/database.h"
#include "ports/job_queue.h"

// The statements over the table `jobs`. Instants are given, so that nothing here looks at a clock.
namespace aiva::job_rows {

// Fails with `rate_limited` when the job may be refused and `waiting_max` (0: no limit) of its
// tenant and priority wait already.
Result<void> insert(SqlSession& session, const Job& job, UnixMs now, std::int64_t waiting_max);
// Queued jobs about the subject end now; running ones are asked to.
Result<void> cancel(SqlSession& session, const std::string& kind, const std::string& subject,
                    UnixMs now);
Result<bool> is_pending(SqlSession& session, const std::string& kind, const std::string& subject);

struct LeaseRequest {
  std::vector<std::string> kinds;
  std::size_t count_max = 1;
  std::string worker;
  UnixMs now = 0;
  UnixMs leased_until = 0;
};
// Whether lease() would find or end anything.
Result<bool> is_any_due(SqlSession& session, const LeaseRequest& request);
// Leases the first due jobs in the order of priority, turn, run_after and id. One whose attempts
// are used up is leased in state `dead`, so that its end can be told; it stays with the queue until
// finish().
Result<std::vector<Job>> lease(SqlSession& session, const LeaseRequest& request);

struct Holder {
  JobId job{};
  std::string worker;
  UnixMs now = 0;
};
Result<void> prolong(SqlSession& session, const Holder& holder, UnixMs leased_until);
Result<void> finish(SqlSession& session, const Holder& holder, const JobOutcome& outcome);
// Ends the leases now of workers whose names begin so and of jobs that were leased at most three
// times.
Result<void> forfeit_leases(SqlSession& session, std::string_view worker, UnixMs now);

Result<std::int64_t> count_waiting(SqlSession& session, UnixMs now);
Result<std::vector<JobBacklog>> count_by_kind(SqlSession& session, UnixMs now);
// Removes some completed and cancelled jobs that ended more than a week ago.
Result<void> prune(SqlSession& session, UnixMs now);

}  // namespace aiva::job_rows
