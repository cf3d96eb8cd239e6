#include "capabilities/billing/testing/billing_fixture.h"

namespace aiva::billing {
namespace {

class HoldsTest : public BillingFixture {
 protected:
  HoldsTest() { EXPECT_TRUE(sync_wait(enforced->add({}, tenant, 1000, "start"))); }

  Hold turn(std::string reference, MicroUsd amount) {
    return {.operation = "chat", .reference = std::move(reference), .amount = amount};
  }
};

TEST_F(HoldsTest, takes_held_credits_from_what_is_available_but_not_from_the_balance) {
  ASSERT_TRUE(reserve(*enforced, tenant, turn("t1", 700)));

  auto after = balance(*enforced, tenant);

  EXPECT_EQ(after.balance, 1000);
  EXPECT_EQ(after.held, 700);
  EXPECT_EQ(after.available, 300);
  EXPECT_EQ(balance(*enforced, stranger).held, 0);
}

TEST_F(HoldsTest, refuses_what_is_not_available_and_says_what_is) {
  ASSERT_TRUE(reserve(*enforced, tenant, turn("t1", 700)));

  auto refused = reserve(*enforced, tenant, turn("t2", 301));

  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::quota_exceeded);
  EXPECT_EQ(refused.error().details.size(), 4U);
  EXPECT_EQ(refused.error().details[2].message, "0.000300");
  EXPECT_TRUE(reserve(*enforced, tenant, turn("t3", 300)));
  EXPECT_FALSE(sync_wait(enforced->require({}, tenant, 1)));
}

TEST_F(HoldsTest, holds_beyond_the_balance_while_credits_are_not_enforced) {
  EXPECT_TRUE(reserve(*metered, tenant, turn("t1", 5000)));
  EXPECT_EQ(balance(*metered, tenant).available, -4000);
}

TEST_F(HoldsTest, settles_once_and_takes_each_charge_once) {
  ASSERT_TRUE(reserve(*enforced, tenant, turn("t1", 700)));
  std::vector<Charge> charges{{"chat", "m1", 100}, {"search", "m1", 10}};

  auto first = settle(*enforced, tenant, "t1", charges);
  auto second = settle(*enforced, tenant, "t1", charges);

  EXPECT_EQ(first.value(), 132);
  EXPECT_EQ(second.value(), 0);
  auto after = balance(*enforced, tenant);
  EXPECT_EQ(after.balance, 868);
  EXPECT_EQ(after.held, 0);
}

TEST_F(HoldsTest, takes_more_than_was_held_when_the_work_cost_more) {
  ASSERT_TRUE(reserve(*enforced, tenant, turn("t1", 10)));

  EXPECT_EQ(settle(*enforced, tenant, "t1", {{"chat", "m1", 2000}}).value(), 2400);

  EXPECT_EQ(balance(*enforced, tenant).balance, -1400);
  EXPECT_TRUE(sync_wait(enforced->verify({})));
}

TEST_F(HoldsTest, gives_a_charge_the_agent_and_key_of_its_hold) {
  auto agent = AgentId::make();
  auto key = ApiKeyId::make();
  auto hold = turn("t1", 10);
  hold.agent = agent;
  hold.key = key;
  ASSERT_TRUE(reserve(*enforced, tenant, hold));

  ASSERT_TRUE(settle(*enforced, tenant, "t1", {{"chat", "m1", 5}}));

  auto newest = sync_wait(enforced->history({}, tenant, 1, 0)).value().entries[0];
  EXPECT_EQ(newest.agent, agent);
  EXPECT_EQ(newest.key, key);
}

TEST_F(HoldsTest, releases_once_and_may_hold_again_afterwards) {
  ASSERT_TRUE(reserve(*enforced, tenant, turn("t1", 700)));

  ASSERT_TRUE(release(*enforced, tenant, "t1"));
  ASSERT_TRUE(release(*enforced, tenant, "t1"));

  EXPECT_EQ(balance(*enforced, tenant).available, 1000);
  ASSERT_TRUE(reserve(*enforced, tenant, turn("t1", 400)));
  EXPECT_EQ(balance(*enforced, tenant).held, 400);
}

TEST_F(HoldsTest, holds_a_reference_once) {
  ASSERT_TRUE(reserve(*enforced, tenant, turn("t1", 700)));

  EXPECT_TRUE(reserve(*enforced, tenant, turn("t1", 700)));
  EXPECT_EQ(balance(*enforced, tenant).held, 700);

  Hold other{.operation = "call", .reference = "t1", .amount = 1};
  EXPECT_EQ(reserve(*enforced, tenant, other).error().code, ErrorCode::conflict);
  ASSERT_TRUE(settle(*enforced, tenant, "t1", {}));
  EXPECT_EQ(reserve(*enforced, tenant, turn("t1", 1)).error().code, ErrorCode::conflict);
}

TEST_F(HoldsTest, keeps_equal_references_of_two_tenants_apart) {
  ASSERT_TRUE(reserve(*enforced, tenant, turn("same", 500)));

  EXPECT_TRUE(release(*enforced, stranger, "same"));
  EXPECT_EQ(settle(*enforced, stranger, "same", {{"chat", "m1", 100}}).value(), 120);

  EXPECT_EQ(balance(*enforced, tenant).held, 500);
  EXPECT_EQ(balance(*enforced, tenant).balance, 1000);
  EXPECT_EQ(balance(*enforced, stranger).balance, -120);
}

TEST_F(HoldsTest, refuses_holds_of_amounts_or_tenants_that_make_no_sense) {
  EXPECT_EQ(reserve(*enforced, tenant, turn("t1", -1)).error().code, ErrorCode::internal);
  EXPECT_EQ(reserve(*metered, TenantId::make(), turn("t1", 1)).error().code, ErrorCode::not_found);
}

TEST_F(HoldsTest, releases_what_died_and_leaves_what_is_young) {
  ASSERT_TRUE(reserve(*enforced, tenant, turn("old", 100)));
  clock.advance(std::chrono::hours(1));
  ASSERT_TRUE(reserve(*enforced, tenant, turn("young", 200)));

  auto released = sync_wait(enforced->release_stale({}, clock.unix_ms()));

  EXPECT_EQ(released.value(), 1);
  EXPECT_EQ(balance(*enforced, tenant).held, 200);
  EXPECT_EQ(sync_wait(enforced->release_stale({}, clock.unix_ms())).value(), 0);
}

TEST_F(HoldsTest, takes_the_charges_of_work_that_ends_after_its_hold_was_released) {
  ASSERT_TRUE(reserve(*enforced, tenant, turn("slow", 100)));
  clock.advance(std::chrono::hours(2));
  ASSERT_TRUE(sync_wait(enforced->release_stale({}, clock.unix_ms())));

  EXPECT_EQ(settle(*enforced, tenant, "slow", {{"chat", "m1", 50}}).value(), 60);
  EXPECT_EQ(settle(*enforced, tenant, "slow", {{"chat", "m1", 50}}).value(), 0);

  EXPECT_EQ(balance(*enforced, tenant).balance, 940);
  EXPECT_TRUE(sync_wait(enforced->verify({})));
}

TEST_F(HoldsTest, releases_thousands_of_dead_holds) {
  ASSERT_TRUE(in_transaction([&](SqlSession& sql) -> Result<void> {
    for (int i = 0; i < 1200; ++i)
      TRY_VOID(metered->reserve(sql, stranger, turn("dead" + std::to_string(i), 3)));
    return {};
  }));
  clock.advance(std::chrono::hours(1));

  EXPECT_EQ(sync_wait(metered->release_stale({}, clock.unix_ms())).value(), 1200);

  EXPECT_EQ(balance(*metered, stranger).held, 0);
}

TEST_F(HoldsTest, charges_settled_work_once_even_when_its_hold_is_forgotten) {
  ASSERT_TRUE(reserve(*enforced, tenant, turn("t1", 100)));
  ASSERT_TRUE(settle(*enforced, tenant, "t1", {{"chat", "m1", 50}}));
  clock.advance(std::chrono::days(31));
  ASSERT_TRUE(sync_wait(enforced->release_stale({}, clock.unix_ms())));

  EXPECT_EQ(settle(*enforced, tenant, "t1", {{"chat", "m1", 50}}).value(), 0);
  EXPECT_EQ(balance(*enforced, tenant).balance, 940);
}

TEST_F(HoldsTest, gives_back_what_was_taken_once) {
  ASSERT_TRUE(charge(*enforced, tenant, {.operation = "search", .reference = "s", .base = 100}));

  EXPECT_EQ(refund(*enforced, tenant, "search", "s").value(), 120);
  EXPECT_EQ(refund(*enforced, tenant, "search", "s").value(), 0);

  EXPECT_EQ(balance(*enforced, tenant).balance, 1000);
  EXPECT_EQ(refund(*enforced, stranger, "search", "s").error().code, ErrorCode::not_found);
  EXPECT_EQ(refund(*enforced, tenant, "search", "other").error().code, ErrorCode::not_found);
  EXPECT_TRUE(sync_wait(enforced->verify({})));
}

TEST_F(HoldsTest, notices_held_credits_that_no_hold_explains) {
  ASSERT_TRUE(reserve(*enforced, tenant, turn("t1", 100)));
  ASSERT_TRUE(in_transaction(
      [](SqlSession& sql) { return sql.execute("UPDATE credit_accounts SET held = held + 1"); }));

  EXPECT_EQ(sync_wait(enforced->verify({})).error().code, ErrorCode::internal);
}

}  // namespace
}  // namespace aiva::billing
