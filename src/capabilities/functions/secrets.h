#pragma once

#include <memory>
#include <string>
#include <vector>

#include "capabilities/identity/audit_log.h"
#include "foundation/call_context.h"
#include "foundation/result.h"
#include "foundation/task.h"
#include "foundation/time.h"
#include "ports/clock.h"
#include "ports/database.h"

namespace aiva::functions {

// A secret as it may be shown.
struct Secret {
  std::string name;  // [A-Za-z0-9_-]{1,64}
  std::string hint;  // its last four characters; empty for short ones
  UnixMs created_at = 0;
  UnixMs updated_at = 0;
};

// What functions of a tenant are called with and nobody reads again. Rows keep it sealed by the
// installation's master key. Changes are written into the audit log in the same transaction.
class Secrets {
 public:
  virtual ~Secrets() = default;
  // By name.
  virtual Task<Result<std::vector<Secret>>> list(CallContext context) = 0;
  // Adds or replaces one: 1 to 8192 bytes without control characters. Fails with `invalid`, and
  // `quota_exceeded` beyond 200 of a tenant.
  virtual Task<Result<Secret>> put(CallContext context, identity::Caller caller, std::string name,
                                   std::string value) = 0;
  // The value, for a call in the tenant's name; never to be shown. Fails with `not_found`.
  virtual Task<Result<std::string>> open(CallContext context, std::string name) = 0;
  // Functions that name it fail from now on.
  virtual Task<Result<void>> remove(CallContext context, identity::Caller caller,
                                    std::string name) = 0;
};

// Everything but the key is borrowed.
struct SecretParts {
  Database& database;
  identity::AuditLog& audit_log;
  const Clock& clock;
  std::string master_key;  // 32 bytes
};

std::unique_ptr<Secrets> make_secrets(SecretParts parts);

}  // namespace aiva::functions
