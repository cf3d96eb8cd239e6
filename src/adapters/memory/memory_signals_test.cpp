#include "adapters/memory/memory_signals.h"

#include <gtest/gtest.h>

#include "ports/testing/signals_contract.h"

namespace aiva {
namespace {

INSTANTIATE_TEST_SUITE_P(Memory, SignalsContract,
                         testing::Values([] { return SignalsSubject{{}, make_memory_signals()}; }));

TEST(MemorySignals, may_go_before_a_subscription) {
  int heard = 0;
  auto signals = make_memory_signals();
  auto one = signals->subscribe("jobs", [&heard](std::string_view) { ++heard; });
  signals->publish("jobs", "x");

  signals.reset();
  one.reset();

  EXPECT_EQ(heard, 1);
}

}  // namespace
}  // namespace aiva
