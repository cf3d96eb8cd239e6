#include "faces/http/endpoints/account_json.h"

namespace aiva::http {
void write_instant(JsonWriter& writer, std::string_view name, std::optional<UnixMs> instant) {
  if (instant)
    writer.field(name, to_iso8601(*instant));
  else
    writer.null_field(name);
}

void write_user(JsonWriter& writer, const identity::User& user) {
  writer.begin_object().field("id", user.id).field("email", user.email);
  writer.field("name", user.name).field("role", identity::to_string(user.role));
  writer.field("tenant_id", user.tenant).field("tenant_name", user.tenant_name);
  writer.field("is_active", user.is_active);
  write_instant(writer, "last_login_at", user.last_login_at);
  writer.field("created_at", to_iso8601(user.created_at));
  writer.field("updated_at", to_iso8601(user.updated_at)).end_object();
}

void write_tenant(JsonWriter& writer, const identity::Tenant& tenant) {
  writer.begin_object().field("id", tenant.id).field("name", tenant.name);
  writer.field("company_name", tenant.company_name).field("is_active", tenant.is_active);
  writer.field("registration_enabled", tenant.registration_enabled);
  writer.field("requests_per_minute_max", tenant.requests_per_minute_max);
  writer.field("user_count", tenant.user_count);
  writer.field("created_at", to_iso8601(tenant.created_at));
  writer.field("updated_at", to_iso8601(tenant.updated_at)).end_object();
}

void write_api_key(JsonWriter& writer, const identity::ApiKey& key) {
  writer.begin_object().field("id", key.id).field("tenant_id", key.tenant);
  writer.field("name", key.name).field("prefix", key.prefix).key("scopes").begin_array();
  for (auto name : identity::names_of(key.scopes)) writer.value(name);
  writer.end_array().field("requests_per_minute_max", key.requests_per_minute_max);
  writer.field("created_at", to_iso8601(key.created_at));
  write_instant(writer, "expires_at", key.expires_at);
  write_instant(writer, "last_used_at", key.last_used_at);
  write_instant(writer, "revoked_at", key.revoked_at);
  writer.end_object();
}

std::optional<TenantId> read_tenant_id(json::Fields& fields, std::string_view name) {
  auto text = fields.optional_text(name, {.length_max = 64});
  if (!text) return std::nullopt;
  auto id = TenantId::parse(*text);
  if (!id) fields.add_error(name, "must be an id");
  return id;
}

std::optional<identity::Role> read_role(json::Fields& fields, std::string_view name) {
  auto text = fields.optional_text(name, {.length_max = 64});
  if (!text) return std::nullopt;
  auto role = identity::parse_role(*text);
  if (!role) fields.add_error(name, "must be super_admin, admin, agent_manager or client");
  return role;
}

}  // namespace aiva::http
