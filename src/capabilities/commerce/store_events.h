#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "capabilities/commerce/ids.h"
#include "foundation/call_context.h"
#include "foundation/result.h"
#include "foundation/task.h"
#include "ports/http_client.h"

namespace aiva::commerce {

// What stores send by themselves.
class StoreEvents {
 public:
  virtual ~StoreEvents() = default;
  // Takes a delivered event of a store of any tenant: verified, written down once and followed by a
  // job. When it succeeds the event is not lost; one that was taken before succeeds, too, and
  // changes nothing. Fails with `not_found` (the store), `unauthenticated` (the signature),
  // `invalid`.
  virtual Task<Result<void>> take(CallContext context, StoreId store,
                                  std::vector<HttpHeader> headers, std::string body) = 0;
  // The same of an event that came to the one address of the installation's app, signed with its
  // secret: it is for every store of the shop it names, of any tenant, that has no app of its own.
  // Succeeds where there is none. Fails with `unauthenticated` (the signature, or the installation
  // has no app), `invalid`.
  virtual Task<Result<void>> take_for_shop(CallContext context, std::vector<HttpHeader> headers,
                                           std::string body) = 0;
  // Forgets events of all tenants that were followed longer than `age` ago; answers how many.
  virtual Task<Result<std::int64_t>> remove_old(CallContext context, std::chrono::days age) = 0;
};

}  // namespace aiva::commerce
