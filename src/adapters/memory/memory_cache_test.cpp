#include "adapters/memory/memory_cache.h"

#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <vector>

#include "adapters/memory/lru_table.h"
#include "ports/testing/cache_contract.h"
#include "ports/testing/manual_clock.h"

namespace aiva {
namespace {

using std::chrono::milliseconds;

CacheSubject make_subject() {
  auto clock = std::make_shared<ManualClock>();
  return {.cache = make_memory_cache({}, *clock),
          .advance = [clock](milliseconds by) { clock->advance(by); },
          .keeps = clock};
}
INSTANTIATE_TEST_SUITE_P(Memory, CacheContract, ::testing::Values(make_subject));

TEST(LruTable, drops_what_was_not_used_longest) {
  LruTable<int> table(3 * 200);
  table.put("a", 1, 30);
  table.put("b", 2, 30);
  table.put("c", 3, 30);
  ASSERT_NE(table.find("a"), nullptr);

  table.put("d", 4, 30);

  EXPECT_EQ(table.find("b"), nullptr);
  EXPECT_NE(table.find("a"), nullptr);
  EXPECT_NE(table.find("c"), nullptr);
  EXPECT_NE(table.find("d"), nullptr);
}

TEST(LruTable, does_not_keep_what_can_never_fit) {
  LruTable<int> table(1000);
  table.put("small", 1, 10);
  table.put("large", 2, 10);

  table.put("large", 3, 5000);

  EXPECT_EQ(table.find("large"), nullptr);
  EXPECT_NE(table.find("small"), nullptr);
}

TEST(LruTable, accounts_for_every_byte_it_gives_back) {
  LruTable<int> table(100000);
  for (int round = 0; round < 3; ++round)
    for (int i = 0; i < 100; ++i) table.put("key" + std::to_string(i), i, 50);
  ASSERT_GT(table.bytes(), 100U * 50U);

  for (int i = 0; i < 100; ++i) table.erase("key" + std::to_string(i));

  EXPECT_EQ(table.bytes(), 0U);
}

TEST(MemoryCache, stays_within_its_bytes) {
  ManualClock clock;
  auto cache = make_memory_cache({.bytes_max = 1024 * 1024}, clock);
  const int puts = 1000;

  for (int i = 0; i < puts; ++i) {
    auto put = cache->put({}, std::to_string(i), std::string(10000, 'x'), milliseconds(1000));
    ASSERT_TRUE(sync_wait(std::move(put)).has_value());
  }

  std::size_t bytes = 0;
  for (int i = 0; i < puts; ++i) {
    auto value = sync_wait(cache->get({}, std::to_string(i)));
    if (value && *value) bytes += (*value)->size();
  }
  EXPECT_LE(bytes, 1024U * 1024U);
  EXPECT_GE(bytes, 512U * 1024U);
}

TEST(MemoryCache, keeps_counters_when_values_fill_it) {
  ManualClock clock;
  auto cache = make_memory_cache({.bytes_max = 64 * 1024}, clock);
  ASSERT_TRUE(
      sync_wait(cache->count_in_window({}, "ip", {.length = milliseconds(60000)})).has_value());

  for (int i = 0; i < 1000; ++i) {
    auto put = cache->put({}, std::to_string(i), std::string(1000, 'x'), milliseconds(60000));
    ASSERT_TRUE(sync_wait(std::move(put)).has_value());
  }

  EXPECT_EQ(sync_wait(cache->count_in_window({}, "ip", {.length = milliseconds(60000)}))->count, 2);
}

TEST(MemoryCache, forgets_a_value_put_without_time_to_live) {
  ManualClock clock;
  auto cache = make_memory_cache({}, clock);
  ASSERT_TRUE(sync_wait(cache->put({}, "key", "old", milliseconds(1000))).has_value());

  ASSERT_TRUE(sync_wait(cache->put({}, "key", "new", milliseconds(0))).has_value());

  auto value = sync_wait(cache->get({}, "key"));
  ASSERT_TRUE(value.has_value());
  EXPECT_FALSE(value->has_value());
}

TEST(MemoryCache, counts_every_call_of_many_threads) {
  SystemClock clock;
  auto cache = make_memory_cache({}, clock);
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i)
    threads.emplace_back([&cache] {
      for (int call = 0; call < 500; ++call)
        (void)sync_wait(cache->count_in_window({}, "ip", {.length = std::chrono::hours(1)}));
    });
  for (auto& thread : threads) thread.join();

  EXPECT_EQ(sync_wait(cache->count_in_window({}, "ip", {.length = std::chrono::hours(1)}))->count,
            2001);
}

}  // namespace
}  // namespace aiva
