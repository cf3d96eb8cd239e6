#include "capabilities/functions/session_calls.h"

namespace aiva::functions {

Result<std::int64_t> forget_session_calls(SqlSession& sql, TenantId tenant, ChatSessionId session) {
  return sql.execute("DELETE FROM function_call_logs WHERE tenant_id = ? AND session_id = ?",
                     {tenant, session});
}

}  // namespace aiva::functions
