#pragma once

#include <memory>

#include "capabilities/billing/usage.h"
#include "ports/clock.h"
#include "ports/database.h"

namespace aiva::billing {

std::unique_ptr<Usage> make_usage(Database& database, const Clock& clock);

}  // namespace aiva::billing
