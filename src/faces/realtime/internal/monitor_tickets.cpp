#include "faces/realtime/internal/monitor_tickets.h"

#include <chrono>
#include <memory>
#include <utility>

#include "foundation/crypto.h"
#include "foundation/json.h"
#include "foundation/json_writer.h"
#include "foundation/text/utf8.h"

namespace aiva::realtime {
namespace {

using identity::Permission;

constexpr std::string_view ticket_prefix = "mt_";
constexpr std::size_t secret_bytes = 32;
constexpr std::chrono::seconds lifetime{30};

std::string name_in_cache(std::string_view secret) {
  return "monitor-ticket:" + to_hex(sha256(secret));
}

std::string to_text(const MonitorTicket& ticket) {
  const auto& who = *ticket.caller.principal;
  std::string text;
  JsonWriter writer(text);
  writer.begin_object()
      .field("call", ticket.call)
      .field("tenant", who.tenant)
      .field("user", who.user)
      .field("api_key", who.api_key ? who.api_key->to_string() : std::string())
      .field("email", who.email)
      .field("name", who.name)
      .field("may_steer", who.may(Permission::agents_write))
      .field("ip", ticket.caller.ip)
      .field("user_agent", repair_utf8(ticket.caller.user_agent))
      .end_object();
  return text;
}

std::optional<MonitorTicket> read_ticket(std::string_view text) {
  auto value = json::parse(text);
  if (!value) return std::nullopt;
  json::Fields fields(*value);
  auto call = voice::CallId::parse(fields.text("call", {}));
  auto tenant = TenantId::parse(fields.text("tenant", {}));
  auto user = UserId::parse(fields.text("user", {}));
  auto api_key = ApiKeyId::parse(fields.text("api_key", {}));
  auto who = std::make_shared<identity::Principal>();
  who->email = fields.text("email", {});
  who->name = fields.text("name", {});
  who->permissions.add(Permission::agents_read);
  if (fields.boolean("may_steer", false)) who->permissions.add(Permission::agents_write);
  MonitorTicket ticket;
  ticket.caller.ip = fields.text("ip", {});
  ticket.caller.user_agent = fields.text("user_agent", {});
  if (!fields.finish() || !call || !tenant || !user) return std::nullopt;
  who->tenant = *tenant;
  who->user = *user;
  if (api_key) who->api_key = *api_key;
  ticket.call = *call;
  ticket.caller.principal = std::move(who);
  return ticket;
}

}  // namespace

Task<Result<std::string>> MonitorTickets::issue(CallContext context, MonitorTicket ticket) const {
  auto secret = std::string(ticket_prefix) + random_token(secret_bytes);
  auto putting = cache_.put(std::move(context), name_in_cache(secret), to_text(ticket), lifetime);
  CO_TRY_VOID(co_await std::move(putting));
  co_return secret;
}

Task<Result<std::optional<MonitorTicket>>> MonitorTickets::find(CallContext context,
                                                                std::string secret) const {
  if (!secret.starts_with(ticket_prefix)) co_return std::nullopt;
  auto getting = cache_.get(std::move(context), name_in_cache(secret));
  CO_TRY(auto kept, co_await std::move(getting));
  if (!kept) co_return std::nullopt;
  co_return read_ticket(*kept);
}

Task<Result<std::optional<MonitorTicket>>> MonitorTickets::take(CallContext context,
                                                                std::string secret) const {
  auto finding = find(context, secret);
  CO_TRY(auto ticket, co_await std::move(finding));
  if (!ticket) co_return std::nullopt;
  // Whoever is counted first has it; the count lasts as long as the ticket could.
  RateWindow window{.length = lifetime};
  auto counting = cache_.count_in_window(context, name_in_cache(secret) + ":taken", window);
  CO_TRY(auto taken, co_await std::move(counting));
  if (taken.count > 1) co_return std::nullopt;
  co_return std::move(ticket);
}

}  // namespace aiva::realtime
