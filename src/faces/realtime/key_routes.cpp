#include <memory>
#include <string>
#include <utility>

#include "faces/realtime/ephemeral_keys.h"
#include "faces/realtime/internal/admission.h"
#include "faces/realtime/internal/session_settings.h"
#include "faces/realtime/routes.h"
#include "foundation/json_writer.h"

namespace aiva::realtime {
namespace {

constexpr std::int64_t lifetime_s = 600;
constexpr std::int64_t lifetime_s_min = 10;
constexpr std::int64_t lifetime_s_max = 7'200;
constexpr std::size_t name_bytes_max = 200;
constexpr std::size_t settings_bytes_max = 64 * 1024;
constexpr std::chrono::hours call_known_for{2};
constexpr std::chrono::milliseconds end_wait{100};
constexpr int end_waits_max = 30;
constexpr std::int64_t ms_max = 86'400'000;

struct Setup {
  RealtimeParts parts;
  RealtimeOptions options;
};
using SetupPointer = std::shared_ptr<const Setup>;

SessionFacts facts_of(const agents::ActiveAgent& agent, std::string name,
                      const http::Request& request, std::int64_t expires_at) {
  bool may_read = request.principal().may(identity::Permission::agents_read);
  return {.id = "sess_" + Uuid::make().to_string(),
          .model = std::move(name),
          .instructions = may_read ? agent.settings.instructions : std::string(),
          .voice = agent.settings.voice,
          .language = agent.settings.language,
          .threshold = agent.settings.speech.vad_threshold,
          .silence_ms = agent.settings.speech.silence_duration_ms,
          .expires_at = expires_at};
}

struct SecretRequest {
  std::string agent{};
  std::int64_t lifetime_s = 0;
  json::Value session{};
};

Result<SecretRequest> read_secret_request(const http::Request& request) {
  TRY(auto body, request.json());
  json::Fields fields(body);
  SecretRequest read{.lifetime_s = lifetime_s};
  if (const auto* expiry = fields.object("expires_after")) {
    json::Value value(*expiry);
    json::Fields after(value, "expires_after");
    auto anchor = after.optional_text("anchor", {.length_max = 40});
    if (anchor && *anchor != "created_at") after.add_error("anchor", "must be \"created_at\"");
    read.lifetime_s = after.integer("seconds", lifetime_s, lifetime_s_min, lifetime_s_max);
    TRY_VOID(after.finish());
  }
  const auto* given = fields.object("session");
  if (given == nullptr && !fields.has("session")) fields.add_error("session", "is required");
  TRY_VOID(fields.finish());
  read.session = *given;
  json::Fields session(read.session, "session");
  read.agent = session.text("model", {.length_min = 1, .length_max = name_bytes_max});
  TRY_VOID(session.finish());
  return read;
}

Task<Result<http::Response>> make_secret(SetupPointer setup, CallContext context,
                                         http::Request& request) {
  const auto& parts = setup->parts;
  CO_TRY_VOID(check_calls(parts));
  CO_TRY(auto asked, read_secret_request(request));
  CO_TRY(auto agent, co_await parts.agents.find(context, asked.agent));
  auto now_s = parts.clock.unix_ms() / 1000;
  auto facts =
      facts_of(*agent, asked.agent, request, now_s + setup->options.session_max.count() / 1000);
  SessionSettings settings;
  CO_TRY(auto refusals, apply_session(asked.session, facts, true, settings));
  if (!refusals.empty())
    co_return fail(invalid_field(refusals.front().param, refusals.front().message));
  asked.session.as_object().erase("model");  // the key itself says which agent it is
  EphemeralKey key{.tenant = context.tenant,
                   .user = context.user,
                   .agent = agent->id,
                   .session = json::to_text(asked.session)};
  if (key.session.size() > settings_bytes_max)
    co_return fail(invalid_field("session", "is too long"));
  EphemeralKeys keys(parts.cache);
  CO_TRY(auto secret,
         co_await keys.issue(context, std::move(key), std::chrono::seconds(asked.lifetime_s)));
  http::Response response;
  JsonWriter writer(response.body);
  writer.begin_object()
      .field("value", secret)
      .field("expires_at", now_s + asked.lifetime_s)
      .key("session");
  write_session(writer, facts, settings);
  writer.end_object();
  co_return response;
}

std::string name_in_cache(std::string_view session) {
  return "realtime-call:" + std::string(session);
}

// A key for one call, which is written down at once.
Task<Result<http::Response>> make_token(SetupPointer setup, CallContext context,
                                        http::Request& request) {
  const auto& parts = setup->parts;
  CO_TRY_VOID(check_calls(parts));
  CO_TRY(auto body, request.json());
  json::Fields fields(body);
  auto name = fields.text("agent_id", {.length_min = 1, .length_max = name_bytes_max});
  CO_TRY_VOID(fields.finish());
  CO_TRY(auto agent, co_await parts.agents.find(context, std::move(name)));
  CO_TRY(auto call,
         co_await parts.log.announce(context, {.agent = agent->id, .provider = "realtime"}));
  CO_TRY_VOID(co_await parts.cache.put(context, name_in_cache(call.session_id), call.id.to_string(),
                                       call_known_for));
  EphemeralKeys keys(parts.cache);
  CO_TRY(auto secret, co_await keys.issue(context,
                                          {.tenant = context.tenant,
                                           .user = context.user,
                                           .agent = agent->id,
                                           .call = call.session_id},
                                          std::chrono::seconds(lifetime_s)));
  auto write = [&](JsonWriter& writer) {
    writer.begin_object()
        .field("ephemeral_key", secret)
        .field("session_id", call.session_id)
        .field("call_log_id", call.id)
        .field("expires_in", lifetime_s)
        .end_object();
  };
  co_return http::ok_response(write, 201);
}

// Ends the call if it still goes on, and waits a moment for its record.
Task<Result<voice::Call>> ended_call(const RealtimeParts& parts, CallContext context,
                                     voice::CallId id) {
  CO_TRY(auto call, co_await parts.log.call(context, id));
  if (call.status != "in_progress") co_return call;
  // It may have ended by itself just now.
  if (parts.calls != nullptr) [[maybe_unused]]
    auto hung_up = parts.calls->hang_up(context, id);
  for (int waits = 0; waits < end_waits_max && call.status == "in_progress"; ++waits) {
    CO_TRY_VOID(co_await parts.pause(context, end_wait));
    CO_TRY(call, co_await parts.log.call(context, id));
  }
  co_return call;
}

// The duration is ours to measure; what the client says of it is only checked for its form.
Task<Result<http::Response>> finalize(SetupPointer setup, CallContext context,
                                      http::Request& request) {
  const auto& parts = setup->parts;
  CO_TRY(auto body, request.json());
  json::Fields fields(body);
  auto session = fields.text("session_id", {.length_min = 1, .length_max = name_bytes_max});
  [[maybe_unused]] auto told = fields.integer("duration_ms", 0, 0, ms_max);
  CO_TRY_VOID(fields.finish());
  CO_TRY(auto known, co_await parts.cache.get(context, name_in_cache(session)));
  auto id = known ? voice::CallId::parse(*known) : std::nullopt;
  if (!id) co_return fail(ErrorCode::not_found, "There is no such session");
  CO_TRY(auto call, co_await ended_call(parts, context, *id));
  co_return http::ok_response([&call](JsonWriter& writer) {
    writer.begin_object()
        .field("cost", static_cast<double>(call.final_cost) / 1e6)
        .field("duration_ms", call.duration_ms)
        .field("status", call.status)
        .end_object();
  });
}

}  // namespace

std::vector<http::Route> make_key_routes(const RealtimeParts& parts,
                                         const RealtimeOptions& options) {
  // Shared by the handlers, which are copied.
  auto setup = std::make_shared<const Setup>(Setup{parts, options});
  auto may_talk = http::Right::needs(identity::Permission::chat);
  auto bind = [setup](auto handler) {
    return [setup, handler](CallContext context, http::Request& request) {
      return handler(setup, std::move(context), request);
    };
  };
  std::vector<http::Route> routes;
  routes.push_back(
      {http::Method::post, "/v1/realtime/client_secrets", may_talk, bind(make_secret)});
  routes.push_back({http::Method::post, "/api/realtime/token", may_talk, bind(make_token)});
  routes.push_back({http::Method::post, "/api/realtime/finalize", may_talk, bind(finalize)});
  return routes;
}

}  // namespace aiva::realtime
