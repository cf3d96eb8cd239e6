#include "faces/http/endpoints/credit_budgets.h"

#include "faces/http/endpoints/account_json.h"
#include "faces/http/endpoints/credit_json.h"
#include "faces/http/endpoints/paging.h"

namespace aiva::http {
namespace {

using billing::Budget;
using billing::BudgetId;
using billing::Budgets;
using identity::Permission;

constexpr std::size_t percents_max = 10;

std::optional<std::vector<int>> read_percents(json::Fields& fields) {
  if (!fields.has("alert_percents")) return std::nullopt;
  std::vector<int> percents;
  const auto* listed = fields.array("alert_percents", percents_max);
  if (listed == nullptr) return percents;
  for (const auto& value : *listed) {
    if (value.is_int64() && value.as_int64() >= 1 && value.as_int64() <= 1000) {
      percents.push_back(static_cast<int>(value.as_int64()));
      continue;
    }
    fields.add_error("alert_percents", "must be whole numbers from 1 to 1000");
    break;
  }
  return percents;
}

template <class T>
T read_choice(json::Fields& fields, std::string_view name,
              std::optional<T> (*parse)(std::string_view), T fallback, std::string_view choices) {
  auto text = fields.optional_text(name, {.length_max = 20});
  if (!text) return fallback;
  if (auto parsed = parse(*text)) return *parsed;
  fields.add_error(name, std::string(choices));
  return fallback;
}

Response budget_response(const Budget& budget, int status = 200) {
  return ok_response([&](JsonWriter& writer) { write_budget(writer, budget); }, status);
}

Task<Result<Response>> create_budget(Budgets& budgets, CallContext context, Request& request) {
  CO_TRY(auto body, request.json());
  json::Fields fields(body);
  Budget budget;
  budget.scope = read_choice(fields, "scope", billing::parse_budget_scope,
                             billing::BudgetScope::tenant, "must be tenant, key or agent");
  budget.subject = fields.optional_text("subject_id", {.length_max = 36}).value_or(std::string());
  budget.period = read_choice(fields, "period", billing::parse_budget_period,
                              billing::BudgetPeriod::month, "must be day or month");
  auto amount = read_amount(fields, "amount");
  if (auto percents = read_percents(fields)) budget.alert_percents = std::move(*percents);
  budget.is_hard = fields.boolean("is_hard", false);
  auto named = read_tenant_id(fields, "tenant_id");
  CO_TRY_VOID(fields.finish());
  budget.amount = *amount;
  CO_TRY(auto tenant, choose_tenant(request, named));
  CO_TRY(auto made, co_await budgets.create(context, tenant, std::move(budget)));
  co_return budget_response(made, 201);
}

Task<Result<Response>> list_budgets(Budgets& budgets, CallContext context, Request& request) {
  CO_TRY(auto tenant, query_tenant(request));
  CO_TRY(auto listed, co_await budgets.list(context, tenant));
  co_return whole_list_response(listed, write_budget);
}

Task<Result<Response>> get_budget(Budgets& budgets, CallContext context, Request& request) {
  CO_TRY(auto id, request.id<BudgetId>("budgetId"));
  CO_TRY(auto tenant, query_tenant(request));
  CO_TRY(auto budget, co_await budgets.find(context, tenant, id));
  co_return budget_response(budget);
}

Task<Result<Response>> change_budget(Budgets& budgets, CallContext context, Request& request) {
  CO_TRY(auto id, request.id<BudgetId>("budgetId"));
  CO_TRY(auto tenant, query_tenant(request));
  CO_TRY_VOID(co_await budgets.find(context, tenant, id));
  CO_TRY(auto body, request.json());
  json::Fields fields(body);
  billing::BudgetChange change;
  if (fields.has("amount")) change.amount = read_amount(fields, "amount");
  change.alert_percents = read_percents(fields);
  change.is_hard = fields.optional_boolean("is_hard");
  CO_TRY_VOID(fields.finish());
  CO_TRY(auto budget, co_await budgets.change(context, tenant, id, std::move(change)));
  co_return budget_response(budget);
}

Task<Result<Response>> remove_budget(Budgets& budgets, CallContext context, Request& request) {
  CO_TRY(auto id, request.id<BudgetId>("budgetId"));
  CO_TRY(auto tenant, query_tenant(request));
  CO_TRY_VOID(co_await budgets.remove(context, tenant, id));
  co_return done_response();
}

Response low_balance_response(std::optional<billing::MicroUsd> threshold) {
  return ok_response([&](JsonWriter& writer) {
    writer.begin_object();
    if (threshold)
      writer.field("amount", in_dollars(*threshold));
    else
      writer.null_field("amount");
    writer.end_object();
  });
}

Task<Result<Response>> get_low_balance(Budgets& budgets, CallContext context, Request& request) {
  CO_TRY(auto tenant, query_tenant(request));
  CO_TRY(auto threshold, co_await budgets.low_balance(context, tenant));
  co_return low_balance_response(threshold);
}

Task<Result<Response>> set_low_balance(Budgets& budgets, CallContext context, Request& request) {
  CO_TRY(auto tenant, query_tenant(request));
  CO_TRY(auto body, request.json());
  json::Fields fields(body);
  auto amount = read_amount(fields, "amount");
  CO_TRY_VOID(fields.finish());
  CO_TRY_VOID(co_await budgets.set_low_balance(context, tenant, amount));
  co_return low_balance_response(amount);
}

Task<Result<Response>> clear_low_balance(Budgets& budgets, CallContext context, Request& request) {
  CO_TRY(auto tenant, query_tenant(request));
  CO_TRY_VOID(co_await budgets.set_low_balance(context, tenant, std::nullopt));
  co_return low_balance_response(std::nullopt);
}

Task<Result<Response>> list_alerts(Budgets& budgets, CallContext context, Request& request) {
  CO_TRY(auto wanted, read_list_request(request, "credit_alerts"));
  CO_TRY(auto tenant, query_tenant(request));
  CO_TRY(auto alerts,
         co_await budgets.alerts(context, tenant, wanted.limit_ahead(), wanted.key_before()));
  co_return uncounted_response(alerts, wanted, write_alert, position_by_sequence<billing::Alert>);
}

}  // namespace

std::vector<Route> credit_budget_routes(Budgets& budgets) {
  auto bind = [&budgets](auto handler) -> Handler {
    return [&budgets, handler](CallContext context, Request& request) {
      return handler(budgets, context, request);
    };
  };
  auto may_read = Right::needs(Permission::billing_read);
  auto may_write = Right::needs(Permission::billing_write);
  constexpr std::string_view all = "/api/credits/budgets";
  constexpr std::string_view one = "/api/credits/budgets/:budgetId";
  constexpr std::string_view low = "/api/credits/low-balance";
  std::vector<Route> routes;
  routes.push_back({Method::get, all, may_read, bind(list_budgets)});
  routes.push_back({Method::post, all, may_write, bind(create_budget)});
  routes.push_back({Method::get, one, may_read, bind(get_budget)});
  routes.push_back({Method::put, one, may_write, bind(change_budget)});
  routes.push_back({Method::del, one, may_write, bind(remove_budget)});
  routes.push_back({Method::get, low, may_read, bind(get_low_balance)});
  routes.push_back({Method::put, low, may_write, bind(set_low_balance)});
  routes.push_back({Method::del, low, may_write, bind(clear_low_balance)});
  routes.push_back({Method::get, "/api/credits/alerts", may_read, bind(list_alerts)});
  return routes;
}

}  // namespace aiva::http
