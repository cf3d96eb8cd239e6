#include "faces/http/endpoints/numbers.h"

#include <string>
#include <utility>

#include "faces/http/endpoints/call_json.h"
#include "faces/http/endpoints/caller.h"
#include "faces/http/endpoints/paging.h"

namespace aiva::http {
namespace {

using identity::Permission;
using voice::Number;
using voice::NumberId;
using voice::Numbers;

constexpr std::size_t text_bytes_max = 1000;  // the capability says how many may be

Response number_response(const Number& number, int status = 200) {
  return ok_response([&](JsonWriter& writer) { write_number(writer, number); }, status);
}

void read_number(json::Fields& fields, Number& number) {
  if (auto did = fields.optional_text("did", {.length_max = text_bytes_max})) number.did = *did;
  if (auto label = fields.optional_text("label", {.length_max = text_bytes_max}))
    number.label = *label;
  if (auto agent = read_agent_id(fields, "agent_id")) number.agent = *agent;
  number.is_active = fields.boolean("is_active", number.is_active);
}

Task<Result<Response>> create_number(Numbers& numbers, CallContext context, Request& request) {
  CO_TRY(auto body, request.json());
  json::Fields fields(body);
  for (auto needed : {"did", "agent_id"})
    if (!fields.has(needed)) fields.add_error(needed, "is needed");
  Number wanted;
  read_number(fields, wanted);
  CO_TRY_VOID(fields.finish());
  auto creating = numbers.create(context, caller_of(request), std::move(wanted));
  CO_TRY(auto number, co_await std::move(creating));
  co_return number_response(number, 201);
}

Task<Result<Response>> list_numbers(Numbers& numbers, CallContext context, Request& request) {
  CO_TRY(auto wanted, read_list_request(request, "numbers"));
  auto page = wanted.as<identity::PageRequest>();
  voice::NumberFilter filter{.limit = page.limit, .page = page.page, .after = page.after};
  if (auto text = request.query_text("agent_id")) {
    filter.agent = AgentId::parse(*text);
    if (!filter.agent) co_return fail(invalid_field("agent_id", "must be an id"));
  }
  auto listing = numbers.list(context, filter);
  CO_TRY(auto found, co_await std::move(listing));
  co_return list_response(found, wanted, write_number);
}

Task<Result<Response>> get_number(Numbers& numbers, CallContext context, Request& request) {
  CO_TRY(auto id, request.id<NumberId>("numberId"));
  CO_TRY(auto number, co_await numbers.get(context, id));
  co_return number_response(number);
}

Task<Result<Response>> update_number(Numbers& numbers, CallContext context, Request& request) {
  CO_TRY(auto id, request.id<NumberId>("numberId"));
  CO_TRY(auto body, request.json());
  // The body outlives the call and is only read; the transaction may run twice.
  Numbers::Change change = [&body](Number& number) -> Result<void> {
    json::Fields fields(body);
    read_number(fields, number);
    return fields.finish();
  };
  auto changing = numbers.change(context, caller_of(request), id, std::move(change));
  CO_TRY(auto number, co_await std::move(changing));
  co_return number_response(number);
}

Task<Result<Response>> remove_number(Numbers& numbers, CallContext context, Request& request) {
  CO_TRY(auto id, request.id<NumberId>("numberId"));
  CO_TRY_VOID(co_await numbers.remove(context, caller_of(request), id));
  co_return done_response();
}

}  // namespace

std::vector<Route> number_routes(Numbers& numbers) {
  auto bind = [&numbers](auto handler) -> Handler {
    return [&numbers, handler](CallContext context, Request& request) {
      return handler(numbers, std::move(context), request);
    };
  };
  auto may_read = Right::needs(Permission::agents_read);
  auto may_write = Right::needs(Permission::agents_write);
  constexpr auto all = "/api/numbers";
  constexpr auto one = "/api/numbers/:numberId";
  std::vector<Route> routes;
  routes.push_back({Method::post, all, may_write, bind(create_number)});
  routes.push_back({Method::get, all, may_read, bind(list_numbers)});
  routes.push_back({Method::get, one, may_read, bind(get_number)});
  routes.push_back({Method::put, one, may_write, bind(update_number)});
  routes.push_back({Method::del, one, may_write, bind(remove_number)});
  return routes;
}

}  // namespace aiva::http
