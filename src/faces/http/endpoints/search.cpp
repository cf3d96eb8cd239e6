#include "faces/http/endpoints/search.h"

#include <utility>

#include "faces/http/endpoints/search_json.h"
#include "faces/http/endpoints/search_request.h"

namespace aiva::http {
namespace {

using identity::Permission;
using search::Search;

Task<Result<Response>> run_search(Search& search, CallContext context, Request& request) {
  CO_TRY(auto body, request.json());
  CO_TRY(auto wanted, read_search_request(body));
  SearchAnswerForm form{.type = wanted.type, .is_explained = wanted.explain};
  CO_TRY(auto answer, co_await search.search(context, std::move(wanted)));
  co_return ok_response([&](JsonWriter& writer) { write_search_answer(writer, answer, form); });
}

}  // namespace

std::vector<Route> search_routes(Search& search) {
  Handler handler = [&search](CallContext context, Request& request) {
    return run_search(search, std::move(context), request);
  };
  auto may_search = Right::needs(Permission::search);
  std::vector<Route> routes;
  routes.push_back({Method::post, "/api/v1/search", may_search, handler});
  routes.push_back({Method::post, "/api/knowledge/search", may_search, handler});
  return routes;
}

}  // namespace aiva::http
