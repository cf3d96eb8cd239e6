#pragma once

#include <cstdint>

#include "foundation/ids.h"
#include "foundation/result.h"
#include "ports/database.h"

namespace aiva::functions {

// Forgets what a conversation called, inside the caller's transaction; says how many calls that
// were.
Result<std::int64_t> forget_session_calls(SqlSession& sql, TenantId tenant, ChatSessionId session);

}  // namespace aiva::functions
