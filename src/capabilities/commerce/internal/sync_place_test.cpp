#include "capabilities/commerce/internal/sync_place.h"

#include <gtest/gtest.h>

namespace aiva::commerce {
namespace {

TEST(SyncPlace, is_read_as_it_was_written) {
  SyncPlace place{.phase = SyncPhase::traces, .step = 7, .is_full = false, .cursor = "a\"b"};
  place.is_large = true;
  place.export_id = "gid://x";
  place.done = 500;
  place.began = 12;
  place.since = 99;
  place.newest = 1'735'000'000'000;
  place.again = {"1", "2"};
  place.tries = 2;
  place.failures = 1;

  EXPECT_EQ(sync_place_from_json(to_json(place)), place);
}

TEST(SyncPlace, that_cannot_be_read_is_the_beginning) {
  EXPECT_EQ(sync_place_from_json("{}"), SyncPlace{});
  EXPECT_EQ(sync_place_from_json("nonsense"), SyncPlace{});
  EXPECT_EQ(sync_place_from_json(R"({"phase": "pages", "step": "x"})"), SyncPlace{});
}

}  // namespace
}  // namespace aiva::commerce
