#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "adapters/test_database/test_database.h"
#include "capabilities/billing/billing.h"
#include "ports/testing/manual_clock.h"

namespace aiva::billing {

// Credits of two tenants in a new database, enforced or only metered.
class BillingFixture : public testing::Test {
 protected:
  template <class Body>
  auto in_transaction(Body body) {
    return sync_wait(write(*database, {}, std::move(body)));
  }
  Result<MicroUsd> charge(Billing& billing, TenantId whose, const Charge& charge) {
    return in_transaction([&](SqlSession& sql) { return billing.charge(sql, whose, charge); });
  }
  Result<void> reserve(Billing& billing, TenantId whose, const Hold& hold) {
    return in_transaction([&](SqlSession& sql) { return billing.reserve(sql, whose, hold); });
  }
  Result<MicroUsd> settle(Billing& billing, TenantId whose, std::string_view reference,
                          const std::vector<Charge>& charges) {
    return in_transaction(
        [&](SqlSession& sql) { return billing.settle(sql, whose, reference, charges); });
  }
  Result<void> release(Billing& billing, TenantId whose, std::string_view reference) {
    return in_transaction([&](SqlSession& sql) { return billing.release(sql, whose, reference); });
  }
  Result<MicroUsd> refund(Billing& billing, TenantId whose, std::string_view operation,
                          std::string_view reference) {
    return in_transaction(
        [&](SqlSession& sql) { return billing.refund(sql, whose, operation, reference, ""); });
  }
  Balance balance(Billing& billing, TenantId whose) {
    return sync_wait(billing.balance({}, whose)).value();
  }

  TestDatabase database;
  ManualClock clock;
  TenantId tenant = database.add_tenant();
  TenantId stranger = database.add_tenant("Stranger");
  std::unique_ptr<Billing> enforced =
      make_billing(*database, clock, {.margin_percent = 20, .is_enforced = true});
  std::unique_ptr<Billing> metered =
      make_billing(*database, clock, {.margin_percent = 20, .is_enforced = false});
};

}  // namespace aiva::billing
