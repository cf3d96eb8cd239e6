#include "adapters/redis/enduring_cache.h"

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "adapters/memory/memory_cache.h"
#include "adapters/redis/redis_cache.h"
#include "adapters/redis/redis_pulse.h"
#include "adapters/redis/redis_signals.h"
#include "adapters/redis/testing/redis_server.h"

namespace aiva {
namespace {

using redis::ask;
using redis::RedisServer;
using std::chrono::milliseconds;
using std::chrono::seconds;

// A process with its own view of a Redis.
struct Process {
  explicit Process(const std::string& url) {
    RedisOptions options{.connect_timeout = milliseconds(500),
                         .backoff_max = milliseconds(200),
                         .metrics = &metrics};
    redis = redis::connect(url, options);
    shared = make_redis_cache(*redis, {.call_timeout = milliseconds(250)});
    pulse = make_redis_pulse(*redis, {.beat_time = milliseconds(50)}, metrics);
    EnduringCacheParts parts{.shared = *shared,
                             .local = make_memory_cache({}, clock),
                             .processes = [this] { return pulse->processes(); }};
    cache = make_enduring_cache(std::move(parts), metrics);
  }
  std::optional<std::string> get(const std::string& key) {
    auto value = sync_wait(cache->get({}, key));
    EXPECT_TRUE(value.has_value());
    return value ? *value : std::nullopt;
  }
  void put(const std::string& key, const std::string& value) {
    EXPECT_TRUE(sync_wait(cache->put({}, key, value, seconds(60))).has_value());
  }
  bool may_call(std::int64_t calls_max) {
    RateWindow window{.length = seconds(60), .calls_max = calls_max};
    auto standing = sync_wait(cache->count_in_window({}, "ip", window));
    EXPECT_TRUE(standing.has_value());
    return standing && standing->count <= calls_max;
  }
  bool metrics_say(const std::string& line) {
    return metrics.to_prometheus_text().find(line) != std::string::npos;
  }

  SystemClock clock;
  Metrics metrics;
  std::unique_ptr<Redis> redis;
  std::unique_ptr<Cache> shared;
  std::unique_ptr<RedisPulse> pulse;
  std::unique_ptr<Cache> cache;
};

template <class Condition>
bool comes_true(Condition condition) {
  for (int tries = 0; tries < 400; ++tries) {
    if (condition()) return true;
    std::this_thread::sleep_for(milliseconds(50));
  }
  return false;
}

class CacheWithoutRedis : public testing::Test {
 protected:
  void SetUp() override { server_.kill(); }

