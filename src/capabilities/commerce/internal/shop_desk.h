#pragma once

#include <string>
#include <vector>

#include "capabilities/commerce/internal/order_tries.h"
#include "capabilities/commerce/internal/shop_answers.h"
#include "capabilities/commerce/internal/shop_arguments.h"
#include "capabilities/commerce/shop_tools.h"

namespace aiva::commerce {

// What a shop's function answered.
struct ShopResult {
  std::string text{};   // JSON
  std::string cards{};  // of the products it speaks of, see product_cards
};

// Does what a shop's functions promise, for the shops of some knowledge bases. Failures are for the
// model to read, except for those of a context that has ended.
class ShopDesk {
 public:
  // The parts are borrowed.
  explicit ShopDesk(const ShopToolParts& parts) : parts_(parts), tries_(parts.clock) {}

  using Bases = std::vector<KnowledgeBaseId>;
  Task<Result<ShopResult>> search(CallContext context, Bases bases, std::string arguments);
  Task<Result<ShopResult>> check_stock(CallContext context, Bases bases, std::string arguments);
  // `asker` names the conversation.
  Task<Result<ShopResult>> order_status(CallContext context, Bases bases, std::string arguments,
                                        std::string asker);
  Task<Result<ShopResult>> cart_link(CallContext context, Bases bases, std::string arguments);

  // Whether any of these knowledge bases has a shop that knows of orders and carts.
  Task<bool> has_orders(CallContext context, Bases bases);

 private:
  Task<Result<std::vector<OpenStore>>> open_stores(CallContext context, Bases bases);

  const ShopToolParts& parts_;
  OrderTries tries_;
};

}  // namespace aiva::commerce
