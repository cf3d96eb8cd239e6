#include "faces/http/endpoints/credits.h"

#include <cmath>

#include "faces/http/endpoints/account_json.h"
#include "faces/http/endpoints/paging.h"
#include "foundation/ids.h"

namespace aiva::http {
namespace {

using billing::Billing;
using billing::MicroUsd;
using identity::Permission;

constexpr double dollars_max = 1'000'000;

double in_dollars(MicroUsd amount) { return static_cast<double>(amount) / 1e6; }

std::optional<MicroUsd> read_amount(json::Fields& fields) {
  auto dollars = fields.optional_number("amount", 0, dollars_max);
  if (!dollars || *dollars <= 0) {
    if (dollars || !fields.has("amount")) fields.add_error("amount", "must be above 0");
    return std::nullopt;
  }
  return static_cast<MicroUsd>(std::llround(*dollars * 1e6));
}

// The tenant a call is about: the caller's own, or another for those who manage tenants.
Result<TenantId> choose_tenant(const Request& request, std::optional<TenantId> named) {
  const auto& principal = request.principal();
  if (!named) return principal.tenant;
  if (principal.may_see_tenant(*named)) return *named;
  return fail(ErrorCode::forbidden, "The tenant is not yours");
}

Result<TenantId> query_tenant(const Request& request) {
  auto text = request.query_text("tenant_id");
  if (!text) return choose_tenant(request, std::nullopt);
  auto id = TenantId::parse(*text);
  if (!id) return fail(invalid_field("tenant_id", "must be an id"));
  return choose_tenant(request, id);
}

void write_balance(JsonWriter& writer, const billing::Balance& balance, std::string_view name) {
  writer.begin_object().field("tenant_id", balance.tenant);
  writer.field(name, in_dollars(balance.balance)).field("held", in_dollars(balance.held));
  writer.field("available", in_dollars(balance.available)).field("currency", "USD");
  writer.field("is_unlimited", balance.is_unlimited).end_object();
}

void write_entry(JsonWriter& writer, const billing::LedgerEntry& entry) {
  writer.begin_object().field("id", entry.id).field("type", entry.type);
  writer.field("amount", in_dollars(entry.amount));
  writer.field("balance_before", in_dollars(entry.balance_before));
  writer.field("balance_after", in_dollars(entry.balance_after));
  writer.field("operation_type", entry.operation).field("reference", entry.reference);
  writer.field("note", entry.note).field("created_at", to_iso8601(entry.created_at)).end_object();
}

Task<Result<Response>> get_balance(Billing& billing, CallContext context, Request& request) {
  CO_TRY(auto tenant, query_tenant(request));
  CO_TRY(auto balance, co_await billing.balance(context, tenant));
  co_return ok_response([&](JsonWriter& writer) { write_balance(writer, balance, "balance"); });
}

Task<Result<Response>> add_credits(Billing& billing, CallContext context, Request& request) {
  CO_TRY(auto body, request.json());
  json::Fields fields(body);
  auto amount = read_amount(fields);
  auto named = read_tenant_id(fields, "tenant_id");
  auto note = fields.optional_text("note", {.length_max = 500}).value_or(std::string());
  CO_TRY_VOID(fields.finish());
  CO_TRY(auto tenant, choose_tenant(request, named));
  CO_TRY(auto balance, co_await billing.add(context, tenant, *amount, std::move(note)));
  co_return ok_response(
      [&](JsonWriter& writer) { write_balance(writer, balance, "balance_after"); }, 201);
}

Task<Result<Response>> deduct_credits(Billing& billing, CallContext context, Request& request) {
  CO_TRY(auto body, request.json());
  json::Fields fields(body);
  auto amount = read_amount(fields);
  auto named = read_tenant_id(fields, "tenant_id");
  auto call = fields.optional_text("call_log_id", {.length_min = 1, .length_max = 100});
  CO_TRY_VOID(fields.finish());
  CO_TRY(auto tenant, choose_tenant(request, named));
  billing::Charge charge{
      .operation = "call", .reference = call.value_or(Uuid::make().to_string()), .base = *amount};
  CO_TRY(auto balance, co_await billing.deduct(context, tenant, std::move(charge)));
  co_return ok_response(
      [&](JsonWriter& writer) { write_balance(writer, balance, "balance_after"); });
}

Task<Result<Response>> list_entries(Billing& billing, CallContext context, Request& request) {
  CO_TRY(auto page, request.page());
  CO_TRY(auto tenant, query_tenant(request));
  std::int64_t offset = (static_cast<std::int64_t>(page.page) - 1) * page.limit;
  CO_TRY(auto history, co_await billing.history(context, tenant, page.limit, offset));
  co_return page_response(history.entries, history.total, page, write_entry);
}

}  // namespace

std::vector<Route> credit_routes(Billing& billing) {
  auto bind = [&billing](auto handler) -> Handler {
    return [&billing, handler](CallContext context, Request& request) {
      return handler(billing, context, request);
    };
  };
  auto may_read = Right::needs(Permission::billing_read);
  std::vector<Route> routes;
  routes.push_back({Method::get, "/api/credits/balance", may_read, bind(get_balance)});
  routes.push_back({Method::get, "/api/credits/history", may_read, bind(list_entries)});
  // Credits are sold by whoever runs the installation, not by the tenant to itself.
  routes.push_back({Method::post, "/api/credits/add", Right::needs(Permission::tenants_manage),
                    bind(add_credits)});
  routes.push_back({Method::post, "/api/credits/deduct", Right::needs(Permission::billing_write),
                    bind(deduct_credits)});
  return routes;
}

}  // namespace aiva::http
