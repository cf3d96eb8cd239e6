#pragma once

#include <memory>
#include <optional>

#include "capabilities/commerce/types.h"
#include "foundation/call_context.h"
#include "foundation/result.h"
#include "foundation/task.h"
#include "ports/storefront.h"

namespace aiva::commerce {

// A store as the inside of the server uses it.
struct OpenStore {
  Store store{};
  StoreAccess access{};      // with the token; never logged
  Storefront* storefront{};  // borrowed, or below
  // Where the token runs out: renews it by itself, so that only calls by it are sure to be let in.
  std::shared_ptr<Storefront> own_storefront{};
};

// Stores with what is needed to speak to them. Of `context.tenant` alone.
class OpenStores {
 public:
  virtual ~OpenStores() = default;
  // Fails with `not_found`, `unavailable` (its token cannot be opened).
  virtual Task<Result<OpenStore>> open(CallContext context, StoreId id) = 0;
  // The store of a knowledge base; nothing when it has none.
  virtual Task<Result<std::optional<OpenStore>>> of_base(CallContext context,
                                                         KnowledgeBaseId base) = 0;
};

}  // namespace aiva::commerce
