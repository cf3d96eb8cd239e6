#pragma once

#include "capabilities/identity/audit_log.h"
#include "capabilities/identity/types.h"
#include "foundation/result.h"
#include "ports/database.h"

// The statements over the table `audit_log`.
namespace aiva::identity::audit_rows {

// Fills in what `entry` leaves open from the caller, then inserts it.
Result<void> append(SqlSession& session, const Caller& caller, AuditEntry entry, UnixMs now);
// A filter without tenant lists all tenants.
Result<PageOf<AuditEntry>> list(SqlSession& session, const AuditFilter& filter);
// Deletes up to `count_max` entries from before `until`.
Result<std::int64_t> remove_old(SqlSession& session, UnixMs until, int count_max);

}  // namespace aiva::identity::audit_rows
