#pragma once

#include <optional>
#include <string>
#include <vector>

#include "capabilities/commerce/types.h"
#include "capabilities/knowledge/types.h"
#include "foundation/call_context.h"
#include "foundation/result.h"
#include "foundation/task.h"

namespace aiva::commerce {

// The products of knowledge bases as they are kept. Every operation sees only rows of
// `context.tenant`; anything else is `not_found`.
class Catalogue {
 public:
  virtual ~Catalogue() = default;
  struct Filter {
    std::optional<StoreId> store{};
    std::optional<KnowledgeBaseId> knowledge_base{};
    std::optional<ProductState> state{};
    std::string text{};  // in title, handle or a SKU; at most 200 bytes
    bool with_deleted = false;
    knowledge::PageRequest page{};  // its key is synced_at
  };
  // Lately synced first.
  virtual Task<Result<knowledge::PageOf<Product>>> list(CallContext context, Filter filter) = 0;
  virtual Task<Result<Product>> get(CallContext context, ProductId id) = 0;
  // In the order of `ids`; those that are gone are left out. At most 200.
  virtual Task<Result<std::vector<Product>>> get_all(CallContext context,
                                                     std::vector<ProductId> ids) = 0;
  virtual Task<Result<CatalogueStatistics>> statistics(CallContext context,
                                                       std::optional<StoreId> store) = 0;
};

}  // namespace aiva::commerce
