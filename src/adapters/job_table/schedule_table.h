#pragma once

#include <memory>

#include "ports/clock.h"
#include "ports/database.h"
#include "ports/schedule_leases.h"

namespace aiva {

// Leases in the table `schedule_leases`; both parts are borrowed. The clocks of all processes must
// differ by less than a lease.
std::unique_ptr<ScheduleLeases> make_schedule_table(Database& database, const Clock& clock);

}  // namespace aiva
