#pragma once

#include <memory>

#include "ports/clock.h"
#include "ports/database.h"
#include "ports/job_queue.h"

namespace aiva {

// The durable queue over the table `jobs`; both parts are borrowed. Ended jobs are kept for a week,
// dead ones until somebody removes them.
std::unique_ptr<JobQueue> make_job_table(Database& database, const Clock& clock);

}  // namespace aiva
