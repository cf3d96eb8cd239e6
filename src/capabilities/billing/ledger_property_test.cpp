#include <map>
#include <random>
#include <thread>

#include "capabilities/billing/testing/billing_fixture.h"

namespace aiva::billing {
namespace {

// What one thread did to one tenant, by its own bookkeeping.
struct Expected {
  MicroUsd balance = 0;
  std::map<std::string, MicroUsd> open{};
};

class LedgerPropertyTest : public BillingFixture {
 protected:
  // Random operations of one thread under references of its own; every tenth transaction is rolled
  // back after the ledger answered.
  void work(int thread, std::map<TenantId, Expected>& expected) {
    std::mt19937 random(static_cast<unsigned>(thread) * 7919U + 1);
    auto pick = [&](int count) {
      return static_cast<int>(random() % static_cast<unsigned>(count));
    };
    for (int i = 0; i < 400; ++i) {
      auto whose = pick(2) == 0 ? tenant : stranger;
      auto& mine = expected[whose];
      auto reference = std::to_string(thread) + "-" + std::to_string(pick(60));
      MicroUsd base = 1 + pick(1000);
      bool is_rolled_back = pick(10) == 0;
      int kind = pick(5);
      MicroUsd change = 0;
      auto outcome = in_transaction([&](SqlSession& sql) -> Result<void> {
        change = 0;
        TRY(change, step(sql, kind, whose, reference, base));
        if (is_rolled_back) return fail(ErrorCode::cancelled, "rolled back");
        return {};
      });
      if (!outcome) continue;
      mine.balance += change;
      if (kind == 1) mine.open.try_emplace(reference, base);
      if (kind == 2 || kind == 3) mine.open.erase(reference);
    }
  }

  Result<MicroUsd> step(SqlSession& sql, int kind, TenantId whose, const std::string& reference,
                        MicroUsd base) {
    switch (kind) {
      case 0: {
        TRY(auto taken, metered->charge(sql, whose, {"search", reference, base}));
        return -taken;
      }
      case 1: {
        TRY_VOID(metered->reserve(sql, whose, {"chat", reference, base}));
        return MicroUsd{0};
      }
      case 2: {
        std::vector<Charge> charges{{"chat", reference, base}, {"chat_search", reference, 1}};
        TRY(auto taken, metered->settle(sql, whose, reference, charges));
        return -taken;
      }
      case 3: {
        TRY_VOID(metered->release(sql, whose, reference));
        return MicroUsd{0};
      }
      default: return metered->refund(sql, whose, "search", reference, "");
    }
  }
};

TEST_F(LedgerPropertyTest, is_exact_after_random_operations_of_many_threads) {
  std::vector<std::map<TenantId, Expected>> expected(4);

  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&, t] { work(t, expected[static_cast<std::size_t>(t)]); });
  for (auto& thread : threads) thread.join();

  for (auto whose : {tenant, stranger}) {
    MicroUsd sum = 0;
    MicroUsd held = 0;
    for (auto& of_thread : expected) {
      sum += of_thread[whose].balance;
      for (const auto& [reference, amount] : of_thread[whose].open) held += amount;
    }
    EXPECT_LT(sum, 0);
    EXPECT_GT(held, 0);
    EXPECT_EQ(balance(*metered, whose).balance, sum);
    EXPECT_EQ(balance(*metered, whose).held, held);
  }
  EXPECT_TRUE(sync_wait(metered->verify({})));
}

TEST_F(LedgerPropertyTest, never_lets_concurrent_holds_exceed_what_is_available) {
  ASSERT_TRUE(sync_wait(enforced->add({}, tenant, 1000, "start")));
  std::atomic<int> granted = 0;

  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&, t] {
      for (int i = 0; i < 20; ++i) {
        auto reference = std::to_string(t) + "-" + std::to_string(i);
        if (reserve(*enforced, tenant, {"chat", reference, 30})) ++granted;
      }
    });
  for (auto& thread : threads) thread.join();

  EXPECT_EQ(granted, 33);
  EXPECT_EQ(balance(*enforced, tenant).available, 10);
}

}  // namespace
}  // namespace aiva::billing
