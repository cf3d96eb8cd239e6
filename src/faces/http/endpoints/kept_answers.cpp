#include "faces/http/endpoints/kept_answers.h"

#include <utility>

namespace aiva::http {
namespace {

using identity::Permission;
using search::Search;

Task<Result<Response>> forget_answers(Search& search, CallContext context, Request& request) {
  CO_TRY(auto base, request.id<KnowledgeBaseId>("kbId"));
  CO_TRY(auto forgotten, co_await search.forget_answers(context, base));
  co_return ok_response([&](JsonWriter& writer) {
    writer.begin_object().field("answers_forgotten", forgotten).end_object();
  });
}

}  // namespace

std::vector<Route> kept_answer_routes(Search& search) {
  Handler forget = [&search](CallContext context, Request& request) {
    return forget_answers(search, std::move(context), request);
  };
  auto may_write = Right::needs(Permission::knowledge_write);
  std::vector<Route> routes;
  for (auto path :
       {"/api/knowledge/:tenantId/knowledge-bases/:kbId/cache", "/api/knowledge/:kbId/cache"})
    routes.push_back({Method::del, path, may_write, forget});
  return routes;
}

}  // namespace aiva::http
