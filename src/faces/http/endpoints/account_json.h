#pragma once

#include <optional>
#include <string_view>

#include "capabilities/identity/identity.h"
#include "foundation/json.h"
#include "foundation/json_writer.h"

namespace aiva::http {

// The user as clients see it.
void write_user(JsonWriter& writer, const identity::User& user);
void write_tenant(JsonWriter& writer, const identity::Tenant& tenant);
void write_api_key(JsonWriter& writer, const identity::ApiKey& key);

// ISO 8601 or null under `name`.
void write_instant(JsonWriter& writer, std::string_view name, std::optional<UnixMs> instant);

// The optional id or role under `name`; a malformed one is recorded as a mistake.
std::optional<TenantId> read_tenant_id(json::Fields& fields, std::string_view name);
std::optional<identity::Role> read_role(json::Fields& fields, std::string_view name);

}  // namespace aiva::http
