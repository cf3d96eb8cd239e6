#include "faces/http/endpoints/documents.h"

#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>

#include "faces/http/endpoints/document_watch.h"
#include "faces/http/endpoints/find_document.h"
#include "faces/http/endpoints/knowledge_json.h"
#include "faces/http/endpoints/paging.h"
#include "faces/http/endpoints/query_fields.h"

namespace aiva::http {
namespace {

using identity::Permission;
using knowledge::Document;
using knowledge::Knowledge;
using Action = Knowledge::DocumentAction;

constexpr std::uint64_t form_overhead_bytes = 1024 * 1024;  // fields and boundaries beside a file
constexpr std::size_t search_bytes_max = 800;

struct Parts {
  Parts(Knowledge& k, knowledge::DocumentEvents& events, std::chrono::milliseconds interval)
      : knowledge(k), watch(events, interval) {}
  Knowledge& knowledge;
  DocumentWatch watch;
};
using PartsPointer = std::shared_ptr<Parts>;

// The knowledge base an upload is for: of the path, or the form field `kb_id`.
Result<KnowledgeBaseId> base_of(const Request& request) {
  if (request.parameter("kbId").data() != nullptr) return request.id<KnowledgeBaseId>("kbId");
  const auto* text = request.form->field("kb_id");
  if (text == nullptr) return fail(invalid_field("kb_id", "is required"));
  auto id = KnowledgeBaseId::parse(*text);
  if (!id) return fail(ErrorCode::not_found, "No such knowledge base");
  return *id;
}

// A form may name the tenant; it must be one the caller may see.
Result<TenantId> tenant_of(const CallContext& context, const Request& request) {
  const auto* text = request.form->field("tenant_id");
  if (text == nullptr || text->empty()) return context.tenant;
  auto tenant = TenantId::parse(*text);
  if (!tenant || (*tenant != context.tenant && !request.principal().may_see_tenant(*tenant)))
    return fail(ErrorCode::forbidden, "This is another tenant's");
  return *tenant;
}

// `replace=false`, in the form or the query, keeps a document of the same name beside the new one.
Result<bool> wants_replacement(const Request& request) {
  std::string_view text = "true";
  if (auto given = request.query_text("replace")) text = *given;
  if (const auto* given = request.form->field("replace")) text = *given;
  if (text == "true" || text == "1") return true;
  if (text == "false" || text == "0") return false;
  return fail(invalid_field("replace", "must be true or false"));
}

void write_added(JsonWriter& writer, const knowledge::AddedDocument& added) {
  const auto& document = added.document;
  bool is_there = added.is_duplicate && document.status == knowledge::DocumentStatus::completed;
  std::string_view message = "The document was stored and is being processed";
  if (document.next_version > 0)
    message = "The new version was stored and takes the old one's place when it has been read";
  if (added.is_duplicate) message = "The same document is there already";
  writer.begin_object()
      .field("document_id", document.id)
      .field("kb_id", document.knowledge_base)
      .field("filename", document.filename)
      .field("status", is_there ? std::string_view("completed") : std::string_view("processing"))
      .field("version", document.next_version > 0 ? document.next_version : document.version)
      .field("duplicate", added.is_duplicate)
      .field("message", message)
      .end_object();
}

Task<Result<Response>> upload(PartsPointer parts, CallContext context, Request& request) {
  if (!request.form) co_return fail(invalid_field("file", "is required"));
  CO_TRY(context.tenant, tenant_of(context, request));
  CO_TRY(auto base, base_of(request));
  CO_TRY_VOID(co_await parts->knowledge.get(context, base));
  auto* file = request.form->file("file");
  if (file == nullptr) co_return fail(invalid_field("file", "is required"));
  knowledge::NewDocument document{.filename = file->filename,
                                  .staged_path = file->path().string(),
                                  .size_bytes = static_cast<std::int64_t>(file->size),
                                  .content_sha256 = file->sha256,
                                  .is_refusable = true};
  if (const auto* metadata = request.form->field("metadata"); metadata && !metadata->empty())
    document.metadata = *metadata;
  CO_TRY(auto replaces, wants_replacement(request));
  document.keeps_both = !replaces;
  CO_TRY(auto added, co_await parts->knowledge.add_document(context, base, std::move(document)));
  file->take();
  co_return ok_response([&](JsonWriter& writer) { write_added(writer, added); },
                        added.is_duplicate ? 200 : 201);
}

Task<Result<Response>> list_documents(PartsPointer parts, CallContext context, Request& request) {
  CO_TRY(auto base, request.id<KnowledgeBaseId>("kbId"));
  CO_TRY(auto wanted, read_list_request(request, "documents"));
  Knowledge::DocumentFilter filter{.page = wanted.as<knowledge::PageRequest>()};
  if (auto status = request.query_text("status")) {
    filter.status = knowledge::parse_document_status(*status);
    if (!filter.status) co_return fail(invalid_field("status", "is no status of documents"));
  }
  CO_TRY(auto parent, query_id<DocumentId>(request, "parent_id"));
  filter.parent = parent.value_or(filter.parent);
  if (auto search = request.query_text("search")) {
    if (search->size() > search_bytes_max) co_return fail(invalid_field("search", "is too long"));
    filter.search = *search;
  }
  CO_TRY(auto documents, co_await parts->knowledge.documents(context, base, filter));
  co_return list_response(documents, wanted, write_document);
}

Task<Result<Response>> get_document(PartsPointer parts, CallContext context, Request& request) {
  CO_TRY(auto document, co_await find_document(parts->knowledge, context, request));
  co_return ok_response([&](JsonWriter& writer) { write_document(writer, document); });
}

Task<Result<Response>> get_status(PartsPointer parts, CallContext context, Request& request) {
  CO_TRY(auto document, co_await find_document(parts->knowledge, context, request));
  co_return ok_response([&](JsonWriter& writer) { write_document_status(writer, document); });
}

Task<Result<Response>> act(PartsPointer parts, CallContext context, Request& request,
                           Action action) {
  CO_TRY(auto document, co_await find_document(parts->knowledge, context, request));
  CO_TRY_VOID(co_await parts->knowledge.act(context, document.id, action));
  if (action == Action::remove) co_return done_response();
  CO_TRY(auto changed, co_await parts->knowledge.document(context, document.id));
  co_return ok_response([&](JsonWriter& writer) { write_document_status(writer, changed); });
}

// Sends the document's status now and after each change, until nothing more can happen to it.
Task<Result<void>> tell_changes(PartsPointer parts, CallContext context, DocumentId id,
                                EventWriter& events) {
  DocumentWatch::Watcher watcher(parts->watch, *context.home);
  CO_TRY_VOID(watcher.listen(parts->watch.events(), id));
  std::stop_callback on_end(context.cancellation, [&watcher] { watcher.wake(); });
  std::string last;
  for (;;) {
    auto document = co_await parts->knowledge.document(context, id);
    if (!document && document.error().code == ErrorCode::not_found) {
      auto sending = events.send("deleted", R"({"document_id":")" + id.to_string() + "\"}");
      auto sent = co_await std::move(sending);
      co_return sent;
    }
    if (!document) co_return fail(std::move(document.error()));
    std::string text;
    JsonWriter writer(text);
    write_document_status(writer, *document);
    if (text != last) {
      last = text;
      auto sending = events.send("status", std::move(text));
      CO_TRY_VOID(co_await std::move(sending));
    }
    if (is_final(document->status)) co_return Result<void>{};
    co_await watcher;
    CO_TRY_VOID(context.check());
  }
}

Task<Result<Response>> stream_changes(PartsPointer parts, CallContext context, Request& request) {
  CO_TRY(auto document, co_await find_document(parts->knowledge, context, request));
  co_return event_stream(
      [parts, id = document.id, tenant = context.tenant](CallContext call, EventWriter& events) {
        call.tenant = tenant;
        return tell_changes(parts, std::move(call), id, events);
      });
}

}  // namespace

