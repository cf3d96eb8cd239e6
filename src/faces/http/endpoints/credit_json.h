#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "capabilities/billing/billing.h"
#include "faces/http/request.h"
#include "foundation/json.h"
#include "foundation/json_writer.h"
#include "foundation/result.h"

namespace aiva::http {

double in_dollars(billing::MicroUsd amount);

// The amount in US dollars under `name`, above 0 and at most a million; anything else is recorded
// as a mistake, and so is its absence.
std::optional<billing::MicroUsd> read_amount(json::Fields& fields, std::string_view name);

// The tenant a call is about: the caller's own, or another for those who manage tenants.
Result<TenantId> choose_tenant(const Request& request, std::optional<TenantId> named);
// The same, named by the query parameter `tenant_id`.
Result<TenantId> query_tenant(const Request& request);

void write_balance(JsonWriter& writer, const billing::Balance& balance, std::string_view name);
void write_entry(JsonWriter& writer, const billing::LedgerEntry& entry);
void write_budget(JsonWriter& writer, const billing::Budget& budget);
void write_alert(JsonWriter& writer, const billing::Alert& alert);

}  // namespace aiva::http
