#include "adapters/redis/redis_cache.h"

#include <algorithm>
#include <utility>

namespace aiva {
namespace {

using Kind = RedisReply::Kind;
using std::chrono::milliseconds;

// Counts and sets the end of a window in one step, so that no crash leaves a counter without an
// end; one that has none all the same gets it.
constexpr const char* count_script = R"(
local count = redis.call('INCR', KEYS[1])
local left = redis.call('PTTL', KEYS[1])
if left < 0 then
  redis.call('PEXPIRE', KEYS[1], ARGV[1])
  left = tonumber(ARGV[1])
end
return {count, left}
)";

std::unexpected<Error> strange() { return fail(internal_error("Redis answered strangely")); }

class RedisCache final : public Cache {
 public:
  RedisCache(Redis& redis, RedisCacheOptions options)
      : redis_(redis), options_(std::move(options)) {}

  Task<Result<std::optional<std::string>>> get(CallContext context, std::string key) override {
    auto asking = one(value_key(key), {"GET"}, true);
    CO_TRY(auto reply, co_await redis_.call(limited(std::move(context)), std::move(asking)));
    if (reply.kind == Kind::nil) co_return std::nullopt;
    if (reply.kind != Kind::text) co_return strange();
    co_return std::optional<std::string>(std::move(reply.text));
  }

  Task<Result<void>> put(CallContext context, std::string key, std::string value,
                         milliseconds time_to_live) override {
    bool is_kept = time_to_live > milliseconds(0) && value.size() <= options_.value_bytes_max;
    auto putting = one(value_key(key), {is_kept ? "SET" : "DEL"}, true);
    if (is_kept) {
      auto& command = putting.commands.front();
      command.push_back(std::move(value));
      command.emplace_back("PX");
      command.push_back(std::to_string(time_to_live.count()));
    }
    CO_TRY_VOID(co_await redis_.call(limited(std::move(context)), std::move(putting)));
    co_return Result<void>{};
  }

  Task<Result<void>> erase(CallContext context, std::string key) override {
    auto erasing = one(value_key(key), {"DEL"}, true);
    CO_TRY_VOID(co_await redis_.call(limited(std::move(context)), std::move(erasing)));
    co_return Result<void>{};
  }

  Task<Result<WindowCount>> count_in_window(CallContext context, std::string key,
                                            milliseconds window) override {
    auto length = std::max(window, milliseconds(1));
    auto counter = options_.key_prefix + "window:" + key;
    RedisBatch counting{.key = counter};
    counting.commands.push_back(
        {"EVAL", count_script, "1", counter, std::to_string(length.count())});
    CO_TRY(auto reply, co_await redis_.call(limited(std::move(context)), std::move(counting)));
    if (reply.kind != Kind::list || reply.list.size() != 2) co_return strange();
    auto left = std::clamp(milliseconds(reply.list[1].integer), milliseconds(1), length);
    co_return WindowCount{.count = reply.list[0].integer, .resets_in = left};
  }

 private:
  [[nodiscard]] std::string value_key(const std::string& key) const {
    return options_.key_prefix + "value:" + key;
  }
  static RedisBatch one(std::string key, RedisCommand command, bool may_repeat) {
    command.push_back(key);
    RedisBatch batch{.key = std::move(key), .may_repeat = may_repeat};
    batch.commands.push_back(std::move(command));
    return batch;
  }
  [[nodiscard]] CallContext limited(CallContext context) const {
    auto latest = std::chrono::steady_clock::now() + options_.call_timeout;
    context.deadline = std::min(context.deadline, latest);
    return context;
  }

  Redis& redis_;
  RedisCacheOptions options_;
};

}  // namespace

std::unique_ptr<Cache> make_redis_cache(Redis& redis, RedisCacheOptions options) {
  return std::make_unique<RedisCache>(redis, std::move(options));
}

}  // namespace aiva
