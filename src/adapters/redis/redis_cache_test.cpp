#include "adapters/redis/redis_cache.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "adapters/memory/memory_cache.h"
#include "adapters/redis/enduring_cache.h"
#include "adapters/redis/testing/redis_server.h"
#include "ports/testing/cache_contract.h"

namespace aiva {
namespace {

using redis::ask;
using redis::RedisServer;
using std::chrono::milliseconds;

// The cache goes before what it borrows.
struct Keeps {
  std::shared_ptr<void> servers;
  std::unique_ptr<Redis> redis;
};

template <class Servers>
CacheSubject make_subject() {
  static auto servers = std::make_shared<Servers>();
  auto keeps = std::make_shared<Keeps>(servers, redis::connect(servers->url()));
  auto cache = make_redis_cache(*keeps->redis, {.key_prefix = Uuid::make().to_string() + ":"});
  return {.cache = std::move(cache),
          .advance = [](milliseconds by) { std::this_thread::sleep_for(by); },
          .keeps = keeps};
}

INSTANTIATE_TEST_SUITE_P(Redis, CacheContract, testing::Values(make_subject<RedisServer>));
INSTANTIATE_TEST_SUITE_P(RedisCluster, CacheContract,
                         testing::Values(make_subject<redis::RedisClusterServers>));

// The cache as processes have it: with one of their own behind it.
CacheSubject make_enduring_subject() {
  struct Kept {
    RedisServer server;
    SystemClock clock;
    Metrics metrics;
    std::unique_ptr<Redis> redis = redis::connect(server.url());
    std::unique_ptr<Cache> shared = make_redis_cache(*redis);
  };
  auto kept = std::make_shared<Kept>();
  EnduringCacheParts parts{.shared = *kept->shared, .local = make_memory_cache({}, kept->clock)};
  return {.cache = make_enduring_cache(std::move(parts), kept->metrics),
          .advance = [](milliseconds by) { std::this_thread::sleep_for(by); },
          .keeps = kept};
}
INSTANTIATE_TEST_SUITE_P(Enduring, CacheContract, testing::Values(make_enduring_subject));

class RedisCacheOn : public testing::Test {
 protected:
  RedisServer server_;
  std::unique_ptr<Redis> redis_ = redis::connect(server_.url());
  std::unique_ptr<Cache> cache_ = make_redis_cache(*redis_);
};

TEST_F(RedisCacheOn, a_server_counts_every_call_of_many_threads) {
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i)
    threads.emplace_back([this] {
      for (int call = 0; call < 250; ++call)
        (void)sync_wait(cache_->count_in_window({}, "ip", {.length = std::chrono::hours(1)}));
    });
  for (auto& thread : threads) thread.join();

  EXPECT_EQ(sync_wait(cache_->count_in_window({}, "ip", {.length = std::chrono::hours(1)}))->count,
            1001);
}

TEST_F(RedisCacheOn, a_server_keeps_no_window_for_ever) {
  (void)sync_wait(cache_->count_in_window({}, "ip", {.length = milliseconds(1000)}));

  EXPECT_GT(ask(*redis_, {"PTTL", "aiva:rate:ip"}).integer, 0);
  EXPECT_LE(ask(*redis_, {"PTTL", "aiva:rate:ip"}).integer, 2000);
}

TEST_F(RedisCacheOn, a_server_keeps_no_value_that_is_too_large) {
  auto small = make_redis_cache(*redis_, {.value_bytes_max = 100});
  ASSERT_TRUE(sync_wait(small->put({}, "key", "old", milliseconds(60000))).has_value());

  ASSERT_TRUE(
      sync_wait(small->put({}, "key", std::string(101, 'x'), milliseconds(60000))).has_value());

  EXPECT_EQ(sync_wait(small->get({}, "key")).value(), std::nullopt);
}

TEST_F(RedisCacheOn, a_server_that_is_frozen_fails_soon) {
  auto hasty = make_redis_cache(*redis_, {.call_timeout = milliseconds(100)});
  ASSERT_TRUE(sync_wait(hasty->put({}, "key", "value", milliseconds(60000))).has_value());
  server_.freeze();

  auto started = std::chrono::steady_clock::now();
  auto value = sync_wait(hasty->get({}, "key"));
  auto took = std::chrono::steady_clock::now() - started;
  server_.thaw();

  ASSERT_FALSE(value.has_value());
  EXPECT_EQ(value.error().code, ErrorCode::timeout);
  EXPECT_LT(took, std::chrono::seconds(2));
  EXPECT_EQ(sync_wait(cache_->get({}, "key")).value(), "value");
}

TEST_F(RedisCacheOn, a_server_that_was_away_is_found_again) {
  ASSERT_TRUE(sync_wait(cache_->put({}, "key", "value", milliseconds(60000))).has_value());
  server_.kill();
  auto failed = sync_wait(cache_->get({}, "key"));
  ASSERT_FALSE(failed.has_value());
  EXPECT_EQ(failed.error().code, ErrorCode::unavailable);

  server_.start();

  auto value = sync_wait(cache_->get({}, "key"));
  for (int tries = 0; !value && tries < 100; ++tries) {
    std::this_thread::sleep_for(milliseconds(50));
    value = sync_wait(cache_->get({}, "key"));
  }
  ASSERT_TRUE(value.has_value());
  EXPECT_EQ(*value, std::nullopt);
}

}  // namespace
}  // namespace aiva
