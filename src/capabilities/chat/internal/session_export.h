#pragma once

#include "foundation/ids.h"
#include "foundation/json_writer.h"
#include "foundation/result.h"
#include "ports/database.h"

namespace aiva::chat {

// Writes everything that is kept of a session as one JSON object.
Result<void> write_session_export(SqlSession& sql, TenantId tenant, ChatSessionId session,
                                  JsonWriter& writer);

}  // namespace aiva::chat
