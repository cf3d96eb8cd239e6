#pragma once

#include <memory>

#include "capabilities/billing/usage.h"
#include "ports/database.h"

namespace aiva::billing {

std::unique_ptr<Usage> make_usage(Database& database);

}  // namespace aiva::billing
