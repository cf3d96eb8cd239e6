#pragma once

#include <cstdint>

#include "foundation/ids.h"
#include "foundation/result.h"
#include "ports/database.h"

namespace aiva::search {

// Forgets what a conversation searched for, inside the caller's transaction; says how many searches
// that were. One that is still being logged (for some milliseconds) stays.
Result<std::int64_t> forget_session_searches(SqlSession& sql, TenantId tenant,
                                             ChatSessionId session);

}  // namespace aiva::search
