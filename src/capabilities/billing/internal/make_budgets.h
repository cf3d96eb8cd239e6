#pragma once

#include <functional>
#include <memory>

#include "capabilities/billing/budgets.h"
#include "ports/clock.h"
#include "ports/database.h"

namespace aiva::billing {

// `forget` is told of each tenant whose limits have changed.
std::unique_ptr<Budgets> make_budgets(Database& database, const Clock& clock,
                                      std::function<void(TenantId)> forget);

}  // namespace aiva::billing