  RedisServer server_;
  Process process_{server_.url()};
};

TEST_F(CacheWithoutRedis, keeps_values_and_limits_of_its_own) {
  auto& cache = *process_.cache;
  ASSERT_TRUE(sync_wait(cache.put({}, "key", "value", seconds(60))).has_value());
  RateWindow window{.length = seconds(60), .calls_max = 2};
  std::vector<std::int64_t> counts;
  for (int i = 0; i < 3; ++i)
    counts.push_back(sync_wait(cache.count_in_window({}, "ip", window))->count);

  EXPECT_EQ(sync_wait(cache.get({}, "key")).value(), "value");
  EXPECT_EQ(counts, (std::vector<std::int64_t>{1, 2, 3}));
  EXPECT_FALSE(sync_wait(cache.erase({}, "key")).has_value()) << "others are not told";
  EXPECT_EQ(sync_wait(cache.get({}, "key")).value(), std::nullopt);
}

TEST(CacheOfAUser, needs_no_more_rights_than_the_guide_gives) {
  RedisServer server;
  auto admin = redis::connect(server.url());
  ask(*admin, {"ACL", "SETUSER", "aiva", "on", ">secret", "~aiva:*", "&aiva:*", "+@all", "-@admin",
               "-@dangerous", "+info", "+cluster|slots"});
  Process process("redis://aiva:secret@127.0.0.1:" + std::to_string(server.port()));
  process.put("key", "value");

  EXPECT_EQ(process.get("key"), "value");
  EXPECT_TRUE(process.may_call(1));
  EXPECT_TRUE(comes_true([&process] { return process.metrics_say("aiva_redis_up 1"); }));
  EXPECT_TRUE(
      comes_true([&process] { return !process.metrics_say("aiva_redis_memory_used_bytes 0\n"); }));
  EXPECT_TRUE(sync_wait(check_channels({}, *process.redis, "aiva:")).has_value());
  EXPECT_TRUE(process.metrics_say("aiva_cache_fallbacks_total{what=\"values\"} 0"));
}

class TwoProcesses : public testing::Test {
 protected:
  RedisServer server_;
  Process one_{server_.url()};
  Process two_{server_.url()};
};

TEST_F(TwoProcesses, share_values_and_go_on_alone_while_redis_is_killed) {
  one_.put("key", "shared");
  ASSERT_EQ(two_.get("key"), "shared");
  EXPECT_TRUE(one_.metrics_say("aiva_redis_up 1"));
  server_.kill();

  EXPECT_EQ(two_.get("key"), std::nullopt);
  one_.put("key", "alone");
  EXPECT_EQ(one_.get("key"), "alone");
  EXPECT_TRUE(comes_true([this] { return one_.metrics_say("aiva_redis_up 0"); }));
  EXPECT_TRUE(one_.metrics_say("aiva_cache_fallbacks_total{what=\"values\"} 2"));

  server_.start();
  EXPECT_TRUE(comes_true([this] { return one_.pulse->is_up() && two_.pulse->is_up(); }));
  EXPECT_EQ(one_.get("key"), std::nullopt) << "what was put alone is not for the others";
  two_.put("key", "again");
  EXPECT_EQ(one_.get("key"), "again");
  EXPECT_TRUE(one_.metrics_say("aiva_redis_up 1"));
}

TEST_F(TwoProcesses, keep_a_limit_together_and_each_a_share_of_it_without_redis) {
  ASSERT_TRUE(comes_true([this] { return one_.pulse->processes() == 2; }));
  constexpr std::int64_t calls_max = 20;
  int before = 0;
  for (int i = 0; i < 4; ++i)
    for (auto* process : {&one_, &two_}) before += process->may_call(calls_max) ? 1 : 0;
  ASSERT_EQ(before, 8);
  server_.kill();

  int alone = 0;
  for (int i = 0; i < 30; ++i)
    for (auto* process : {&one_, &two_}) alone += process->may_call(calls_max) ? 1 : 0;

  EXPECT_EQ(before + alone, calls_max);
}

TEST_F(TwoProcesses, are_not_held_up_by_a_redis_that_is_frozen) {
  one_.put("key", "value");
  ASSERT_EQ(one_.get("key"), "value");
  server_.freeze();
  (void)one_.get("key");
  (void)one_.get("key");

  auto begin = std::chrono::steady_clock::now();
  for (int i = 0; i < 100; ++i) (void)one_.may_call(1000);
  auto took = std::chrono::steady_clock::now() - begin;
  server_.thaw();

  // At most a few of them waited, each for a call's time.
  EXPECT_LT(took, seconds(5));
  EXPECT_TRUE(comes_true([this] { return one_.get("key") == "value"; }));
}

TEST_F(TwoProcesses, have_their_redis_measured) {
  ask(*one_.redis, {"CONFIG", "SET", "maxmemory", "1gb"});
  Process third(server_.url());
  third.put("key", "value");

  EXPECT_TRUE(comes_true([&third] { return third.pulse->processes() == 3; }));
  EXPECT_TRUE(
      comes_true([&third] { return !third.metrics_say("aiva_redis_memory_used_bytes 0\n"); }));
  EXPECT_FALSE(third.metrics_say("aiva_redis_memory_used_ratio 0\n"));
  EXPECT_TRUE(third.metrics_say("aiva_redis_call_seconds_count{command=\"set\"} 1"));
}

TEST_F(TwoProcesses, lose_time_only_when_redis_drops_everything_all_the_time) {
  ask(*one_.redis, {"CONFIG", "SET", "maxmemory-policy", "allkeys-lru"});
  ask(*one_.redis, {"CONFIG", "SET", "maxmemory", "3mb"});
  std::string filler(20'000, 'x');

  for (int i = 0; i < 400; ++i) {
    auto number = std::to_string(i);
    one_.put("filler" + number, filler + number);
    auto found = two_.get("filler" + number);
    if (found) EXPECT_EQ(*found, filler + number);
    EXPECT_TRUE(two_.may_call(1'000'000));
  }

  EXPECT_GT(ask(*one_.redis, {"EVAL",
                              "return tonumber(string.match(redis.call('INFO', 'stats'), "
                              "'evicted_keys:(%d+)'))",
                              "0"})
                .integer,
            0);
}

}  // namespace
}  // namespace aiva
