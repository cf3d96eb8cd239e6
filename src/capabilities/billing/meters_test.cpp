#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "capabilities/billing/testing/billing_fixture.h"
#include "foundation/metrics.h"

namespace aiva::billing {
namespace {

// An account whose movements are counted.
class Metered : public BillingFixture {
 protected:
  bool shows(const std::string& line) const {
    return metrics_.to_prometheus_text().find("\n" + line + "\n") != std::string::npos;
  }
  void add(MicroUsd amount) {
    ASSERT_TRUE(sync_wait(billing_->add({}, tenant, amount, "")).has_value());
  }

  Metrics metrics_;
  std::unique_ptr<Billing> billing_ =
      make_billing(*database, clock, {.margin_percent = 0, .is_enforced = true}, {}, &metrics_);
};

TEST_F(Metered, charges_count_in_dollars_by_what_they_are_for) {
  add(5'000'000);
  std::vector<Charge> charges;
  charges.push_back({.operation = "chat", .reference = "a", .base = 1'500'000});
  charges.push_back({.operation = "search", .reference = "a", .base = 500'000});
  charges.push_back({.operation = "of somebody outside", .reference = "a", .base = 250'000});

  ASSERT_TRUE(settle(*billing_, tenant, "a", charges).has_value());
  ASSERT_TRUE(charge(*billing_, tenant, charges[0]).has_value());

  EXPECT_TRUE(shows(R"(aiva_credits_taken_usd_total{operation="chat"} 1.5)"));
  EXPECT_TRUE(shows(R"(aiva_credits_taken_usd_total{operation="search"} 0.5)"));
  EXPECT_TRUE(shows(R"(aiva_credits_taken_usd_total{operation="other"} 0.25)"));
  EXPECT_TRUE(shows("aiva_credits_added_usd_total 5"));
}

TEST_F(Metered, what_was_given_back_and_refused_counts_beside) {
  add(1'000'000);
  ASSERT_TRUE(charge(*billing_, tenant, {.operation = "image", .reference = "b", .base = 750'000})
                  .has_value());
  ASSERT_TRUE(refund(*billing_, tenant, "image", "b").has_value());
  ASSERT_TRUE(refund(*billing_, tenant, "image", "b").has_value());

  Hold hold{.operation = "chat", .reference = "c", .amount = 2'000'000};
  EXPECT_EQ(reserve(*billing_, tenant, hold).error().code, ErrorCode::quota_exceeded);

  EXPECT_TRUE(shows("aiva_credits_refunded_usd_total 0.75"));
  EXPECT_TRUE(shows("aiva_credits_refusals_total 1"));
}

}  // namespace
}  // namespace aiva::billing
