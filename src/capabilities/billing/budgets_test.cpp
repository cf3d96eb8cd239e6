#include "capabilities/billing/budgets.h"

#include "capabilities/billing/internal/budget_rules.h"
#include "capabilities/billing/testing/billing_fixture.h"

namespace aiva::billing {
namespace {

TEST(BudgetRules, begin_a_day_at_midnight_and_a_month_at_its_first_in_utc) {
  auto late = *parse_iso8601("2024-02-29T23:59:59.999Z");

  EXPECT_EQ(start_of_period(BudgetPeriod::day, late), *parse_iso8601("2024-02-29T00:00:00Z"));
  EXPECT_EQ(start_of_period(BudgetPeriod::month, late), *parse_iso8601("2024-02-01T00:00:00Z"));
  EXPECT_EQ(start_of_period(BudgetPeriod::month, late + 1), *parse_iso8601("2024-03-01T00:00:00Z"));
}

TEST(BudgetRules, reach_the_highest_per_cent) {
  std::vector<int> percents{50, 80, 100};

  EXPECT_EQ(percent_reached(percents, 49, 100), 0);
  EXPECT_EQ(percent_reached(percents, 80, 100), 80);
  EXPECT_EQ(percent_reached(percents, 1000, 100), 100);
  EXPECT_EQ(percent_reached({}, 1000, 100), 0);
}

class BudgetsTest : public BillingFixture {
 protected:
  Budget make(Budget budget) {
    auto made = sync_wait(metered->budgets().create({}, tenant, std::move(budget)));
    EXPECT_TRUE(made) << made.error().message;
    return made.value_or(Budget{});
  }
  Budget now(const Budget& budget) {
    return sync_wait(metered->budgets().find({}, tenant, budget.id)).value();
  }
  std::vector<Alert> alerts(TenantId whose) {
    return sync_wait(metered->budgets().alerts({}, whose, 100, INT64_MAX)).value();
  }
  Result<void> may_spend(std::optional<ApiKeyId> key, MicroUsd least) {
    return sync_wait(metered->require({.tenant = tenant, .api_key = key}, tenant, least));
  }
  // A charge of exactly `amount`, margin included.
  void spend(MicroUsd amount, std::optional<ApiKeyId> key = {}, std::optional<AgentId> agent = {}) {
    ASSERT_EQ(amount % 6, 0);
    Charge used{.operation = "search",
                .reference = std::to_string(++count_),
                .base = amount / 6 * 5,
                .agent = agent,
                .key = key};
    EXPECT_EQ(charge(*metered, tenant, used).value(), amount);
  }

