#include "faces/realtime/internal/admission.h"

#include <chrono>
#include <optional>
#include <string>
#include <utility>

#include "foundation/log.h"
#include "foundation/text/utf8.h"

namespace aiva::realtime {
namespace {

constexpr std::size_t name_bytes_max = 100;
constexpr std::chrono::seconds storing_time_max{10};

std::string agent_name(const http::Request& request) {
  auto in_path = request.parameter("agentId");
  return std::string(in_path.empty() ? request.query_text("model").value_or("") : in_path);
}

Task<Result<void>> recognise(const RealtimeParts& parts, const http::Request& request,
                             std::string secret, Admitted& admitted) {
  if (request.is_signed_in()) {
    const auto& principal = request.principal();
    if (!principal.may(identity::Permission::chat))
      co_return fail(ErrorCode::forbidden, "You do not have the right to talk to agents");
    admitted.may_read_agent = principal.may(identity::Permission::agents_read);
    co_return Result<void>{};
  }
  EphemeralKeys keys(parts.cache);
  CO_TRY(admitted.key, co_await keys.find(admitted.context, std::move(secret)));
  if (!admitted.key)
    co_return fail(ErrorCode::unauthenticated, "Send valid credentials or an ephemeral key");
  admitted.context.tenant = admitted.key->tenant;
  admitted.context.user = admitted.key->user;
  co_return Result<void>{};
}

std::string query_of(const http::Request& request, std::string_view name) {
  return std::string(utf8_prefix(request.query_text(name).value_or(""), name_bytes_max));
}

// The session of the call that waits for this leg; nothing when the leg begins one of its own.
std::optional<std::string> announced_call(const Admitted& admitted, const http::Request& request) {
  if (!admitted.key) {
    if (auto announced = request.query_text("announced")) return std::string(*announced);
    return std::nullopt;
  }
  if (admitted.key->call.empty()) return std::nullopt;
  return admitted.key->call;
}

}  // namespace

Result<void> check_calls(const RealtimeParts& parts) {
  if (parts.calls != nullptr) return {};
  return fail(ErrorCode::unavailable, "No calls are answered here: the server has no voice");
}

Task<Result<Admitted>> admit(const RealtimeParts& parts, CallContext context,
                             const http::Request& request) {
  return admit_with_key(parts, std::move(context), request, std::string(request.refused_secret));
}

Task<Result<Admitted>> admit_with_key(const RealtimeParts& parts, CallContext context,
                                      const http::Request& request, std::string secret) {
  Admitted admitted{.context = std::move(context)};
  CO_TRY_VOID(check_calls(parts));
  CO_TRY_VOID(co_await recognise(parts, request, std::move(secret), admitted));
  if (request.query_text("call_id"))
    co_return fail(invalid_field("call_id", "Calls of others cannot be joined; name a model"));
  auto name = agent_name(request);
  if (name.empty() && admitted.key) name = admitted.key->agent.to_string();
  if (name.empty() && request.query_text("announced")) co_return admitted;
  if (name.empty()) co_return fail(invalid_field("model", "must name an agent by its id or slug"));
  CO_TRY(admitted.agent, co_await parts.agents.find(admitted.context, std::move(name)));
  if (admitted.key && admitted.key->agent != admitted.agent->id)
    co_return fail(ErrorCode::forbidden, "This key is for another agent");
  co_return admitted;
}

Task<Result<voice::Call>> find_call(const RealtimeParts& parts, const Admitted& admitted,
                                    const http::Request& request, voice::NewCall call) {
  if (admitted.key && admitted.key->duration_max.count() > 0 && call.provider != "realtime")
    co_return fail(ErrorCode::forbidden, "This key is for a browser");
  if (auto announced = announced_call(admitted, request)) {
    std::optional<AgentId> agent;
    if (admitted.agent) agent = admitted.agent->id;
    auto claiming = parts.log.claim_own(admitted.context, std::move(*announced), agent);
    auto claimed = co_await std::move(claiming);
    co_return claimed;
  }
  if (!admitted.agent)
    co_return fail(invalid_field("model", "must name an agent by its id or slug"));
  call.agent = admitted.agent->id;
  if (call.caller_id.empty()) call.caller_id = query_of(request, "caller");
  if (call.caller_name.empty()) call.caller_name = query_of(request, "caller_name");
  if (call.dialled_number.empty()) call.dialled_number = query_of(request, "did");
  auto announced = co_await parts.log.announce(admitted.context, std::move(call));
  co_return announced;
}

Task<Result<std::shared_ptr<voice::LiveCall>>> answer_call(const RealtimeParts& parts,
                                                           CallContext context, voice::Call call,
                                                           std::shared_ptr<voice::Leg> leg,
                                                           bool is_gone) {
  auto id = call.id;
  Result<std::shared_ptr<voice::LiveCall>> live = fail(ErrorCode::cancelled, "It is not wanted");
  if (!is_gone) live = co_await parts.calls->answer(context, std::move(call), std::move(leg));
  if (live) co_return live;
  context.cancellation = {};
  context.deadline = std::chrono::steady_clock::now() + storing_time_max;
  voice::CallOutcome outcome;
  outcome.end = is_gone ? voice::CallEnd::caller_hung_up : voice::CallEnd::failed;
  auto ending = parts.log.finish(context, id, std::move(outcome));
  auto ended = co_await std::move(ending);
  // Without credits it is over already.
  if (!ended && ended.error().code != ErrorCode::conflict)
    log::failure("The end of a call that was not answered could not be stored", context,
                 ended.error());
  co_return live;
}

}  // namespace aiva::realtime
