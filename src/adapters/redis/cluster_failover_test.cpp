#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "adapters/memory/memory_cache.h"
#include "adapters/memory/memory_signals.h"
#include "adapters/redis/enduring_cache.h"
#include "adapters/redis/internal/hash_slot.h"
#include "adapters/redis/redis_cache.h"
#include "adapters/redis/redis_signals.h"
#include "adapters/redis/testing/redis_server.h"

namespace aiva::redis {
namespace {

using Kind = RedisReply::Kind;
using std::chrono::milliseconds;
using std::chrono::seconds;
using Instant = std::chrono::steady_clock::time_point;

Instant now() { return std::chrono::steady_clock::now(); }

// Three masters, each with a replica, and a client with the cache of a process over it.
class ClusterWithReplicas : public testing::Test {
 protected:
  void SetUp() override {
    shared_ = make_redis_cache(*redis_, {.call_timeout = milliseconds(250)});
    EnduringCacheParts parts{.shared = *shared_, .local = make_memory_cache({}, clock_)};
    cache_ = make_enduring_cache(std::move(parts), metrics_);
    for (int i = 0; i < 30; ++i)
      ASSERT_TRUE(is_taken(key(i), "before")) << "the cluster takes writes from the start";
  }

  static std::string key(int number) { return "key" + std::to_string(number); }
  static bool is_of_first_master(const std::string& text) { return hash_slot(text) <= 5460; }

  bool is_taken(const std::string& name, const std::string& value, seconds patience = seconds(2)) {
    RedisBatch batch{.key = name, .commands = {{"SET", name, value}}, .may_repeat = true};
    CallContext context{.deadline = now() + patience};
    auto reply = sync_wait(redis_->call(context, std::move(batch)));
    return reply && reply->kind == Kind::status;
  }

  // How long until the slots of the first master take writes again.
  milliseconds wait_for_first_master() {
    auto begin = now();
    for (int i = 0; now() - begin < seconds(30); ++i) {
      auto name = key(i % 1000);
      if (is_of_first_master(name) && is_taken(name, "after")) break;
    }
    return std::chrono::duration_cast<milliseconds>(now() - begin);
  }

  // The longest that a look into the cache took while the cluster was finding another master.
  milliseconds longest_look(seconds time) {
    milliseconds longest{0};
    for (auto begin = now(); now() - begin < time;) {
      for (int i = 0; i < 30; ++i) {
        auto before = now();
        EXPECT_TRUE(sync_wait(cache_->get({}, key(i))).has_value());
        RateWindow window{.length = seconds(60), .calls_max = 1'000'000};
        EXPECT_TRUE(sync_wait(cache_->count_in_window({}, key(i), window)).has_value());
        longest = std::max(longest, std::chrono::duration_cast<milliseconds>(now() - before));
      }
    }
    return longest;
  }

  RedisClusterServers servers_{true};
  SystemClock clock_;
  Metrics metrics_;
  std::unique_ptr<Redis> redis_ =
      connect(servers_.url() + ",127.0.0.1:" + std::to_string(servers_.node(1).port()),
              {.connect_timeout = milliseconds(500), .backoff_max = milliseconds(200)});
  std::unique_ptr<Cache> shared_;
  std::unique_ptr<Cache> cache_;
};

TEST_F(ClusterWithReplicas, goes_on_with_the_replica_of_a_master_that_was_killed) {
  servers_.node(0).kill();

  auto longest = longest_look(seconds(1));
  auto took = wait_for_first_master();

  EXPECT_LT(longest, seconds(2)) << "nobody waits for the dead one";
  EXPECT_LT(took, seconds(20));
  for (int i = 0; i < 30; ++i) EXPECT_TRUE(is_taken(key(i), "after")) << i;
}

TEST_F(ClusterWithReplicas, goes_on_with_the_replica_of_a_master_that_is_frozen) {
  servers_.node(0).freeze();

  auto longest = longest_look(seconds(1));
  auto took = wait_for_first_master();

  EXPECT_LT(longest, seconds(2));
  EXPECT_LT(took, seconds(20));
  for (int i = 0; i < 30; ++i) EXPECT_TRUE(is_taken(key(i), "after")) << i;
  servers_.node(0).thaw();
  // It answers, and points to its successor.
  for (int i = 0; i < 30; ++i) EXPECT_TRUE(is_taken(key(i), "thawed")) << i;
}

TEST_F(ClusterWithReplicas, loses_no_call_when_a_replica_takes_over_in_peace) {
  auto is_master = [this] {
    auto role = RedisClusterServers::ask(servers_.node(3), {"ROLE"});
    return !role.list.empty() && role.list[0].text == "master";
  };
  int lost = 0;
  bool has_taken_over = false;
  // A take-over that finds no majority holds writes up for five seconds and is asked for again.
  for (int tries = 0; tries < 4 && !has_taken_over; ++tries) {
    auto asked = RedisClusterServers::ask(servers_.node(3), {"CLUSTER", "FAILOVER"});
    ASSERT_EQ(asked.text, "OK");
    for (auto begin = now(); now() - begin < seconds(6) && !has_taken_over;) {
      for (int i = 0; i < 30; ++i) lost += is_taken(key(i), "x", seconds(8)) ? 0 : 1;
      has_taken_over = is_master();
    }
  }

  EXPECT_TRUE(has_taken_over);
  for (int i = 0; i < 30; ++i) lost += is_taken(key(i), "y", seconds(8)) ? 0 : 1;
  EXPECT_EQ(lost, 0);
}

TEST_F(ClusterWithReplicas, carries_signals_when_the_node_that_is_heard_is_killed) {
  auto other = connect(servers_.node(1).url());
  auto there = make_redis_signals(*other, make_memory_signals(), {}, metrics_);
  auto here = make_redis_signals(*redis_, make_memory_signals(), {}, metrics_);
  std::atomic<int> begun = 0;
  std::atomic<bool> is_heard = false;
  auto ear = here->subscribe("jobs", [&begun, &is_heard](std::string_view payload) {
    if (payload.empty()) ++begun;
    if (payload == "after") is_heard = true;
  });
  for (int i = 0; i < 200 && begun == 0; ++i) std::this_thread::sleep_for(milliseconds(50));
  ASSERT_EQ(begun, 1);

  servers_.node(0).kill();
  servers_.node(2).kill();

  for (int i = 0; i < 400 && !is_heard; ++i) {
    there->publish("jobs", "after");
    std::this_thread::sleep_for(milliseconds(50));
  }
  EXPECT_TRUE(is_heard);
}

}  // namespace
}  // namespace aiva::redis
