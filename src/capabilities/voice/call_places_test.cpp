#include "capabilities/voice/call_places.h"

#include <gtest/gtest.h>

#include "adapters/memory/memory_cache.h"
#include "ports/testing/manual_clock.h"

namespace aiva::voice {
namespace {

class CallPlacesOf : public testing::Test {
 protected:
  std::optional<std::string> find(const CallPlaces& places) {
    auto found = sync_wait(places.find({}, call_));
    EXPECT_TRUE(found.has_value());
    return std::move(found).value_or(std::nullopt);
  }

  ManualClock clock_;
  std::unique_ptr<Cache> cache_ = make_memory_cache({}, clock_);
  CallId call_ = CallId::make();
  CallPlaces here_{*cache_, "http://10.0.0.1:62001", std::chrono::minutes(40)};
  CallPlaces there_{*cache_, "http://10.0.0.2:62001", std::chrono::minutes(40)};
  CallPlaces nowhere_{*cache_, "", std::chrono::minutes(40)};
};

TEST_F(CallPlacesOf, are_known_to_the_other_processes) {
  EXPECT_EQ(find(there_), std::nullopt);
  sync_wait(here_.note({}, call_));
  EXPECT_EQ(find(there_), "http://10.0.0.1:62001");
  EXPECT_EQ(find(nowhere_), "http://10.0.0.1:62001");
  EXPECT_EQ(find(here_), std::nullopt);
  EXPECT_EQ(sync_wait(there_.find({}, CallId::make())).value(), std::nullopt);
}

TEST_F(CallPlacesOf, are_not_told_by_a_process_that_cannot_be_reached) {
  sync_wait(nowhere_.note({}, call_));
  EXPECT_EQ(find(there_), std::nullopt);
}

TEST_F(CallPlacesOf, are_forgotten_when_no_call_can_last_so_long) {
  sync_wait(here_.note({}, call_));
  clock_.advance(std::chrono::minutes(41));
  EXPECT_EQ(find(there_), std::nullopt);
}

}  // namespace
}  // namespace aiva::voice
