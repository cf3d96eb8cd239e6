#include "capabilities/billing/usage.h"

#include "capabilities/billing/testing/billing_fixture.h"

namespace aiva::billing {
namespace {

constexpr UnixMs day_ms = 24LL * 3600 * 1000;

class UsageTest : public BillingFixture {
 protected:
  std::vector<UsageRow> report(UsageGrouping grouping, TenantId whose, int days = 2) {
    UsageQuery query{.from = first_, .until = first_ + (days - 1) * day_ms, .grouping = grouping};
    return sync_wait(metered->usage().report({}, whose, query)).value();
  }
  void use(std::string operation, MicroUsd base, std::string model = "", AgentId agent = {}) {
    Charge used{.operation = std::move(operation),
                .reference = std::to_string(++count_),
                .base = base,
                .model = std::move(model)};
    if (!agent.is_nil()) used.agent = agent;
    EXPECT_TRUE(charge(*metered, tenant, used));
  }

  std::int64_t add_up_later() {
    clock.advance(summed_up_after + std::chrono::milliseconds(1));
    return sync_wait(metered->usage().add_up({})).value();
  }
  void change(std::string statement) {
    ASSERT_TRUE(in_transaction([statement](SqlSession& sql) { return sql.execute(statement); }));
  }

  UnixMs first_ = clock.unix_ms();

 private:
  int count_ = 0;
};

TEST_F(UsageTest, divides_by_day_and_operation_in_order) {
  use("search", 100);
  use("search", 200);
  use("chat", 1000, "gpt");
  clock.advance(std::chrono::days(1));
  use("search", 50);

  auto rows = report({.by_day = true, .by_operation = true}, tenant);

  ASSERT_EQ(rows.size(), 3U);
  EXPECT_EQ(rows[0].operation, "chat");
  EXPECT_EQ(rows[1].operation, "search");
  EXPECT_EQ(rows[1].charges, 2);
  EXPECT_EQ(rows[1].base, 300);
  EXPECT_EQ(rows[1].amount, 360);
  EXPECT_EQ(rows[2].day, first_ + day_ms);
  EXPECT_EQ(rows[2].amount, 60);
  EXPECT_TRUE(report({}, stranger).empty());
}

TEST_F(UsageTest, divides_by_model_and_agent) {
  auto agent = AgentId::make();
  use("chat", 100, "gpt", agent);
  use("chat", 100, "claude");

  auto rows = report({.by_day = false, .by_model = true, .by_agent = true}, tenant);

  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(rows[0].model, "claude");
  EXPECT_EQ(rows[0].agent, "");
  EXPECT_EQ(rows[1].agent, agent.to_string());
  EXPECT_EQ(rows[1].operation, "");
}

TEST_F(UsageTest, is_the_same_before_while_and_after_it_is_summed_up) {
  UsageGrouping grouping{.by_operation = true, .by_model = true};
  auto text = [&] {
    std::string all;
    for (const auto& row : report(grouping, tenant))
      all += std::to_string(row.day) + row.operation + row.model + std::to_string(row.charges) +
             "/" + std::to_string(row.refunds) + "/" + std::to_string(row.amount) + " ";
    return all;
  };
  use("search", 100);
  use("chat", 300, "gpt");
  EXPECT_EQ(add_up_later(), 2);
  ASSERT_TRUE(refund(*metered, tenant, "search", "1"));
  use("chat", 300, "gpt");
  auto half = text();

  EXPECT_EQ(add_up_later(), 2);
  EXPECT_EQ(add_up_later(), 0);

  EXPECT_EQ(text(), half);
  auto rows = report(grouping, tenant);
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(rows[0].amount, 720);
  EXPECT_EQ(rows[1].amount, 0);
  EXPECT_EQ(rows[1].refunds, 1);
}

TEST_F(UsageTest, counts_an_entry_that_appears_behind_later_numbers) {
  use("search", 100);
  change("UPDATE credit_transactions SET sequence = sequence + 10 WHERE operation = 'search'");
  EXPECT_EQ(sync_wait(metered->usage().add_up({})).value(), 0);
  use("chat", 300);
  change("UPDATE credit_transactions SET sequence = 5 WHERE operation = 'chat'");

  EXPECT_EQ(add_up_later(), 2);

  EXPECT_EQ(report({.by_day = false}, tenant).at(0).amount, 480);
  EXPECT_EQ(add_up_later(), 0);
  use("search", 100);
  EXPECT_EQ(report({.by_day = false}, tenant).at(0).amount, 600);
}

TEST_F(UsageTest, sums_up_no_entry_behind_one_that_is_too_young) {
  use("search", 100);
  clock.advance(summed_up_after);
  use("search", 100);
  clock.advance(std::chrono::milliseconds(1));

  EXPECT_EQ(sync_wait(metered->usage().add_up({})).value(), 1);

  EXPECT_EQ(report({.by_day = false}, tenant).at(0).amount, 240);
  EXPECT_EQ(add_up_later(), 1);
}

TEST_F(UsageTest, sums_up_thousands_of_entries_in_steps) {
  ASSERT_TRUE(in_transaction([&](SqlSession& sql) -> Result<void> {
    for (int i = 0; i < 5001; ++i)
      TRY_VOID(metered->charge(sql, stranger, {"search", std::to_string(i), 10}));
    return {};
  }));

  EXPECT_EQ(add_up_later(), 5001);

  EXPECT_EQ(report({.by_day = false}, stranger).at(0).amount, 5001 * 12);
  EXPECT_TRUE(sync_wait(metered->verify({})));
}

TEST_F(UsageTest, leaves_out_other_days_and_refuses_too_many) {
  use("search", 100);
  UsageQuery query{.from = first_ + day_ms, .until = first_ + 3 * day_ms};
  EXPECT_TRUE(sync_wait(metered->usage().report({}, tenant, query)).value().empty());

  query.until = first_ + 400 * day_ms;
  EXPECT_EQ(sync_wait(metered->usage().report({}, tenant, query)).error().code, ErrorCode::invalid);
  query.until = first_ - day_ms;
  EXPECT_EQ(sync_wait(metered->usage().report({}, tenant, query)).error().code, ErrorCode::invalid);
}

}  // namespace
}  // namespace aiva::billing
