#include "capabilities/functions/internal/call_job.h"

#include "foundation/crypto.h"
#include "foundation/json.h"

namespace aiva::functions {
namespace {

constexpr std::size_t key_length = 32;

std::string text(const json::Object& object, std::string_view name) {
  const auto* value = object.if_contains(name);
  const auto* string = value == nullptr ? nullptr : value->if_string();
  return string == nullptr ? std::string() : std::string(std::string_view(*string));
}

}  // namespace

Job make_job(TenantId tenant, const CallJob& call) {
  json::Object payload{{"call_id", call.call.to_string()},
                       {"agent_id", call.agent.to_string()},
                       {"function_name", call.function_name},
                       {"arguments", call.arguments},
                       {"idempotency_key", call.idempotency_key}};
  return {.tenant = tenant,
          .kind = call_job_kind,
          .subject = call.call.to_string(),
          .payload = json::to_text(payload),
          .priority = 50};
}

Result<CallJob> read_job(const Job& job) {
  TRY(auto payload, json::parse(job.payload));
  const auto* object = payload.if_object();
  if (object == nullptr) return fail(internal_error("the payload of a call is no object"));
  auto call = CallId::parse(text(*object, "call_id"));
  auto agent = AgentId::parse(text(*object, "agent_id"));
  if (!call || !agent) return fail(internal_error("the payload of a call names no call"));
  return CallJob{.call = *call,
                 .agent = *agent,
                 .function_name = text(*object, "function_name"),
                 .arguments = text(*object, "arguments"),
                 .idempotency_key = text(*object, "idempotency_key")};
}

std::string make_idempotency_key(const ToolUse& use) {
  auto turn = use.message.is_nil() ? random_token(24) : use.message.to_string();
  auto digest = sha256(turn + "\n" + use.call.id + "\n" + use.call.name);
  return to_hex(digest).substr(0, key_length);
}

}  // namespace aiva::functions
