#include <random>

#include "capabilities/commerce/testing/commerce_fixture.h"

namespace aiva::commerce {
namespace {

// A shop that changes at random while its events are dropped, doubled, late and out of order, and
// while syncs run.
class ConvergenceOf : public CommerceFixture, public testing::WithParamInterface<unsigned> {
 protected:
  int below(int limit) { return static_cast<int>(random_() % static_cast<unsigned>(limit)); }
  std::string any_id() { return std::to_string(1000 + below(25)); }

  void mutate() {
    auto id = any_id();
    auto product = ScriptedStorefront::simple(id, "Shoe " + std::to_string(below(1000)));
    std::string topic = "changed";
    switch (below(6)) {
      case 0:
        shop_.remove(id);
        topic = "deleted";
        break;
      case 1:
        shop_.set_stock(id, below(100));
        topic = "inventory";
        break;
      case 2:
        product.state = below(2) == 0 ? ProductState::archived : ProductState::draft;
        shop_.put(product);
        break;
      default:
        product.variants.front().price = 1'000'000 * (1 + below(50));
        for (int extra = below(3); extra > 0; --extra) {
          auto variant = product.variants.front();
          variant.id = id + "1" + std::to_string(extra);
          variant.inventory_item_id = variant.id + "9";
          variant.position = static_cast<int>(product.variants.size()) + 1;
          product.variants.push_back(variant);
        }
        shop_.put(product);
        break;
    }
    auto event = topic + "|e" + std::to_string(++events_);
    waiting_.push_back(topic == "inventory" ? event + "||" + id + "9" : event + "|" + id + "|");
  }

  void deliver_some(StoreId store) {
    while (!waiting_.empty() && below(3) > 0) {
      auto place = static_cast<std::size_t>(below(static_cast<int>(waiting_.size())));
      auto body = waiting_[place];
      waiting_.erase(waiting_.begin() + static_cast<std::ptrdiff_t>(place));
      if (below(5) == 0) continue;  // it is lost
      for (int times = 1 + below(2); times > 0; --times)
        EXPECT_TRUE(deliver(store, body).has_value());
    }
  }

  std::mt19937 random_{GetParam()};
  int events_ = 0;
  std::vector<std::string> waiting_;
};

TEST_P(ConvergenceOf, a_catalogue_is_as_the_shop_is_after_an_incremental_sync) {
  auto store = connect(base_).id;
  for (int i = 0; i < 20; ++i) mutate();
  sync(store);
  for (int round = 0; round < 12; ++round) {
    // The shop goes on changing while it is asked, also within a sync.
    std::atomic<int> calls = 0;
    shop_.before_each([&](const std::string&) {
      if (++calls % 2 == 0) shop_.set_stock(std::to_string(1000 + calls % 25), calls);
    });
    for (int i = 0; i < 25; ++i) mutate();
    deliver_some(store);
    clock_.advance(std::chrono::seconds(1));
    if (below(2) == 0) start_sync(store, below(3) == 0 ? SyncType::full : SyncType::incremental);
    deliver_some(store);
    run_store_jobs();
    shop_.before_each({});
    if (below(3) > 0) continue;
    EXPECT_EQ(sync(store, SyncType::incremental).status, SyncStatus::completed);
    expect_same_as_shop(store, "round " + std::to_string(round));
  }

  EXPECT_EQ(sync(store, SyncType::incremental).status, SyncStatus::completed);
  expect_same_as_shop(store, "at the end");
}

INSTANTIATE_TEST_SUITE_P(Seeds, ConvergenceOf, testing::Values(1U, 2U, 3U, 4U, 5U));

}  // namespace
}  // namespace aiva::commerce
