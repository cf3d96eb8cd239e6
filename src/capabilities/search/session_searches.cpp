#include "capabilities/search/session_searches.h"

namespace aiva::search {

Result<std::int64_t> forget_session_searches(SqlSession& sql, TenantId tenant,
                                             ChatSessionId session) {
  return sql.execute("DELETE FROM knowledge_searches WHERE tenant_id = ? AND session_id = ?",
                     {tenant, session});
}

}  // namespace aiva::search
