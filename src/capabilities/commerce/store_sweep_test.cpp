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

}  // namespace
}  // namespace aiva::commerce
