#include "faces/http/endpoints/audit.h"

#include "faces/http/endpoints/caller.h"
#include "faces/http/endpoints/paging.h"
#include "faces/http/endpoints/query_fields.h"

namespace aiva::http {
namespace {

using identity::AuditEntry;
using identity::Identity;

void write_entry(JsonWriter& writer, const AuditEntry& entry) {
  writer.begin_object().field("id", entry.id).field("action", entry.action);
  entry.tenant ? writer.field("tenant_id", *entry.tenant) : writer.null_field("tenant_id");
  entry.user ? writer.field("user_id", *entry.user) : writer.null_field("user_id");
  writer.field("actor", entry.actor).field("resource_type", entry.resource_type);
  writer.field("resource_id", entry.resource_id).key("details").raw(entry.details);
  writer.field("ip", entry.ip).field("user_agent", entry.user_agent);
  writer.field("created_at", to_iso8601(entry.created_at)).end_object();
}

Task<Result<Response>> list_entries(Identity& identity, CallContext context, Request& request) {
  CO_TRY(auto wanted, read_list_request(request, "audit"));
  identity::AuditFilter filter{.page = wanted.as<identity::PageRequest>()};
  CO_TRY(filter.tenant, query_id<TenantId>(request, "tenant_id"));
  CO_TRY(filter.user, query_id<UserId>(request, "user_id"));
  CO_TRY(filter.from, query_instant(request, "from"));
  CO_TRY(filter.until, query_instant(request, "until"));
  filter.action = std::string(request.query_text("action").value_or(std::string_view()));
  auto caller = caller_of(request);
  CO_TRY(auto entries, co_await identity.audit_log().list(context, caller, std::move(filter)));
  co_return list_response(entries, wanted, write_entry);
}

}  // namespace

std::vector<Route> audit_routes(Identity& identity) {
  Handler list = [&identity](CallContext context, Request& request) {
    return list_entries(identity, context, request);
  };
  std::vector<Route> routes;
  routes.push_back({Method::get, "/api/audit-log", Right::needs(identity::Permission::audit_read),
                    std::move(list)});
  return routes;
}

}  // namespace aiva::http
