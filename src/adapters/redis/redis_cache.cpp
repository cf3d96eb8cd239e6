#include "adapters/redis/redis_cache.h"

#include <algorithm>
#include <utility>

namespace aiva {
namespace {

using Kind = RedisReply::Kind;
using std::chrono::milliseconds;

// SlidingWindow::count_call() by the clock of the server. ARGV: the window's length in milliseconds
// and its limit. Answers the calls in the window, or -1 beyond the limit, and the time to wait.
constexpr const char* count_script = R"(
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local length, calls_max = tonumber(ARGV[1]), tonumber(ARGV[2])
local kept = redis.call('HMGET', KEYS[1], 'begin', 'before', 'count')
local begin = math.min(tonumber(kept[1] or now), now)
local before, count = tonumber(kept[2] or 0), tonumber(kept[3] or 0)
local stretches = math.floor((now - begin) / length)
if stretches == 1 then
  begin, before, count = begin + length, count, 0
elseif stretches > 1 then
  begin, before, count = now, 0, 0
end
local passed = now - begin
local covered = 0
if before > 0 then covered = math.floor((before * (length - passed) - 1) / length) end
if covered + count < calls_max then
  count = count + 1
  redis.call('HSET', KEYS[1], 'begin', string.format('%.0f', begin), 'before', before,
             'count', count)
  redis.call('PEXPIRE', KEYS[1], string.format('%.0f', 2 * length))
  return {covered + count, length - passed}
end
local function time_to_fade(calls, left)
  if calls <= left then return 0 end
  return math.ceil(length * (calls - left) / calls)
end
local wait
if count < calls_max then
  wait = time_to_fade(before, calls_max - count)
else
  wait = length + time_to_fade(count, calls_max)
end
return {-1, math.max(wait - passed, 1)}
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
                                            RateWindow window) override {
    auto length = std::max(window.length, milliseconds(1));
    auto calls_max = std::max<std::int64_t>(window.calls_max, 0);
    auto counter = options_.key_prefix + "rate:" + key;
    RedisBatch counting{.key = counter, .silence_max = options_.call_timeout};
    counting.commands.push_back({"EVAL", count_script, "1", counter, std::to_string(length.count()),
                                 std::to_string(calls_max)});
    CO_TRY(auto reply, co_await redis_.call(limited(std::move(context)), std::move(counting)));
    if (reply.kind != Kind::list || reply.list.size() != 2) co_return strange();
    auto counted = reply.list[0].integer;
    auto wait = std::clamp(milliseconds(reply.list[1].integer), milliseconds(1), 2 * length);
    co_return WindowCount{.count = counted < 0 ? calls_max + 1 : counted, .resets_in = wait};
  }

 private:
  [[nodiscard]] std::string value_key(const std::string& key) const {
    return options_.key_prefix + "value:" + key;
  }
  [[nodiscard]] RedisBatch one(std::string key, RedisCommand command, bool may_repeat) const {
    command.push_back(key);
    RedisBatch batch{
        .key = std::move(key), .may_repeat = may_repeat, .silence_max = options_.call_timeout};
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
