#include "faces/realtime/ephemeral_keys.h"

#include <cstdint>
#include <limits>
#include <utility>

#include "foundation/crypto.h"
#include "foundation/json.h"
#include "foundation/json_writer.h"

namespace aiva::realtime {
namespace {

constexpr std::size_t secret_bytes = 24;

std::string name_in_cache(std::string_view secret) {
  return "realtime-key:" + to_hex(sha256(secret));
}

std::string to_text(const EphemeralKey& key) {
  std::string text;
  JsonWriter writer(text);
  writer.begin_object()
      .field("tenant", key.tenant)
      .field("user", key.user)
      .field("agent", key.agent)
      .field("call", key.call)
      .field("session", key.session)
      .field("duration_max_s", static_cast<std::int64_t>(key.duration_max.count()))
      .end_object();
  return text;
}

std::optional<EphemeralKey> read_key(std::string_view text) {
  auto value = json::parse(text);
  if (!value) return std::nullopt;
  json::Fields fields(*value);
  auto tenant = TenantId::parse(fields.text("tenant", {}));
  auto user = UserId::parse(fields.text("user", {}));
  auto agent = AgentId::parse(fields.text("agent", {}));
  EphemeralKey key{.call = fields.text("call", {}), .session = fields.text("session", {})};
  key.duration_max = std::chrono::seconds(
      fields.integer("duration_max_s", 0, 0, std::numeric_limits<std::int32_t>::max()));
  if (!fields.finish() || !tenant || !user || !agent) return std::nullopt;
  key.tenant = *tenant;
  key.user = *user;
  key.agent = *agent;
  return key;
}

}  // namespace

Task<Result<std::string>> EphemeralKeys::issue(CallContext context, EphemeralKey key,
                                               std::chrono::seconds lifetime) const {
  auto secret = std::string(ephemeral_prefix) + random_token(secret_bytes);
  CO_TRY_VOID(
      co_await cache_.put(std::move(context), name_in_cache(secret), to_text(key), lifetime));
  co_return secret;
}

Task<Result<std::optional<EphemeralKey>>> EphemeralKeys::find(CallContext context,
                                                              std::string secret) const {
  if (!secret.starts_with(ephemeral_prefix)) co_return std::nullopt;
  CO_TRY(auto kept, co_await cache_.get(std::move(context), name_in_cache(secret)));
  if (!kept) co_return std::nullopt;
  co_return read_key(*kept);
}

}  // namespace aiva::realtime
