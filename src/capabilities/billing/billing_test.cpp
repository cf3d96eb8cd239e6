#include "capabilities/billing/billing.h"

#include <gtest/gtest.h>

#include <thread>

#include "adapters/test_database/test_database.h"

namespace aiva::billing {
namespace {

// Counts the statements of another session.
class CountingSession final : public SqlSession {
 public:
  explicit CountingSession(SqlSession& inner) : inner_(inner) {}
  [[nodiscard]] SqlDialect dialect() const override { return inner_.dialect(); }
  Result<std::int64_t> execute_span(std::string_view sql,
                                    std::span<const SqlValue> parameters) override {
    ++count;
    return inner_.execute_span(sql, parameters);
  }
  Result<void> query_span(std::string_view sql, std::span<const SqlValue> parameters,
                          const EachRow& each) override {
    ++count;
    return inner_.query_span(sql, parameters, each);
  }

  int count = 0;

 private:
  SqlSession& inner_;
};

class BillingTest : public testing::Test {
 protected:
  Result<MicroUsd> charge(Billing& billing, const Charge& charge) {
    return sync_wait(
        write(*database, {}, [&](SqlSession& sql) { return billing.charge(sql, tenant, charge); }));
  }
  MicroUsd available(Billing& billing) {
    return sync_wait(billing.balance({}, tenant)).value().available;
  }

  TestDatabase database;
  SystemClock clock;
  TenantId tenant = database.add_tenant();
  std::unique_ptr<Billing> enforced =
      make_billing(*database, clock, {.margin_percent = 20, .is_enforced = true});
  std::unique_ptr<Billing> metered =
      make_billing(*database, clock, {.margin_percent = 20, .is_enforced = false});
};

TEST_F(BillingTest, takes_the_base_and_its_margin_rounded_up) {
  ASSERT_TRUE(sync_wait(enforced->add({}, tenant, 1'000'000, "start")));

  auto taken = charge(*enforced, {.operation = "search", .reference = "a", .base = 501});

  ASSERT_TRUE(taken);
  EXPECT_EQ(*taken, 602);
  EXPECT_EQ(available(*enforced), 999'398);
}

TEST_F(BillingTest, charges_an_operation_and_reference_once) {
  auto first = charge(*metered, {.operation = "document", .reference = "d", .base = 100});
  auto second = charge(*metered, {.operation = "document", .reference = "d", .base = 100});

  EXPECT_EQ(first.value(), 120);
  EXPECT_EQ(second.value(), 0);
  EXPECT_EQ(available(*metered), -120);
}

TEST_F(BillingTest, closes_the_gate_without_credits_and_opens_it_with_them) {
  auto closed = sync_wait(enforced->require({}, tenant, 1000));
  ASSERT_FALSE(closed);
  EXPECT_EQ(closed.error().code, ErrorCode::quota_exceeded);
  EXPECT_NE(closed.error().message.find("0.001000"), std::string::npos);

  ASSERT_TRUE(sync_wait(enforced->add({}, tenant, 1000, "")));

  EXPECT_TRUE(sync_wait(enforced->require({}, tenant, 1000)));
}

TEST_F(BillingTest, never_closes_the_gate_while_credits_are_not_enforced) {
  EXPECT_TRUE(sync_wait(metered->require({}, tenant, 1'000'000)));
  EXPECT_TRUE(sync_wait(metered->balance({}, tenant)).value().is_unlimited);
}

TEST_F(BillingTest, refuses_to_deduct_beyond_the_balance) {
  ASSERT_TRUE(sync_wait(enforced->add({}, tenant, 100, "")));

  auto outcome = sync_wait(enforced->deduct({}, tenant, {"call", "c1", 101}));

  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().code, ErrorCode::quota_exceeded);
  EXPECT_EQ(available(*enforced), 100);
}

TEST_F(BillingTest, refuses_amounts_that_make_no_sense) {
  for (MicroUsd amount : {MicroUsd{0}, MicroUsd{-5}, MicroUsd{1} << 60})
    EXPECT_EQ(sync_wait(enforced->add({}, tenant, amount, "")).error().code, ErrorCode::invalid);
  EXPECT_EQ(sync_wait(enforced->add({}, TenantId::make(), 5, "")).error().code,
            ErrorCode::not_found);
}

TEST_F(BillingTest, adds_once_for_each_reference) {
  for (const auto* reference : {"invoice 1", "invoice 1", "invoice 2", "", ""})
    ASSERT_TRUE(sync_wait(enforced->add({}, tenant, 1000, "paid", CreditSource::added, reference)));

  EXPECT_EQ(available(*enforced), 4000);
  EXPECT_EQ(sync_wait(enforced->history({}, tenant, 10, 0)).value().total, 4);
  EXPECT_TRUE(sync_wait(enforced->verify({})));
}

TEST_F(BillingTest, lists_the_newest_entry_first_with_balances_around_it) {
  ASSERT_TRUE(sync_wait(enforced->add({}, tenant, 1000, "gift")));
  ASSERT_TRUE(sync_wait(enforced->deduct({}, tenant, {"call", "c1", 400})));

  auto page = sync_wait(enforced->history({}, tenant, 1, 0)).value();

  EXPECT_EQ(page.total, 2);
  ASSERT_EQ(page.entries.size(), 1U);
  EXPECT_EQ(page.entries[0].type, "deduct");
  EXPECT_EQ(page.entries[0].balance_before, 1000);
  EXPECT_EQ(page.entries[0].balance_after, 600);
}

TEST_F(BillingTest, adds_up_after_many_writers) {
  std::vector<std::thread> writers;
  for (int w = 0; w < 4; ++w)
    writers.emplace_back([&, w] {
      for (int i = 0; i < 50; ++i) {
        auto reference = std::to_string(i % 40) + (w % 2 == 0 ? "even" : "odd");
        EXPECT_TRUE(charge(*metered, {.operation = "x", .reference = reference, .base = 10}));
      }
    });
  for (auto& writer : writers) writer.join();

  EXPECT_EQ(available(*metered), -2 * 40 * 12);
  EXPECT_TRUE(sync_wait(metered->verify({})));
}

TEST_F(BillingTest, takes_three_statements_for_a_charge_and_one_more_for_each_further_one) {
  ASSERT_TRUE(sync_wait(metered->add({}, tenant, 1000, "")));
  int one = 0;
  int three = 0;
  ASSERT_TRUE(sync_wait(write(*database, {}, [&](SqlSession& sql) -> Result<void> {
    CountingSession first(sql);
    TRY_VOID(metered->charge(first, tenant, {"search", "a", 10}));
    CountingSession second(sql);
    std::vector<Charge> charges{{"search", "b", 10}, {"search", "c", 10}, {"search", "d", 0}};
    TRY_VOID(metered->charge_all(second, tenant, charges));
    one = first.count;
    three = second.count;
    return {};
  })));

  EXPECT_EQ(one, 3);
  EXPECT_EQ(three, 4);
}

TEST_F(BillingTest, notices_a_ledger_that_does_not_add_up) {
  ASSERT_TRUE(sync_wait(metered->add({}, tenant, 1000, "")));
  ASSERT_TRUE(sync_wait(write(*database, {}, [](SqlSession& sql) {
    return sql.execute("UPDATE credit_accounts SET balance = balance + 1");
  })));

  EXPECT_EQ(sync_wait(metered->verify({})).error().code, ErrorCode::internal);
}

}  // namespace
}  // namespace aiva::billing
