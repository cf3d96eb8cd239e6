#pragma once

#include <optional>

#include "capabilities/billing/billing.h"
#include "capabilities/identity/directory.h"
#include "faces/cli/arguments.h"
#include "ports/database.h"

namespace aiva::cli {

struct CreditParts {
  billing::Billing& billing;
  Database& database;
  identity::Directory& directory;
};

// `aiva credits …`: prints what it did or found and answers the exit code, 1 for a ledger that does
// not add up; nothing for other commands.
std::optional<int> run_credit_command(CreditParts parts, const Arguments& arguments);

}  // namespace aiva::cli
