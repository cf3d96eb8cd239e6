#include "faces/http/endpoints/document_content.h"

#include <utility>

#include "capabilities/knowledge/document_chunks.h"
#include "capabilities/knowledge/document_file.h"
#include "faces/http/endpoints/chunk_json.h"
#include "faces/http/endpoints/find_document.h"
#include "faces/http/endpoints/paging.h"

namespace aiva::http {
namespace {

using identity::Permission;
using knowledge::Chunk;

constexpr std::int64_t page_number_max = 1'000'000;

void write_chunk(JsonWriter& writer, const Chunk& chunk) {
  writer.begin_object().field("id", chunk.id);
  write_chunk_fields(writer, chunk);
  writer.end_object();
}

Task<Result<Response>> list_chunks(DocumentContentParts parts, CallContext context,
                                   Request& request) {
  CO_TRY(auto wanted, read_list_request(request, "chunks"));
  CO_TRY(auto on_page, request.query_integer("on_page", 0, 1, page_number_max));
  auto finding = find_document(parts.knowledge, context, request);
  CO_TRY(auto document, co_await std::move(finding));
  auto listing = knowledge::list_document_chunks(
      parts.database, context,
      knowledge::DocumentChunks{.knowledge_base = document.knowledge_base,
                                .document = document.id,
                                .on_page = static_cast<int>(on_page),
                                .page = wanted.as<knowledge::PageRequest>()});
  CO_TRY(auto chunks, co_await std::move(listing));
  co_return list_response(chunks, wanted, write_chunk,
                          [](const Chunk& chunk) { return ListPosition{.key = chunk.index}; });
}

// Whatever a tenant uploaded is saved, never shown as a page of this origin; browsers are told not
// to guess (X-Content-Type-Options), and only what cannot run scripts here is named by its type.
Task<Result<Response>> send_file(DocumentContentParts parts, CallContext context,
                                 Request& request) {
  auto finding = find_document(parts.knowledge, context, request);
  CO_TRY(auto document, co_await std::move(finding));
  auto opening = knowledge::find_document_file(parts.database, parts.objects, context, document.id);
  CO_TRY(auto file, co_await std::move(opening));
  auto name = file.filename.substr(file.filename.find_last_of('/') + 1);
  auto response =
      file_response(std::move(file.path),
                    document.file_type == "pdf" ? "application/pdf" : "application/octet-stream",
                    name.empty() ? "document" : std::move(name));
  response.headers.push_back({"Cache-Control", "private, no-cache"});
  co_return response;
}

}  // namespace

std::vector<Route> document_content_routes(const DocumentContentParts& parts) {
  auto bind = [parts](auto handler) -> Handler {
    return [parts, handler](CallContext context, Request& request) {
      return handler(parts, std::move(context), request);
    };
  };
  auto may_read = Right::needs(Permission::knowledge_read);
  std::vector<Route> routes;
  for (auto path : {"/api/knowledge/:tenantId/knowledge-bases/:kbId/documents/:documentId/chunks",
                    "/api/knowledge/:kbId/documents/:documentId/chunks",
                    "/api/v1/documents/:documentId/chunks"})
    routes.push_back({Method::get, path, may_read, bind(list_chunks)});
  for (auto path :
       {"/api/knowledge/:tenantId/knowledge-bases/:kbId/documents/:documentId/file",
        "/api/knowledge/:kbId/documents/:documentId/file", "/api/v1/documents/:documentId/file"})
    routes.push_back({Method::get, path, may_read, bind(send_file)});
  return routes;
}

}  // namespace aiva::http
