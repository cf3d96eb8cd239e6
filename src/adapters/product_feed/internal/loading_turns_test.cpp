#include "adapters/product_feed/internal/loading_turns.h"

#include <gtest/gtest.h>

#include <optional>

namespace aiva::product_feed {
namespace {

TEST(LoadingTurns, are_two_for_each_tenant) {
  LoadingTurns turns;
  auto tenant = TenantId::make();
  std::optional<LoadingTurns::Turn> first(std::in_place, turns, tenant);
  LoadingTurns::Turn second(turns, tenant);
  LoadingTurns::Turn third(turns, tenant);
  LoadingTurns::Turn of_another(turns, TenantId::make());

  EXPECT_TRUE(first->is_taken());
  EXPECT_TRUE(second.is_taken());
  EXPECT_FALSE(third.is_taken());
  EXPECT_FALSE(third.take());
  EXPECT_TRUE(of_another.is_taken());
  first.reset();
  EXPECT_TRUE(third.take());
  EXPECT_TRUE(third.take());
  EXPECT_FALSE(LoadingTurns::Turn(turns, tenant).is_taken());
}

}  // namespace
}  // namespace aiva::product_feed
