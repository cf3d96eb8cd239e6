#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "capabilities/commerce/types.h"
#include "capabilities/identity/audit_log.h"
#include "capabilities/knowledge/types.h"
#include "foundation/call_context.h"
#include "foundation/result.h"
#include "foundation/task.h"

namespace aiva::commerce {

// Below the server's public address: where owners who agreed come back, and, before the id of a
// store, where its events arrive.
inline constexpr const char* consent_return_path = "/api/shopify/oauth/callback";
inline constexpr const char* events_path = "/api/shopify/webhooks/";

// What a look at a store found.
struct StoreReport {
  bool is_reachable = false;
  StoreIdentity identity{};
  std::int64_t products = 0;
  std::vector<std::string> missing_scopes{};
  std::string problem{};  // why it is not
  double time_ms = 0;
};

// The stores of a tenant. Every operation sees only rows of `context.tenant`; anything else is
// `not_found`. Changes are written into the audit log in the same transaction.
class Stores {
 public:
  virtual ~Stores() = default;

  // Looks at the store first when there is a token or none is needed. Fails with `invalid`
  // (fields), `conflict` (the knowledge base has a store), `not_found` (the knowledge base),
  // `quota_exceeded`.
  virtual Task<Result<Store>> connect(CallContext context, identity::Caller caller,
                                      NewStore store) = 0;
  virtual Task<Result<Store>> get(CallContext context, StoreId id) = 0;
  // By their creation.
  virtual Task<Result<std::vector<Store>>> list(CallContext context) = 0;
  // A feed that moves to another server loses its token unless it is given one. Fails with
  // `invalid` (fields), also when the store refuses what it is now asked with.
  virtual Task<Result<Store>> change(CallContext context, identity::Caller caller, StoreId id,
                                     StoreChange change) = 0;
  // Its products and their images go with it.
  virtual Task<Result<void>> remove(CallContext context, identity::Caller caller, StoreId id) = 0;
  // No sync begins, and no event is followed, until it is resumed. A sync that runs is cancelled.
  virtual Task<Result<Store>> pause(CallContext context, identity::Caller caller, StoreId id) = 0;
  virtual Task<Result<Store>> resume(CallContext context, identity::Caller caller, StoreId id) = 0;
  // What goes wrong stands in the report.
  virtual Task<Result<StoreReport>> test(CallContext context, StoreId id) = 0;
  virtual Task<Result<std::vector<StoreCollection>>> collections(CallContext context,
                                                                 StoreId id) = 0;

  // The address where the owner agrees; it is good for ten minutes and once. `unavailable` where
  // the installation has no app.
  virtual Task<Result<std::string>> consent_address(CallContext context, StoreId id) = 0;
  // The owner came back with this query. Of any tenant: the state says which. Fails with
  // `unauthenticated` (the signature, an unknown, used or old state).
  virtual Task<Result<Store>> finish_consent(CallContext context, std::string query) = 0;
  // Renews what owners agreed to of stores that nobody spoke to for long, before it runs out. Of
  // all tenants. Answers how many.
  virtual Task<Result<std::int64_t>> renew_access(CallContext context) = 0;
  // A feed's products, CSV or JSON, instead of its address's. Read at the next sync.
  virtual Task<Result<void>> upload_feed(CallContext context, StoreId id, std::string content) = 0;
};

}  // namespace aiva::commerce
