#include "capabilities/agents/visitors.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "foundation/crypto.h"
#include "foundation/json.h"
#include "foundation/json_writer.h"
#include "foundation/log.h"

namespace aiva::agents {
namespace {

constexpr std::size_t token_bytes_max = 1024;
constexpr json::Fields::TextLimits id_limits{.length_min = 36, .length_max = 36};
constexpr json::Fields::TextLimits word_limits{.length_min = 1, .length_max = 300};
constexpr std::chrono::minutes minute{1};
constexpr std::chrono::hours hour{1};
constexpr std::chrono::hours day{24};

std::string text_of(const Sha256Digest& digest) {
  return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

std::unexpected<Error> no_such_session() {
  return fail(ErrorCode::unauthenticated, "The chat session is not valid or has ended");
}

}  // namespace

Visitors::Visitors(std::string_view master_key, Cache& cache, const Clock& clock,
                   VisitorSettings settings)
    : key_(text_of(hmac_sha256(master_key, "aiva visitor sessions 1"))),
      cache_(cache),
      clock_(clock),
      settings_(settings) {}

std::string Visitors::signature_of(std::string_view payload) const {
  return to_base64url(text_of(hmac_sha256(key_, payload)));
}

Visitors::Token Visitors::issue(VisitorSession session) const {
  session.expires_at =
      clock_.unix_ms() + std::chrono::milliseconds(settings_.token_lifetime).count();
  std::string text;
  JsonWriter(text)
      .begin_object()
      .field("agent", session.agent)
      .field("tenant", session.tenant)
      .field("session", session.session)
      .field("visitor", session.visitor)
      .field("origin", session.origin)
      .field("expires_at", session.expires_at)
      .end_object();
  auto payload = to_base64url(text);
  return {.text = payload + "." + signature_of(payload), .expires_at = session.expires_at};
}

Result<VisitorSession> Visitors::open(std::string_view token, AgentId agent,
                                      std::optional<std::string_view> origin) const {
  return read(token, agent, origin, clock_.unix_ms());
}

Result<VisitorSession> Visitors::reopen(std::string_view token, AgentId agent,
                                        std::string_view origin) const {
  auto grace = std::chrono::milliseconds(settings_.renewal_time).count();
  return read(token, agent, origin, clock_.unix_ms() - grace);
}

Result<VisitorSession> Visitors::read(std::string_view token, AgentId agent,
                                      std::optional<std::string_view> origin,
                                      UnixMs not_before) const {
  auto dot = token.find('.');
  if (token.size() > token_bytes_max || dot == std::string_view::npos) return no_such_session();
  auto payload = token.substr(0, dot);
  if (!equal_in_constant_time(signature_of(payload), token.substr(dot + 1)))
    return no_such_session();
  auto text = from_base64url(payload);
  auto value = text ? json::parse(*text) : Result<json::Value>(no_such_session());
  if (!value) return no_such_session();
  json::Fields fields(*value);
  auto agent_id = AgentId::parse(fields.text("agent", id_limits));
  auto tenant = TenantId::parse(fields.text("tenant", id_limits));
  auto session = ChatSessionId::parse(fields.text("session", id_limits));
  VisitorSession read{.visitor = fields.text("visitor", word_limits),
                      .origin = fields.text("origin", word_limits)};
  read.expires_at = fields.integer("expires_at", 0, 0, std::numeric_limits<std::int64_t>::max());
  bool is_whole = fields.finish().has_value() && agent_id && tenant && session;
  if (!is_whole || *agent_id != agent || (origin && read.origin != *origin) ||
      read.expires_at <= not_before)
    return no_such_session();
  read.agent = *agent_id;
  read.tenant = *tenant;
  read.session = *session;
  return read;
}

Task<Result<void>> Visitors::count(CallContext context, std::vector<Rule> rules,
                                   std::string refusal) {
  for (auto& rule : rules) {
    RateWindow window{.length = rule.window, .calls_max = rule.count_max};
    auto counting = cache_.count_in_window(context, std::move(rule.key), window);
    auto standing = co_await std::move(counting);
    if (!standing) {
      log::failure("What a visitor does could not be counted", context, standing.error());
      co_return Result<void>();
    }
    if (standing->count <= rule.count_max) continue;
    auto seconds = std::max<std::int64_t>(1, (standing->resets_in.count() + 999) / 1000);
    co_return fail(Error{.code = ErrorCode::rate_limited,
                         .message = std::move(refusal),
                         .retry_after_s = static_cast<int>(seconds)});
  }
  co_return Result<void>();
}

Task<Result<void>> Visitors::count_message(CallContext context, WidgetSettings limits,
                                           VisitorSession session, std::string address) {
  auto prefix = "visitors/" + session.agent.to_string() + "/";
  auto one = prefix + "one/" + session.visitor;
  auto from = prefix + "address/" + address;
  std::int64_t many = settings_.visitors_per_address;
  std::vector<Rule> rules = {
      {one + "/minute", minute, limits.visitor_messages_per_minute_max},
      {one + "/day", day, limits.visitor_messages_per_day_max},
      {from + "/minute", minute, many * limits.visitor_messages_per_minute_max},
      {from + "/day", day, many * limits.visitor_messages_per_day_max},
      {prefix + "all/minute", minute, limits.messages_per_minute_max}};
  return count(std::move(context), std::move(rules), "Too many messages; try again later");
}

Task<Result<void>> Visitors::count_call(CallContext context, AgentId agent, WidgetSettings limits,
                                        std::string address) {
  auto key = "visitors/" + agent.to_string() + "/address/" + address + "/calls";
  std::vector<Rule> rules = {{std::move(key), hour, limits.visitor_calls_per_hour_max}};
  return count(std::move(context), std::move(rules), "Too many calls; try again later");
}

std::string Visitors::name_of(std::string_view address) const {
  constexpr std::size_t digits = 12;
  return "web-" + to_hex(hmac_sha256(key_, address)).substr(0, digits);
}

}  // namespace aiva::agents
