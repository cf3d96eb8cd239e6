#include "faces/http/endpoints/search_history.h"

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "faces/http/endpoints/paging.h"
#include "faces/http/endpoints/query_fields.h"
#include "faces/http/endpoints/search_history_json.h"

namespace aiva::http {
namespace {

using identity::Permission;
using search::History;

constexpr int days_default = 30;
constexpr int days_max = 365;

Task<Result<Response>> list_searches(History& history, CallContext context, Request& request) {
  CO_TRY(auto base, request.id<KnowledgeBaseId>("kbId"));
  CO_TRY(auto wanted, read_list_request(request, "searches"));
  CO_TRY(auto is_without_results, request.query_flag("no_results"));
  search::HistoryFilter filter{.is_without_results = is_without_results.value_or(false),
                               .page = wanted.as<knowledge::PageRequest>()};
  CO_TRY(filter.from, query_instant(request, "from"));
  CO_TRY(filter.until, query_instant(request, "until"));
  CO_TRY(auto searches, co_await history.searches(context, base, filter));
  co_return list_response(searches, wanted, write_past_search);
}

Task<Result<Response>> get_analytics(History& history, CallContext context, Request& request) {
  CO_TRY(auto base, request.id<KnowledgeBaseId>("kbId"));
  CO_TRY(auto days, request.query_integer("days", days_default, 1, days_max));
  CO_TRY(auto analytics, co_await history.analytics(context, base, static_cast<int>(days)));
  co_return ok_response([&](JsonWriter& writer) { write_analytics(writer, analytics); });
}

}  // namespace

std::vector<Route> search_history_routes(History& history) {
  auto bind = [&history](auto handler) -> Handler {
    return [&history, handler](CallContext context, Request& request) {
      return handler(history, std::move(context), request);
    };
  };
  // What others asked is for those who look after the knowledge base.
  auto may_write = Right::needs(Permission::knowledge_write);
  std::vector<Route> routes;
  for (auto path :
       {"/api/knowledge/:tenantId/knowledge-bases/:kbId/searches", "/api/knowledge/:kbId/searches"})
    routes.push_back({Method::get, path, may_write, bind(list_searches)});
  for (auto path : {"/api/knowledge/:tenantId/knowledge-bases/:kbId/analytics",
                    "/api/knowledge/:kbId/analytics"})
    routes.push_back({Method::get, path, may_write, bind(get_analytics)});
  return routes;
}

}  // namespace aiva::http
