#include "capabilities/billing/reconciliation.h"

#include "capabilities/billing/testing/billing_fixture.h"

namespace aiva::billing {
namespace {

class ReconciliationTest : public BillingFixture {
 protected:
  ReconciliationTest() {
    EXPECT_TRUE(sync_wait(metered->add({}, tenant, 5000, "paid")));
    EXPECT_TRUE(sync_wait(metered->add({}, tenant, 1000, "gift", CreditSource::promotion)));
    EXPECT_TRUE(charge(*metered, tenant, {"search", "s1", 100}));
    EXPECT_TRUE(charge(*metered, stranger, {"search", "s1", 50}));
    EXPECT_TRUE(reserve(*metered, tenant, {"chat", "t1", 300}));
    clock.advance(std::chrono::minutes(2));
    EXPECT_TRUE(sync_wait(metered->usage().add_up({})));
  }
  Reconciliation found() { return sync_wait(reconcile(*database, {})).value(); }
  void change(std::string statement) {
    ASSERT_TRUE(in_transaction([statement](SqlSession& sql) { return sql.execute(statement); }));
  }
};

TEST_F(ReconciliationTest, finds_accounts_that_sum_to_zero) {
  auto right = found();

  EXPECT_TRUE(right.is_right());
  EXPECT_EQ(right.tenants, 2);
  EXPECT_EQ(right.entries, 4);
  EXPECT_EQ(right.open_holds, 1);
  EXPECT_EQ(right.accounts, (std::map<std::string, MicroUsd>{{"added", -5000},
                                                             {"credit", 5880 - 300 - 60},
                                                             {"held", 300},
                                                             {"promotion", -1000},
                                                             {"revenue", 180}}));
}

TEST_F(ReconciliationTest, names_the_tenant_whose_balance_is_wrong) {
  change("UPDATE credit_accounts SET balance = balance + 7 WHERE balance > 0");

  auto wrong = found();

  ASSERT_EQ(wrong.differences.size(), 1U);
  EXPECT_EQ(wrong.differences[0].tenant, tenant);
  EXPECT_EQ(wrong.differences[0].what, "balance");
  EXPECT_EQ(wrong.differences[0].recorded - wrong.differences[0].computed, 7);
  EXPECT_FALSE(wrong.is_right());
}

TEST_F(ReconciliationTest, notices_an_account_that_is_gone) {
  change("DELETE FROM credit_accounts WHERE balance < 0");

  EXPECT_EQ(found().differences.at(0).tenant, stranger);
}

TEST_F(ReconciliationTest, notices_wrong_holds_and_wrong_sums_by_day) {
  change("UPDATE credit_holds SET amount = amount + 1");
  change("UPDATE credit_usage SET amount = amount - 1 WHERE amount > 100");

  auto wrong = found();

  ASSERT_EQ(wrong.differences.size(), 2U);
  EXPECT_EQ(wrong.differences[0].what, "held");
  EXPECT_EQ(wrong.differences[1].what, "usage");
}

TEST_F(ReconciliationTest, notices_entries_that_do_not_follow_from_the_one_before) {
  change(
      "UPDATE credit_transactions SET amount = amount + 1, balance_after = balance_after - 1 "
      "WHERE operation = 'search' AND amount = 120");
  change("UPDATE credit_accounts SET balance = balance - 1 WHERE balance > 0");
  EXPECT_FALSE(found().is_right());

  change(
      "UPDATE credit_transactions SET to_account = 'credit' WHERE operation = 'search' "
      "AND amount = 60");
  EXPECT_FALSE(found().broken_entries.empty());
}

}  // namespace
}  // namespace aiva::billing
