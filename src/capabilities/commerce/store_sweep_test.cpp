#include "capabilities/commerce/store_sweep.h"

#include "capabilities/commerce/testing/commerce_fixture.h"

namespace aiva::commerce {
namespace {

class SweepOfStores : public CommerceFixture {
 protected:
  Store connect_feed(KnowledgeBaseId base) {
    NewStore wanted{.knowledge_base = base, .kind = "feed"};
    auto store = sync_wait(commerce_->stores().connect(context(), {}, wanted));
    EXPECT_TRUE(store.has_value());
    return store.value_or(Store{});
  }
  void upload(StoreId id) {
    auto uploaded = sync_wait(commerce_->stores().upload_feed(context(), id, "id,title\n1,A\n"));
    EXPECT_TRUE(uploaded.has_value());
  }
  void forget(StoreId id) {
    auto removing = write(database_, context(), [&](SqlSession& sql) -> Result<void> {
      TRY_VOID(sql.execute("DELETE FROM stores WHERE id = ?", {id}));
      return {};
    });
    EXPECT_TRUE(sync_wait(std::move(removing)).has_value());
  }
  // Of rows that were written by the clock of the test.
  std::int64_t forget_rows() {
    auto swept =
        sync_wait(sweep_stores({}, {.database = database_, .objects = objects_, .clock = clock_}));
    EXPECT_TRUE(swept.has_value());
    return swept.value_or(-1);
  }
  // In `later` from now; files are told as put now by the clock of the machine.
  std::int64_t sweep(std::chrono::hours later) {
    ManualClock clock(unix_ms_now() + std::chrono::milliseconds(later).count());
    auto swept =
        sync_wait(sweep_stores({}, {.database = database_, .objects = objects_, .clock = clock}));
    EXPECT_TRUE(swept.has_value());
    return swept.value_or(-1);
  }
  [[nodiscard]] std::string key_of(StoreId id) const {
    return "feeds/" + tenant_.to_string() + "/" + id.to_string();
  }
};

TEST_F(SweepOfStores, removes_feeds_that_no_store_reads) {
  auto kept = connect_feed(base_).id;
  auto gone = connect_feed(make_base("Another")->id).id;
  upload(kept);
  upload(gone);
  forget(gone);

  EXPECT_EQ(sweep(std::chrono::hours(0)), 0);  // one may be on its way into its store's row
  EXPECT_EQ(sweep(std::chrono::hours(2)), 1);

  EXPECT_TRUE(objects_.has(key_of(kept)));
  EXPECT_FALSE(objects_.has(key_of(gone)));
}

TEST_F(SweepOfStores, removes_changes_of_stores_that_are_gone) {
  fill(4);
  auto kept = connect(base_).id;
  auto gone = connect(make_base("Another")->id).id;
  sync(kept);
  sync(gone);
  forget(gone);
  ASSERT_EQ(number("SELECT COUNT(*) FROM product_changes"), 8);

  EXPECT_EQ(sweep(std::chrono::hours(0)), 1);

  EXPECT_EQ(number("SELECT COUNT(*) FROM product_changes"), 4);
  EXPECT_EQ(number("SELECT COUNT(*) FROM product_changes WHERE store_id = ?", {kept}), 4);
}

TEST_F(SweepOfStores, forgets_old_syncs_but_for_the_last_of_each_store) {
  fill(2);
  auto first = connect(base_).id;
  auto second = connect(make_base("Another")->id).id;
  sync(second);
  for (int i = 0; i < 210; ++i) {
    sync(first, SyncType::incremental);
    clock_.advance(std::chrono::minutes(1));
  }
  EXPECT_EQ(forget_rows(), 0);

  clock_.advance(std::chrono::days(90));
  auto last = start_sync(first);
  EXPECT_EQ(forget_rows(), 210);

  EXPECT_EQ(number("SELECT COUNT(*) FROM store_syncs WHERE store_id = ?", {first}), 1);
  EXPECT_EQ(number("SELECT COUNT(*) FROM store_syncs WHERE store_id = ?", {second}), 1);
  EXPECT_EQ(look_at(last.id).status, SyncStatus::pending);
}

TEST_F(SweepOfStores, forgets_products_that_are_gone_for_long) {
  fill(6);
  auto id = connect(base_).id;
  sync(id);
  auto found = [this] {
    auto answer = sync_wait(commerce_->search().search(
        context(), {.knowledge_base = base_, .text = "Shoe", .is_billed = false}));
    return answer ? answer->hits.size() : 99;
  };
  EXPECT_EQ(found(), 6U);
  shop_.remove("1001");
  shop_.remove("1002");
  sync(id);
  clock_.advance(std::chrono::days(29));
  shop_.remove("1003");
  sync(id);
  EXPECT_EQ(forget_rows(), 0);

  clock_.advance(std::chrono::days(2));
  EXPECT_EQ(forget_rows(), 2);

  EXPECT_EQ(number("SELECT COUNT(*) FROM products"), 4);
  EXPECT_EQ(number("SELECT COUNT(*) FROM product_variants"), 4);
  EXPECT_EQ(number("SELECT COUNT(*) FROM product_changes"), 4);
  // The index has not followed since they were there.
  EXPECT_EQ(found(), 3U);
  EXPECT_EQ(product_index_.size(base_), 3U);

  shop_.put(ScriptedStorefront::simple("1001", "Shoe again"));
  sync(id);
  EXPECT_EQ(found(), 4U);
  expect_same_as_shop(id);
}

}  // namespace
}  // namespace aiva::commerce
