#pragma once

#include <string>

#include "capabilities/identity/identity.h"
#include "faces/cli/arguments.h"
#include "foundation/call_context.h"

namespace aiva::cli {

// The tenant of that name or id; the oldest one when the name is empty. `not_found` lists the
// names.
Result<identity::Tenant> find_tenant(identity::Directory& directory, const std::string& name_or_id);

// `aiva user …` and `aiva tenant …`: prints what it did and answers the exit code.
int run_account_command(identity::Identity& identity, const Arguments& arguments);

}  // namespace aiva::cli
