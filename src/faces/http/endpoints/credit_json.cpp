#include "faces/http/endpoints/credit_json.h"

#include <cmath>

#include "faces/http/endpoints/query_fields.h"
#include "foundation/time.h"

namespace aiva::http {
namespace {

constexpr double dollars_max = 1'000'000;

template <class IdType>
void write_id(JsonWriter& writer, std::string_view name, const std::optional<IdType>& id) {
  if (id)
    writer.field(name, *id);
  else
    writer.null_field(name);
}

}  // namespace

double in_dollars(billing::MicroUsd amount) { return static_cast<double>(amount) / 1e6; }

std::optional<billing::MicroUsd> read_amount(json::Fields& fields, std::string_view name) {
  auto dollars = fields.optional_number(name, 0, dollars_max);
  auto amount = static_cast<billing::MicroUsd>(std::llround(dollars.value_or(0) * 1e6));
  if (dollars && amount > 0) return amount;
  if (dollars || !fields.has(name)) fields.add_error(name, "must be above 0");
  return std::nullopt;
}

Result<TenantId> choose_tenant(const Request& request, std::optional<TenantId> named) {
  const auto& principal = request.principal();
  if (!named) return principal.tenant;
  if (principal.may_see_tenant(*named)) return *named;
  return fail(ErrorCode::forbidden, "The tenant is not yours");
}

Result<TenantId> query_tenant(const Request& request) {
  TRY(auto named, query_id<TenantId>(request, "tenant_id"));
  return choose_tenant(request, named);
}

void write_balance(JsonWriter& writer, const billing::Balance& balance, std::string_view name) {
  writer.begin_object().field("tenant_id", balance.tenant);
  writer.field(name, in_dollars(balance.balance)).field("held", in_dollars(balance.held));
  writer.field("available", in_dollars(balance.available)).field("currency", "USD");
  writer.field("is_unlimited", balance.is_unlimited).end_object();
}

void write_entry(JsonWriter& writer, const billing::LedgerEntry& entry) {
  writer.begin_object().field("id", entry.id).field("type", entry.type);
  writer.field("amount", in_dollars(entry.amount)).field("base", in_dollars(entry.base));
  writer.field("balance_before", in_dollars(entry.balance_before));
  writer.field("balance_after", in_dollars(entry.balance_after));
  writer.field("operation_type", entry.operation).field("reference", entry.reference);
  writer.field("from_account", entry.from_account).field("to_account", entry.to_account);
  writer.field("model", entry.model);
  write_id(writer, "agent_id", entry.agent);
  write_id(writer, "api_key_id", entry.key);
  writer.field("note", entry.note).field("created_at", to_iso8601(entry.created_at)).end_object();
}

void write_budget(JsonWriter& writer, const billing::Budget& budget) {
  writer.begin_object().field("id", budget.id).field("scope", to_string(budget.scope));
  if (budget.subject.empty())
    writer.null_field("subject_id");
  else
    writer.field("subject_id", budget.subject);
  writer.field("period", to_string(budget.period)).field("amount", in_dollars(budget.amount));
  writer.key("alert_percents").begin_array();
  for (int percent : budget.alert_percents) writer.value(percent);
  writer.end_array().field("is_hard", budget.is_hard);
  writer.field("spent", in_dollars(budget.spent));
  writer.field("period_started_at", to_iso8601(budget.period_started));
  writer.field("created_at", to_iso8601(budget.created_at));
  writer.field("updated_at", to_iso8601(budget.updated_at)).end_object();
}

void write_alert(JsonWriter& writer, const billing::Alert& alert) {
  writer.begin_object().field("id", alert.id).field("type", alert.type);
  write_id(writer, "budget_id", alert.budget);
  writer.field("percent", alert.percent).field("amount", in_dollars(alert.amount));
  writer.field("threshold", in_dollars(alert.threshold));
  writer.field("created_at", to_iso8601(alert.created_at)).end_object();
}

}  // namespace aiva::http
