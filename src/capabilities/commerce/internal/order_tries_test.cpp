#include "capabilities/commerce/internal/order_tries.h"

#include <gtest/gtest.h>

#include "ports/testing/manual_clock.h"

namespace aiva::commerce {
namespace {

class Tries : public testing::Test {
 protected:
  ManualClock clock_;
  OrderTries tries_{clock_};
  TenantId tenant_ = TenantId::make();
};

TEST_F(Tries, of_a_conversation_end_and_begin_anew_after_a_while) {
  for (int i = 0; i < OrderTries::per_conversation_max; ++i)
    EXPECT_TRUE(tries_.take(tenant_, "a", std::to_string(i)));
  EXPECT_FALSE(tries_.take(tenant_, "a", "9"));
  EXPECT_TRUE(tries_.take(tenant_, "b", "9"));
  EXPECT_TRUE(tries_.take(TenantId::make(), "a", "9"));

  clock_.advance(OrderTries::window);

  EXPECT_TRUE(tries_.take(tenant_, "a", "9"));
}

TEST_F(Tries, of_an_order_end_from_wherever_they_come) {
  for (int i = 0; i < OrderTries::per_order_max; ++i)
    EXPECT_TRUE(tries_.take(tenant_, "conversation " + std::to_string(i), "1001"));

  EXPECT_FALSE(tries_.take(tenant_, "another", "1001"));
  EXPECT_TRUE(tries_.take(tenant_, "another", "1002"));
}

}  // namespace
}  // namespace aiva::commerce