 private:
  int count_ = 0;
};

TEST_F(BudgetsTest, counts_what_its_subject_spends_and_no_one_else) {
  auto key = ApiKeyId::make();
  auto agent = AgentId::make();
  auto whole = make({.amount = 10'000});
  auto of_key = make({.scope = BudgetScope::key, .subject = key.to_string(), .amount = 10'000});
  auto of_agent =
      make({.scope = BudgetScope::agent, .subject = agent.to_string(), .amount = 10'000});

  spend(600);
  spend(120, key);
  spend(60, key, agent);
  EXPECT_TRUE(charge(*metered, stranger, {"search", "theirs", 5000, "", "", agent, key}));

  EXPECT_EQ(now(whole).spent, 780);
  EXPECT_EQ(now(of_key).spent, 180);
  EXPECT_EQ(now(of_agent).spent, 60);
}

TEST_F(BudgetsTest, begins_with_what_was_spent_in_its_period_before_it_was_made) {
  auto key = ApiKeyId::make();
  spend(600);
  clock.advance(std::chrono::days(40));
  spend(60, key);
  clock.advance(std::chrono::minutes(2));
  ASSERT_TRUE(sync_wait(metered->usage().add_up({})));
  spend(120);

  EXPECT_EQ(make({.amount = 10'000}).spent, 180);
  auto of_key = make({.scope = BudgetScope::key, .subject = key.to_string(), .amount = 10'000});
  EXPECT_EQ(of_key.spent, 60);
}

TEST_F(BudgetsTest, tells_each_per_cent_once_in_a_period) {
  auto budget = make({.period = BudgetPeriod::day, .amount = 6000, .alert_percents = {50, 100}});

  spend(2994);
  EXPECT_TRUE(alerts(tenant).empty());
  spend(6);
  spend(6);
  spend(3600);

  auto told = alerts(tenant);
  ASSERT_EQ(told.size(), 2U);
  EXPECT_EQ(told[1].percent, 50);
  EXPECT_EQ(told[1].amount, 3000);
  EXPECT_EQ(told[0].percent, 100);
  EXPECT_EQ(told[0].budget, budget.id);
  EXPECT_TRUE(alerts(stranger).empty());
  clock.advance(std::chrono::days(1));
  EXPECT_EQ(now(budget).spent, 0);
  spend(3000);
  EXPECT_EQ(alerts(tenant).size(), 3U);
}

TEST_F(BudgetsTest, closes_gates_and_refuses_holds_when_a_hard_budget_is_used_up) {
  auto key = ApiKeyId::make();
  auto agent = AgentId::make();
  make({.scope = BudgetScope::key, .subject = key.to_string(), .amount = 1000, .is_hard = true});
  make(
      {.scope = BudgetScope::agent, .subject = agent.to_string(), .amount = 1000, .is_hard = true});
  EXPECT_TRUE(may_spend(key, 1000));
  spend(600, key);

  auto refused = may_spend(key, 401);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::quota_exceeded);
  EXPECT_NE(refused.error().message.find("0.000400"), std::string::npos);
  EXPECT_TRUE(may_spend(key, 400));
  EXPECT_TRUE(may_spend({}, 1'000'000));
  Hold turn{.operation = "chat", .reference = "t1", .amount = 700, .agent = agent};
  EXPECT_TRUE(reserve(*metered, tenant, turn));
  turn.reference = "t2";
  EXPECT_EQ(reserve(*metered, tenant, turn).error().code, ErrorCode::quota_exceeded);
  EXPECT_TRUE(release(*metered, tenant, "t1"));
  EXPECT_TRUE(reserve(*metered, tenant, turn));
}

TEST_F(BudgetsTest, only_tells_while_it_is_not_hard) {
  auto budget = make({.amount = 600});
  spend(1200);
  EXPECT_TRUE(may_spend({}, 1));

  ASSERT_TRUE(sync_wait(metered->budgets().change({}, tenant, budget.id, {.is_hard = true})));

  EXPECT_FALSE(may_spend({}, 1));
  ASSERT_TRUE(sync_wait(metered->budgets().change({}, tenant, budget.id, {.amount = 2400})));
  EXPECT_TRUE(may_spend({}, 1));
  ASSERT_TRUE(sync_wait(metered->budgets().remove({}, tenant, budget.id)));
  EXPECT_TRUE(may_spend({}, 5000));
}

TEST_F(BudgetsTest, counts_refunds_off) {
  auto budget = make({.amount = 6000});
  spend(600);

  ASSERT_TRUE(refund(*metered, tenant, "search", "1"));

  EXPECT_EQ(now(budget).spent, 0);
}

TEST_F(BudgetsTest, refuses_what_makes_no_sense_or_is_there) {
  auto create = [&](Budget budget) {
    return sync_wait(metered->budgets().create({}, tenant, std::move(budget))).error().code;
  };
  make({.amount = 1});

  EXPECT_EQ(create({.amount = 1}), ErrorCode::conflict);
  EXPECT_EQ(create({.amount = 0}), ErrorCode::invalid);
  EXPECT_EQ(create({.scope = BudgetScope::key, .subject = "x", .amount = 1}), ErrorCode::invalid);
  EXPECT_EQ(create({.subject = AgentId::make().to_string(), .amount = 1}), ErrorCode::invalid);
  for (std::vector<int> percents : {std::vector{0}, {80, 50}, {50, 50}, {1001}})
    EXPECT_EQ(create({.period = BudgetPeriod::day, .amount = 1, .alert_percents = percents}),
              ErrorCode::invalid);
}

TEST_F(BudgetsTest, belong_to_their_tenant_alone) {
  auto budget = make({.amount = 6000});
  auto& budgets = metered->budgets();

  EXPECT_TRUE(sync_wait(budgets.list({}, stranger)).value().empty());
  EXPECT_EQ(sync_wait(budgets.find({}, stranger, budget.id)).error().code, ErrorCode::not_found);
  EXPECT_EQ(sync_wait(budgets.change({}, stranger, budget.id, {.amount = 1})).error().code,
            ErrorCode::not_found);
  EXPECT_EQ(sync_wait(budgets.remove({}, stranger, budget.id)).error().code, ErrorCode::not_found);
  EXPECT_EQ(sync_wait(budgets.list({}, tenant)).value().size(), 1U);
}

TEST_F(BudgetsTest, tell_when_the_balance_falls_below_its_mark) {
  auto& budgets = metered->budgets();
  ASSERT_TRUE(sync_wait(budgets.set_low_balance({}, tenant, 500)));
  ASSERT_TRUE(sync_wait(metered->add({}, tenant, 1100, "")));
  EXPECT_EQ(sync_wait(budgets.low_balance({}, tenant)).value(), 500);

  spend(600);
  EXPECT_TRUE(alerts(tenant).empty());
  spend(6);
  spend(6);

  auto told = alerts(tenant);
  ASSERT_EQ(told.size(), 1U);
  EXPECT_EQ(told[0].type, "low_balance");
  EXPECT_EQ(told[0].amount, 494);
  EXPECT_EQ(told[0].threshold, 500);
}

TEST_F(BudgetsTest, tell_a_listener_inside_the_transaction) {
  std::vector<std::string> heard;
  bool is_failing = false;
  auto listened =
      make_billing(*database, clock, {.margin_percent = 0},
                   [&](SqlSession&, TenantId whose, const CreditEvent& event) -> Result<void> {
                     EXPECT_EQ(whose, tenant);
                     if (is_failing) return fail(ErrorCode::unavailable, "no room");
                     // A transaction may run again.
                     if (heard.empty() || heard.back() != event.type) heard.push_back(event.type);
                     return {};
                   });
  make({.amount = 100});
  ASSERT_TRUE(sync_wait(listened->add({}, tenant, 1000, "")));
  ASSERT_TRUE(charge(*listened, tenant, {"search", "a", 90}));
  is_failing = true;

  EXPECT_FALSE(charge(*listened, tenant, {"search", "b", 90}));

  EXPECT_EQ(heard, (std::vector<std::string>{"credits.added", "credits.budget_reached"}));
  EXPECT_EQ(balance(*listened, tenant).balance, 910);
  EXPECT_TRUE(sync_wait(listened->verify({})));
}

}  // namespace
}  // namespace aiva::billing
