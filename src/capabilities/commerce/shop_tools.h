#pragma once

#include <memory>

#include "capabilities/agents/active_agents.h"
#include "capabilities/commerce/catalogue.h"
#include "capabilities/commerce/open_stores.h"
#include "capabilities/commerce/product_search.h"
#include "capabilities/functions/agent_tools.h"
#include "foundation/metrics.h"
#include "ports/clock.h"

namespace aiva::commerce {

// An agent's tools, and those of a shop where one of its knowledge bases has a store:
// search_products, check_stock, order_status (the e-mail address must be the order's), cart_link.
struct ShopToolParts {
  functions::AgentTools& others;  // what the agent may call besides
  agents::ActiveAgents& agents;
  ProductSearch& search;
  Catalogue& catalogue;
  // The store of a knowledge base with its access, for orders and carts.
  OpenStores& stores;
  const Clock& clock;
  Metrics& metrics;
};

std::unique_ptr<functions::AgentTools> make_shop_tools(ShopToolParts parts);

}  // namespace aiva::commerce
