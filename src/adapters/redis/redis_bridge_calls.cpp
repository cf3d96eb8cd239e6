#include "adapters/redis/redis_bridge_calls.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

namespace aiva {
namespace {

using Kind = RedisReply::Kind;

constexpr std::size_t field_bytes_max = 64 * 1024;

// Only of the call that the hash tells of: a hash that is gone is not made anew.
constexpr const char* end_script = R"(
if redis.call('HGET', KEYS[1], 'sessionId') ~= ARGV[1] then return 0 end
redis.call('HSET', KEYS[1], 'endReason', ARGV[2], 'transferTarget', ARGV[3])
return 1
)";

bool means_yes(std::string_view text) {
  constexpr auto noes = std::to_array<std::string_view>({"", "0", "false", "no"});
  std::string lower(text.substr(0, 8));
  std::ranges::transform(lower, lower.begin(), [](unsigned char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : static_cast<char>(c);
  });
  return std::ranges::find(noes, lower) == noes.end();
}

class RedisBridgeCalls final : public BridgeCalls {
 public:
  RedisBridgeCalls(Redis& redis, RedisBridgeCallsOptions options)
      : redis_(redis), options_(std::move(options)) {}

  Task<Result<std::optional<BridgeCall>>> find(CallContext context, std::uint16_t port) override {
    auto key = key_of(port);
    RedisBatch asking{.key = key, .may_repeat = true};
    asking.commands.push_back({"HMGET", key, "sessionId", "tenantId", "agentId", "callerId",
                               "callerName", "customData", "hangup"});
    CO_TRY(auto reply, co_await redis_.call(limited(std::move(context)), std::move(asking)));
    co_return read(std::move(reply));
  }

  Task<Result<void>> end(CallContext context, std::uint16_t port, End end) override {
    auto key = key_of(port);
    RedisBatch telling{.key = key, .may_repeat = true};
    telling.commands.push_back(
        {"EVAL", end_script, "1", key, end.session_id, end.reason, end.transfer_target});
    CO_TRY_VOID(co_await redis_.call(limited(std::move(context)), std::move(telling)));
    co_return Result<void>{};
  }

 private:
  [[nodiscard]] std::string key_of(std::uint16_t port) const {
    return options_.key_prefix + std::to_string(port);
  }

  static Result<std::optional<BridgeCall>> read(RedisReply reply) {
    constexpr std::size_t fields = 7;
    if (reply.kind != Kind::list || reply.list.size() != fields)
      return fail(internal_error("Redis answered strangely"));
    auto field = [&reply](std::size_t index) { return std::move(reply.list[index].text); };
    bool is_too_large = std::ranges::any_of(
        reply.list, [](const RedisReply& one) { return one.text.size() > field_bytes_max; });
    if (is_too_large) return fail(ErrorCode::invalid, "A field of the call is too large");
    BridgeCall call{.session_id = field(0)};
    if (call.session_id.empty()) return std::optional<BridgeCall>();
    auto tenant = TenantId::parse(field(1));
    auto agent = AgentId::parse(field(2));
    if (!tenant) return fail(invalid_field("tenantId", "must be an id"));
    if (!agent) return fail(invalid_field("agentId", "must be an id"));
    call.tenant = *tenant;
    call.agent = *agent;
    call.caller_id = field(3);
    call.caller_name = field(4);
    call.custom = field(5);
    call.is_hung_up = means_yes(field(6));
    return std::optional(std::move(call));
  }

  [[nodiscard]] CallContext limited(CallContext context) const {
    auto latest = std::chrono::steady_clock::now() + options_.call_timeout;
    context.deadline = std::min(context.deadline, latest);
    return context;
  }

  Redis& redis_;
  RedisBridgeCallsOptions options_;
};

}  // namespace

std::unique_ptr<BridgeCalls> make_redis_bridge_calls(Redis& redis,
                                                     RedisBridgeCallsOptions options) {
  return std::make_unique<RedisBridgeCalls>(redis, std::move(options));
}

}  // namespace aiva
