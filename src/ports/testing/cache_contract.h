#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "ports/cache.h"

namespace aiva {

// What every Cache promises. An adapter's test includes this header in one file and says
// `INSTANTIATE_TEST_SUITE_P(Memory, CacheContract, ::testing::Values(make_subject));`.
struct CacheSubject {
  std::unique_ptr<Cache> cache;
  std::function<void(std::chrono::milliseconds)> advance;  // lets that much time pass
  std::shared_ptr<void> keeps{};                           // what the cache borrows
};
using CacheSubjectFactory = std::function<CacheSubject()>;

class CacheContract : public ::testing::TestWithParam<CacheSubjectFactory> {
 protected:
  using Ms = std::chrono::milliseconds;

  void SetUp() override { subject_ = GetParam()(); }

  std::optional<std::string> get(const std::string& key) {
    auto value = sync_wait(subject_.cache->get({}, key));
    EXPECT_TRUE(value.has_value());
    return value ? *value : std::nullopt;
  }
  void put(const std::string& key, std::string value, Ms time_to_live = Ms(60000)) {
    auto done = sync_wait(subject_.cache->put({}, key, std::move(value), time_to_live));
    EXPECT_TRUE(done.has_value());
  }
  WindowCount count(const std::string& key, RateWindow window = {.length = Ms(60000)}) {
    auto counted = sync_wait(subject_.cache->count_in_window({}, key, window));
    EXPECT_TRUE(counted.has_value());
    return counted ? *counted : WindowCount{};
  }

  CacheSubject subject_;
};

TEST_P(CacheContract, gives_back_what_was_put) {
  std::string bytes("a\0b\r\n\xff", 6);

  put("key", bytes);

  EXPECT_EQ(get("key"), bytes);
  EXPECT_EQ(get("other"), std::nullopt);
}

TEST_P(CacheContract, replaces_a_value) {
  put("key", "first");
  put("key", "second");

  EXPECT_EQ(get("key"), "second");
}

TEST_P(CacheContract, forgets_an_erased_value) {
  put("key", "value");

  EXPECT_TRUE(sync_wait(subject_.cache->erase({}, "key")).has_value());
  EXPECT_TRUE(sync_wait(subject_.cache->erase({}, "never there")).has_value());

  EXPECT_EQ(get("key"), std::nullopt);
}

TEST_P(CacheContract, forgets_a_value_after_its_time_to_live) {
  put("short", "value", Ms(200));
  put("long", "value", Ms(60000));

  subject_.advance(Ms(250));

  EXPECT_EQ(get("short"), std::nullopt);
  EXPECT_EQ(get("long"), "value");
}

TEST_P(CacheContract, keeps_an_empty_value_apart_from_no_value) {
  put("key", "");

  EXPECT_EQ(get("key"), "");
}

TEST_P(CacheContract, counts_the_calls_of_a_window) {
  EXPECT_EQ(count("ip").count, 1);
  EXPECT_EQ(count("ip").count, 2);
  EXPECT_EQ(count("another ip").count, 1);
}

TEST_P(CacheContract, says_when_calls_begin_to_be_forgotten) {
  auto resets_in = count("ip", {.length = Ms(1000)}).resets_in;

  EXPECT_GT(resets_in, Ms(0));
  EXPECT_LE(resets_in, Ms(1000));
}

TEST_P(CacheContract, refuses_calls_beyond_the_limit_without_counting_them) {
  RateWindow window{.length = Ms(60000), .calls_max = 3};
  for (int i = 1; i <= 3; ++i) EXPECT_EQ(count("ip", window).count, i);

  for (int i = 0; i < 10; ++i) EXPECT_EQ(count("ip", window).count, 4);

  auto refused = count("ip", window);
  EXPECT_GT(refused.resets_in, Ms(30000));
  EXPECT_LE(refused.resets_in, Ms(60000));
  EXPECT_EQ(count("ip", {.length = Ms(60000), .calls_max = 5}).count, 4) << "three were counted";
  EXPECT_EQ(count("another ip", window).count, 1);
}

TEST_P(CacheContract, lets_calls_through_again_little_by_little) {
  RateWindow window{.length = Ms(1500), .calls_max = 4};
  for (int i = 0; i < 4; ++i) count("ip", window);
  auto refused = count("ip", window);
  ASSERT_EQ(refused.count, 5);

  subject_.advance(refused.resets_in);

  EXPECT_LE(count("ip", window).count, 4);
  int let_through = 1;
  for (int i = 0; i < 4; ++i) let_through += count("ip", window).count <= 4 ? 1 : 0;
  EXPECT_LT(let_through, 4) << "the others still count";
}

TEST_P(CacheContract, counts_from_one_again_after_two_windows) {
  RateWindow window{.length = Ms(200)};
  count("ip", window);
  count("ip", window);

  subject_.advance(Ms(450));

  EXPECT_EQ(count("ip", window).count, 1);
}

TEST_P(CacheContract, keeps_counters_and_values_of_one_name_apart) {
  put("name", "value");

  EXPECT_EQ(count("name").count, 1);
  EXPECT_EQ(get("name"), "value");
}

}  // namespace aiva
