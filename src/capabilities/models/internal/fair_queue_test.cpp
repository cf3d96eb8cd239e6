#include "capabilities/models/internal/fair_queue.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <string>

namespace aiva::models {
namespace {

class Fairness : public ::testing::Test {
 protected:
  // Has a tenant wait with so many calls.
  void wait(const std::string& name, int calls, double cost = 1, double weight = 1) {
    auto& tenant = tenants_[name];
    if (tenant.is_nil()) tenant = TenantId::make();
    for (int i = 0; i < calls; ++i)
      queue_.push({.tenant = tenant, .ticket = ++ticket_, .cost = cost}, weight);
  }
  // The tenants of the next calls, in order.
  std::string serve(int calls) {
    std::string order;
    for (int i = 0; i < calls; ++i) {
      auto next = queue_.front();
      if (!next) return order + "-";
      queue_.pop();
      for (const auto& [name, tenant] : tenants_)
        if (tenant == next->tenant) order += name;
    }
    return order;
  }

  FairQueue queue_;
  FairQueue::Ticket ticket_ = 0;
  std::map<std::string, TenantId> tenants_;
};

TEST_F(Fairness, serves_a_tenant_in_order) {
  wait("a", 3);
  EXPECT_EQ(queue_.front()->ticket, 1U);
  queue_.pop();
  EXPECT_EQ(queue_.front()->ticket, 2U);
  EXPECT_EQ(queue_.size(), 2U);
}

TEST_F(Fairness, lets_tenants_take_turns) {
  wait("a", 4);
  wait("b", 4);

  EXPECT_EQ(serve(8), "abababab");
  EXPECT_EQ(serve(1), "-");
}

TEST_F(Fairness, has_a_flood_delay_nobody_else) {
  wait("a", 1000);
  EXPECT_EQ(serve(100), std::string(100, 'a'));

  wait("b", 1);

  EXPECT_NE(serve(2).find('b'), std::string::npos);
}

TEST_F(Fairness, does_not_let_one_who_asks_again_and_again_starve_a_flood) {
  wait("a", 100);
  std::string order;
  for (int i = 0; i < 20; ++i) {
    wait("b", 1);
    order += serve(2);
  }
  EXPECT_EQ(std::ranges::count(order, 'a'), 20);
  EXPECT_EQ(std::ranges::count(order, 'b'), 20);
}

TEST_F(Fairness, shares_by_weight_and_by_cost) {
  wait("a", 30, 1, 2);
  wait("b", 30, 1, 1);
  auto order = serve(30);
  EXPECT_EQ(std::ranges::count(order, 'a'), 20);

  Fairness::queue_ = FairQueue();
  wait("c", 30, 5);
  wait("d", 30, 1);
  order = serve(30);
  EXPECT_EQ(std::ranges::count(order, 'c'), 5);
}

TEST_F(Fairness, forgets_those_who_leave) {
  wait("a", 2);
  wait("b", 1);

  queue_.erase(tenants_["a"], 1);
  queue_.erase(tenants_["a"], 77);
  queue_.erase(TenantId::make(), 1);

  EXPECT_EQ(queue_.size(), 2U);
  EXPECT_EQ(queue_.size_of(tenants_["a"]), 1U);
  EXPECT_EQ(serve(3), "ab-");
  wait("a", 1);
  queue_.erase(tenants_["a"], ticket_);
  EXPECT_EQ(serve(1), "-");
}

TEST_F(Fairness, serves_many_tenants_once_each) {
  for (int i = 0; i < 5000; ++i) wait("t" + std::to_string(i), 1);
  for (int i = 0; i < 5000; ++i) {
    ASSERT_TRUE(queue_.front().has_value());
    queue_.pop();
  }
  EXPECT_EQ(queue_.size(), 0U);
}

}  // namespace
}  // namespace aiva::models
