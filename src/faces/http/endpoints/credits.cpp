#include "faces/http/endpoints/credits.h"

#include "faces/http/endpoints/account_json.h"
#include "faces/http/endpoints/credit_json.h"
#include "faces/http/endpoints/paging.h"
#include "faces/http/middleware/idempotency.h"
#include "foundation/ids.h"

namespace aiva::http {
namespace {

using billing::Billing;
using identity::Permission;

Task<Result<Response>> get_balance(Billing& billing, CallContext context, Request& request) {
  CO_TRY(auto tenant, query_tenant(request));
  CO_TRY(auto balance, co_await billing.balance(context, tenant));
  co_return ok_response([&](JsonWriter& writer) { write_balance(writer, balance, "balance"); });
}

// What is posted once for each use of an Idempotency-Key: also where the first answer was lost with
// its process, and the kept answer with it.
std::string reference_of(const Request& request) {
  auto name = name_of_repetitions(request);
  return name.empty() ? Uuid::make().to_string() : "key " + name;
}

Task<Result<Response>> add_credits(Billing& billing, CallContext context, Request& request) {
  CO_TRY(auto body, request.json());
  json::Fields fields(body);
  auto amount = read_amount(fields, "amount");
  auto named = read_tenant_id(fields, "tenant_id");
  auto note = fields.optional_text("note", {.length_max = 500}).value_or(std::string());
  bool is_promotion = fields.boolean("is_promotion", false);
  CO_TRY_VOID(fields.finish());
  CO_TRY(auto tenant, choose_tenant(request, named));
  auto source = is_promotion ? billing::CreditSource::promotion : billing::CreditSource::added;
  auto adding =
      billing.add(context, tenant, *amount, std::move(note), source, reference_of(request));
  CO_TRY(auto balance, co_await std::move(adding));
  co_return ok_response(
      [&](JsonWriter& writer) { write_balance(writer, balance, "balance_after"); }, 201);
}

Task<Result<Response>> deduct_credits(Billing& billing, CallContext context, Request& request) {
  CO_TRY(auto body, request.json());
  json::Fields fields(body);
  auto amount = read_amount(fields, "amount");
  auto named = read_tenant_id(fields, "tenant_id");
  auto call = fields.optional_text("call_log_id", {.length_min = 1, .length_max = 100});
  CO_TRY_VOID(fields.finish());
  CO_TRY(auto tenant, choose_tenant(request, named));
  billing::Charge charge{.operation = "call",
                         .reference = call ? *call : reference_of(request),
                         .base = *amount,
                         .key = context.api_key};
  CO_TRY(auto balance, co_await billing.deduct(context, tenant, std::move(charge)));
  co_return ok_response(
      [&](JsonWriter& writer) { write_balance(writer, balance, "balance_after"); });
}

struct Counted {
  std::vector<billing::LedgerEntry> items;
  std::int64_t total = 0;
};

// By page, with the total; or behind a cursor, as quick at the end as at the beginning.
Task<Result<Response>> list_entries(Billing& billing, CallContext context, Request& request) {
  CO_TRY(auto wanted, read_list_request(request, "credits"));
  CO_TRY(auto tenant, query_tenant(request));
  auto position = position_by_sequence<billing::LedgerEntry>;
  if (wanted.after) {
    CO_TRY(auto entries, co_await billing.history_before(context, tenant, wanted.limit_ahead(),
                                                         wanted.key_before()));
    co_return uncounted_response(entries, wanted, write_entry, position);
  }
  auto [page, limit] = wanted.page;
  auto offset = (std::int64_t{page} - 1) * limit;
  CO_TRY(auto history, co_await billing.history(context, tenant, limit, offset));
  Counted found{.items = std::move(history.entries), .total = history.total};
  co_return list_response(found, wanted, write_entry, position);
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
