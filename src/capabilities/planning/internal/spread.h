#pragma once

#include <optional>

#include "capabilities/planning/internal/sizing.h"

namespace aiva::planning {

// The cheapest machine of the table with so many cores and so much memory.
std::optional<MachinePrice> find_machine(const PriceTable& prices, double cores, double memory_gb);

// The api, worker and bridge processes of an installation on several machines.
Result<void> add_processes(Sizing& sizing, const Wish& wish, const PriceTable& prices);

// Its database, Redis and balancer.
Result<void> add_stores(Sizing& sizing, const Wish& wish, const PriceTable& prices);

}  // namespace aiva::planning
