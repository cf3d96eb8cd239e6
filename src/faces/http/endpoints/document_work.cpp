#include "faces/http/endpoints/document_work.h"

#include <string>
#include <utility>

#include "faces/http/endpoints/find_document.h"
#include "faces/http/endpoints/knowledge_json.h"

namespace aiva::http {
namespace {

using identity::Permission;
using knowledge::Knowledge;
using knowledge::ReindexProgress;

Task<Result<Response>> change_metadata(Knowledge& knowledge, CallContext context, Request& request,
                                       bool is_patch) {
  CO_TRY(auto body, request.json());
  auto finding = find_document(knowledge, context, request);
  CO_TRY(auto document, co_await std::move(finding));
  auto& work = knowledge.work();
  auto text = json::to_text(body);
  auto changing = is_patch ? work.merge_metadata(context, document.id, std::move(text))
                           : work.set_metadata(context, document.id, std::move(text));
  CO_TRY(auto changed, co_await std::move(changing));
  co_return ok_response([&](JsonWriter& writer) { write_document(writer, changed); });
}

Response progress_response(const ReindexProgress& progress, int status) {
  return ok_response([&](JsonWriter& writer) { write_reindex(writer, progress); }, status);
}

Task<Result<Response>> start_reindex(Knowledge& knowledge, CallContext context, Request& request) {
  CO_TRY(auto id, request.id<KnowledgeBaseId>("kbId"));
  auto starting = knowledge.work().reindex(context, id);
  CO_TRY(auto progress, co_await std::move(starting));
  co_return progress_response(progress, 202);
}

Task<Result<Response>> cancel_reindex(Knowledge& knowledge, CallContext context, Request& request) {
  CO_TRY(auto id, request.id<KnowledgeBaseId>("kbId"));
  auto stopping = knowledge.work().cancel_reindex(context, id);
  CO_TRY(auto progress, co_await std::move(stopping));
  co_return progress_response(progress, 200);
}

Task<Result<Response>> get_reindex(Knowledge& knowledge, CallContext context, Request& request) {
  CO_TRY(auto id, request.id<KnowledgeBaseId>("kbId"));
  auto reading = knowledge.statistics(context, id);
  CO_TRY(auto statistics, co_await std::move(reading));
  co_return progress_response(statistics.reindex, 200);
}

}  // namespace

std::vector<Route> document_work_routes(Knowledge& knowledge) {
  auto bind = [&knowledge](auto handler) -> Handler {
    return [&knowledge, handler](CallContext context, Request& request) {
      return handler(knowledge, std::move(context), request);
    };
  };
  auto bind_metadata = [&knowledge](bool is_patch) -> Handler {
    return [&knowledge, is_patch](CallContext context, Request& request) {
      return change_metadata(knowledge, std::move(context), request, is_patch);
    };
  };
  auto may_read = Right::needs(Permission::knowledge_read);
  auto may_write = Right::needs(Permission::knowledge_write);
  RouteOptions bodiless{.body = BodyKind::none};

  std::vector<Route> routes;
  for (auto path : {"/api/knowledge/:tenantId/knowledge-bases/:kbId/documents/:documentId/metadata",
                    "/api/knowledge/:kbId/documents/:documentId/metadata",
                    "/api/v1/documents/:documentId/metadata"}) {
    routes.push_back({Method::put, path, may_write, bind_metadata(false)});
    routes.push_back({Method::patch, path, may_write, bind_metadata(true)});
  }
  for (auto path :
       {"/api/knowledge/:tenantId/knowledge-bases/:kbId/reindex", "/api/knowledge/:kbId/reindex"}) {
    routes.push_back({Method::post, path, may_write, bind(start_reindex), bodiless});
    routes.push_back({Method::get, path, may_read, bind(get_reindex)});
    routes.push_back({Method::del, path, may_write, bind(cancel_reindex)});
  }
  return routes;
}

}  // namespace aiva::http