std::vector<Route> document_routes(Knowledge& knowledge, knowledge::DocumentEvents& events,
                                   DocumentRouteOptions options) {
  auto parts = std::make_shared<Parts>(knowledge, events, options.watch_interval);
  auto bind = [parts](auto handler) -> Handler {
    return [parts, handler](CallContext context, Request& request) {
      return handler(parts, std::move(context), request);
    };
  };
  auto bind_action = [parts](Action action) -> Handler {
    return [parts, action](CallContext context, Request& request) {
      return act(parts, std::move(context), request, action);
    };
  };
  auto may_read = Right::needs(Permission::knowledge_read);
  auto may_write = Right::needs(Permission::knowledge_write);
  RouteOptions upload_options{.body = BodyKind::multipart,
                              .body_bytes_max = options.file_bytes_max + form_overhead_bytes,
                              .file_bytes_max = options.file_bytes_max};
  RouteOptions bodiless{.body = BodyKind::none};
  RouteOptions streaming{.is_streaming = true, .ends_on_drain = true};

  std::vector<Route> routes;
  auto add_one = [&](std::string_view document, std::string_view status, std::string_view changes,
                     std::string_view cancel, std::string_view retry) {
    routes.push_back({Method::get, document, may_read, bind(get_document)});
    routes.push_back({Method::del, document, may_write, bind_action(Action::remove)});
    routes.push_back({Method::get, status, may_read, bind(get_status)});
    routes.push_back({Method::get, changes, may_read, bind(stream_changes), streaming});
    routes.push_back({Method::post, cancel, may_write, bind_action(Action::cancel), bodiless});
    routes.push_back({Method::post, retry, may_write, bind_action(Action::retry), bodiless});
  };
  for (auto path : {"/api/knowledge/:tenantId/knowledge-bases/:kbId/documents/upload",
                    "/api/knowledge/:tenantId/knowledge-bases/:kbId/documents",
                    "/api/knowledge/:kbId/documents/upload", "/api/knowledge/:kbId/documents",
                    "/api/v1/documents/upload"})
    routes.push_back({Method::post, path, may_write, bind(upload), upload_options});
  for (auto path : {"/api/knowledge/:tenantId/knowledge-bases/:kbId/documents",
                    "/api/knowledge/:kbId/documents"})
    routes.push_back({Method::get, path, may_read, bind(list_documents)});
  add_one("/api/knowledge/:tenantId/knowledge-bases/:kbId/documents/:documentId",
          "/api/knowledge/:tenantId/knowledge-bases/:kbId/documents/:documentId/status",
          "/api/knowledge/:tenantId/knowledge-bases/:kbId/documents/:documentId/events",
          "/api/knowledge/:tenantId/knowledge-bases/:kbId/documents/:documentId/cancel",
          "/api/knowledge/:tenantId/knowledge-bases/:kbId/documents/:documentId/retry");
  add_one("/api/knowledge/:kbId/documents/:documentId",
          "/api/knowledge/:kbId/documents/:documentId/status",
          "/api/knowledge/:kbId/documents/:documentId/events",
          "/api/knowledge/:kbId/documents/:documentId/cancel",
          "/api/knowledge/:kbId/documents/:documentId/retry");
  add_one("/api/v1/documents/:documentId", "/api/v1/documents/:documentId/status",
          "/api/v1/documents/:documentId/events", "/api/v1/documents/:documentId/cancel",
          "/api/v1/documents/:documentId/retry");
  return routes;
}

}  // namespace aiva::http
