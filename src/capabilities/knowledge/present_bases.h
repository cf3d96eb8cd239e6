#pragma once

#include <vector>

#include "foundation/ids.h"
#include "foundation/result.h"
#include "ports/database.h"

namespace aiva::knowledge {

// Those of these knowledge bases that are the tenant's and were not deleted, in their order.
Result<std::vector<KnowledgeBaseId>> present_bases(SqlSession& sql, TenantId tenant,
                                                   const std::vector<KnowledgeBaseId>& bases);

}  // namespace aiva::knowledge
