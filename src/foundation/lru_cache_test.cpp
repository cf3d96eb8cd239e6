#include "foundation/lru_cache.h"

#include <gtest/gtest.h>

namespace aiva {
namespace {

TEST(LruCache, forgets_what_was_erased_or_expired) {
  LruCache<int, int> cache(100, std::chrono::minutes(5));
  LruCache<int, int> brief(100, std::chrono::milliseconds(0));
  cache.put(1, std::make_shared<int>(10));
  cache.put(2, std::make_shared<int>(20));
  brief.put(1, std::make_shared<int>(10));

  cache.erase(1);

  EXPECT_EQ(cache.get(1), nullptr);
  ASSERT_NE(cache.get(2), nullptr);
  EXPECT_EQ(*cache.get(2), 20);
  EXPECT_EQ(brief.get(1), nullptr);
}

TEST(LruCache, stays_within_its_bound) {
  LruCache<int, int> cache(64, std::chrono::minutes(5));

  for (int i = 0; i < 10000; ++i) cache.put(i, std::make_shared<int>(i));

  int found = 0;
  for (int i = 0; i < 10000; ++i) found += cache.get(i) != nullptr ? 1 : 0;
  EXPECT_LE(found, 64 + 16);
  EXPECT_GT(found, 0);
}

}  // namespace
}  // namespace aiva
