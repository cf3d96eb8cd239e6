#pragma once

#include <filesystem>
#include <optional>

#include "app/parts.h"
#include "capabilities/identity/identity.h"
#include "foundation/result.h"

namespace aiva::app {

// On a folder without users: makes the first tenant and admin. The password is nowhere else.
Result<std::optional<identity::FirstAdmin>> make_first_admin(Parts& parts);

// On a tenant without knowledge bases: makes "Sample" and queues every document of the folder for
// ingestion. Says how many were queued.
Result<int> load_samples(Parts& parts, TenantId tenant, const std::filesystem::path& folder);

}  // namespace aiva::app
