#include "adapters/redis/redis_allowances.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace aiva {
namespace {

using std::chrono::milliseconds;

// The key holds the microsecond up to which the allowance is spent. ARGV: what the cost and the
// burst are worth in microseconds.
constexpr const char* take_script = R"(
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local spent = math.max(tonumber(redis.call('GET', KEYS[1]) or '0'), now)
local cost = tonumber(ARGV[1])
local wait = spent - now + math.min(cost - tonumber(ARGV[2]), 0)
if wait > 0 then return math.ceil(wait / 1000) end
local life = math.ceil((spent + cost - now) / 1000) + 1000
redis.call('SET', KEYS[1], string.format('%.0f', spent + cost), 'PX', string.format('%.0f', life))
return 0
)";

constexpr double minute_us = 60e6;
constexpr double cost_us_max = 24 * 60 * minute_us;

class RedisAllowances final : public SharedAllowances {
 public:
  RedisAllowances(Redis& redis, RedisAllowancesOptions options)
      : redis_(redis), options_(std::move(options)) {}

  Task<Result<milliseconds>> take(CallContext context, std::string name, AllowanceRate rate,
                                  double cost) override {
    if (rate.per_minute <= 0) co_return milliseconds(0);
    double unit_us = minute_us / rate.per_minute;
    double burst_us = std::max(rate.burst_s * 1e6, unit_us);
    double cost_us = std::clamp(cost * unit_us, 0.0, cost_us_max);
    auto key = options_.key_prefix + "allowance:" + name;
    RedisBatch taking{.key = key, .silence_max = options_.call_timeout};
    taking.commands.push_back({"EVAL", take_script, "1", key, std::to_string(std::llround(cost_us)),
                               std::to_string(std::llround(burst_us))});
    context.deadline =
        std::min(context.deadline, std::chrono::steady_clock::now() + options_.call_timeout);
    CO_TRY(auto reply, co_await redis_.call(std::move(context), std::move(taking)));
    if (reply.kind != RedisReply::Kind::integer)
      co_return fail(internal_error("Redis answered strangely"));
    co_return milliseconds(std::max<std::int64_t>(reply.integer, 0));
  }

 private:
  Redis& redis_;
  RedisAllowancesOptions options_;
};

}  // namespace

std::unique_ptr<SharedAllowances> make_redis_allowances(Redis& redis,
                                                        RedisAllowancesOptions options) {
  return std::make_unique<RedisAllowances>(redis, std::move(options));
}

}  // namespace aiva
