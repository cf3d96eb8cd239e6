#pragma once

#include <cstdint>
#include <functional>
#include <memory>

#include "ports/clock.h"
#include "ports/database.h"
#include "ports/job_queue.h"

namespace aiva {

struct JobTableOptions {
  // Jobs of a tenant and a priority that may wait before more that may be refused are; 0: any
  // number.
  std::int64_t waiting_per_tenant_max = 0;
  // Tells all processes, this one too, that there is work; each then calls wake_here(). Empty: no
  // other process is told.
  std::function<void()> announce{};
};

// The durable queue over the table `jobs`; both parts are borrowed. Ended jobs are kept for a week,
// dead ones until somebody removes them.
std::unique_ptr<JobQueue> make_job_table(Database& database, const Clock& clock,
                                         JobTableOptions options = {});

}  // namespace aiva
