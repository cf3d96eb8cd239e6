#pragma once

#include <functional>
#include <string>
#include <vector>

#include "capabilities/billing/billing.h"
#include "capabilities/chat/shown_product.h"
#include "foundation/call_context.h"
#include "foundation/result.h"
#include "foundation/task.h"

namespace aiva::chat {

// Which products would fit an answer.
struct ProductWish {
  std::vector<KnowledgeBaseId> bases{};  // at least one; those that have no products cost nothing
  std::string text{};                    // the question
  std::string picture{};                 // bytes of one that came with it; may be empty
};

struct FoundProducts {
  std::vector<ShownProduct> products{};  // the best first; none that is merely the nearest
  billing::MicroUsd base_cost = 0;       // before the margin; 0: nothing was looked at
};

// Looks for products in knowledge bases of `context.tenant`; charges nothing.
using FindProducts = std::function<Task<Result<FoundProducts>>(CallContext, ProductWish)>;

}  // namespace aiva::chat
