#pragma once

#include <optional>
#include <string>

#include "capabilities/identity/types.h"
#include "foundation/call_context.h"
#include "foundation/result.h"
#include "foundation/task.h"
#include "ports/database.h"

namespace aiva::identity {

// One security-relevant action.
struct AuditEntry {
  std::string id{};
  std::optional<TenantId> tenant{};  // nothing: a failed login of nobody known
  std::optional<UserId> user{};      // who did it
  std::string actor{};               // their e-mail address, key name, or "operator"
  std::string action;                // "auth.login", "user.updated", …
  std::string resource_type{};
  std::string resource_id{};
  std::string details = "{}";  // JSON object
  std::string ip{};
  std::string user_agent{};
  UnixMs created_at = 0;
};

struct AuditFilter {
  std::optional<TenantId> tenant{};  // nothing: the caller's own; for tenants.manage all
  std::optional<UserId> user{};
  std::string action{};  // exact, or a family as "auth."
  std::optional<UnixMs> from{};
  std::optional<UnixMs> until{};
  PageRequest page{};
};

class AuditLog {
 public:
  virtual ~AuditLog() = default;

  // Newest first; needs audit.read.
  virtual Task<Result<PageOf<AuditEntry>>> list(CallContext context, Caller caller,
                                                AuditFilter filter) = 0;
  // Writes down what a caller did, inside the transaction that does it. Fills in id, actor, address
  // and time; a tenant that is not given is the caller's.
  virtual Result<void> append(SqlSession& session, const Caller& caller, AuditEntry entry) = 0;
};

}  // namespace aiva::identity
