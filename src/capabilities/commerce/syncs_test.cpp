#include "capabilities/commerce/syncs.h"

#include <atomic>
#include <stop_token>

#include "capabilities/commerce/testing/commerce_fixture.h"

namespace aiva::commerce {
namespace {

using knowledge::CrashingDatabase;

class SyncOf : public CommerceFixture {
 protected:
  void SetUp() override {
    CommerceFixture::SetUp();
    store_ = connect(base_).id;
  }
  std::size_t embedded() { return embedder_.fake().texts_embedded(); }

  // More products than are looked at one by one, by a shop that can export them.
  void fill_large() {
    shop_.set_abilities({.has_exports = true, .has_traces = true});
    shop_.set_page_size(100);
    fill(260);
  }
  // Two products change and one goes, since the shop was read.
  void change_after_reading() {
    settings_commerce_.overlap = std::chrono::minutes(0);
    make();
    sync(store_);
    shop_.forget_calls();
    shop_.put(ScriptedStorefront::simple("1003", "Boot"));
    shop_.set_stock("1004", 77);
    shop_.remove("1005");
  }

  StoreId store_{};
};

TEST_F(SyncOf, reads_all_of_a_shop_by_pages) {
  fill(8);

  auto done = sync(store_);

  EXPECT_EQ(done.status, SyncStatus::completed);
  EXPECT_EQ(done.total_products, 8);
  EXPECT_EQ(done.processed_products, 8);
  EXPECT_EQ(done.added, 8);
  EXPECT_EQ(shop_.calls("list_products"), 3);
  expect_same_as_shop(store_);
  auto product = catalogue(store_).at("1000");
  EXPECT_EQ(product.embedding_status, "completed");
  EXPECT_EQ(product.currency, "EUR");
  EXPECT_EQ(product.variants.front().there.sku, "SKU-1000");
}

TEST_F(SyncOf, writes_and_embeds_only_what_changed) {
  fill(7);
  sync(store_);
  auto before = embedded();
  auto version = number("SELECT version FROM stores");

  auto again = sync(store_);
  EXPECT_EQ(again.unchanged, 7);
  EXPECT_EQ(embedded(), before);
  EXPECT_EQ(number("SELECT version FROM stores"), version);

  auto dearer = ScriptedStorefront::simple("1003", "Shoe 3");
  dearer.variants.front().price = 12'000'000;
  shop_.put(dearer);
  auto third = sync(store_);
  EXPECT_EQ(third.updated, 1);
  EXPECT_EQ(embedded(), before);  // its text is as it was
  EXPECT_EQ(number("SELECT version FROM stores"), version + 1);
  EXPECT_EQ(number("SELECT COUNT(*) FROM product_changes WHERE version = ?", {version + 1}), 1);

  shop_.put(ScriptedStorefront::simple("1003", "Boot 3"));
  sync(store_);
  EXPECT_EQ(embedded(), before + 1);
  expect_same_as_shop(store_);
}

TEST_F(SyncOf, keeps_the_ids_of_products_and_variants) {
  fill(1);
  sync(store_);
  auto before = catalogue(store_).at("1000");

  shop_.put(ScriptedStorefront::simple("1000", "Another name"));
  sync(store_);

  auto after = catalogue(store_).at("1000");
  EXPECT_EQ(after.id, before.id);
  EXPECT_EQ(after.variants.front().id, before.variants.front().id);
  EXPECT_EQ(after.there.title, "Another name");
}

TEST_F(SyncOf, finds_what_is_gone_and_what_is_archived) {
  fill(5);
  sync(store_);

  shop_.remove("1001");
  auto archived = ScriptedStorefront::simple("1002", "Shoe 2");
  archived.state = ProductState::archived;
  shop_.put(archived);
  auto done = sync(store_);

  EXPECT_EQ(done.deleted, 1);
  EXPECT_EQ(done.updated, 1);
  expect_same_as_shop(store_);
  EXPECT_EQ(number("SELECT COUNT(*) FROM products WHERE status = 'deleted'"), 1);
  EXPECT_EQ(number("SELECT COUNT(*) FROM products WHERE status = 'archived'"), 1);

  shop_.put(ScriptedStorefront::simple("1001", "Shoe 1"));
  EXPECT_EQ(sync(store_).added, 1);
  expect_same_as_shop(store_);
}

TEST_F(SyncOf, makes_missing_vectors_by_turns) {
  settings_commerce_.overlap = std::chrono::minutes(0);
  settings_commerce_.products_per_write = 250;
  make();
  shop_.set_page_size(100);
  fill(260);
  sync(store_);
  auto losing = write(database_, context(), [](SqlSession& sql) -> Result<void> {
    TRY_VOID(
        sql.execute("UPDATE products SET embedding = NULL, embedding_model = '', "
                    "embedding_status = 'pending'",
                    {}));
    return {};
  });
  ASSERT_TRUE(sync_wait(std::move(losing)).has_value());
  embedder_.before_each([this] { clock_.advance(std::chrono::seconds(4)); });

  auto done = sync(store_, SyncType::incremental);
  embedder_.before_each({});

  EXPECT_EQ(done.status, SyncStatus::completed);
  EXPECT_EQ(number("SELECT COUNT(*) FROM products WHERE embedding_status <> 'completed'"), 0);
}

TEST_F(SyncOf, that_is_incremental_asks_only_for_what_differs) {
  fill(9);
  sync(store_);
  shop_.forget_calls();

  shop_.put(ScriptedStorefront::simple("1003", "Boot"));
  shop_.set_stock("1004", 77);
  shop_.remove("1005");
  shop_.put(ScriptedStorefront::simple("2000", "New"));
  auto done = sync(store_, SyncType::incremental);

  EXPECT_EQ(done.status, SyncStatus::completed);
  EXPECT_EQ(done.added, 1);
  EXPECT_EQ(done.updated, 2);
  EXPECT_EQ(done.deleted, 1);
  EXPECT_GT(shop_.calls("list_traces"), 0);
  expect_same_as_shop(store_);
}

TEST_F(SyncOf, that_is_incremental_is_full_where_there_are_no_traces) {
  shop_.set_abilities({});
  fill(4);
  sync(store_);
  shop_.remove("1000");

  auto done = sync(store_, SyncType::incremental);

  EXPECT_EQ(done.deleted, 1);
  EXPECT_EQ(shop_.calls("list_traces"), 0);
  expect_same_as_shop(store_);
}

TEST_F(SyncOf, a_large_shop_reads_its_export) {
  fill_large();
  settings_commerce_.products_per_write = 50;
  make();

  auto done = sync(store_);

  EXPECT_EQ(done.status, SyncStatus::completed);
  EXPECT_EQ(done.processed_products, 260);
  EXPECT_EQ(shop_.calls("start_export"), 1);
  EXPECT_EQ(shop_.calls("list_products"), 0);
  expect_same_as_shop(store_);
}

TEST_F(SyncOf, reads_by_pages_when_the_export_fails) {
  fill_large();
  shop_.set_export(1, StoreExport::State::failed);

  auto done = sync(store_);

  EXPECT_EQ(done.status, SyncStatus::completed);
  EXPECT_EQ(shop_.calls("list_products"), 3);
  expect_same_as_shop(store_);
}

TEST_F(SyncOf, of_what_changed_in_a_large_shop_looks_at_the_rest_by_an_export) {
  fill_large();
  change_after_reading();

  auto done = sync(store_, SyncType::incremental);

  EXPECT_EQ(done.status, SyncStatus::completed);
  EXPECT_EQ(done.total_products, done.processed_products);
  EXPECT_EQ(done.updated, 2);
  EXPECT_EQ(done.deleted, 1);
  EXPECT_EQ(shop_.calls("list_products"), 1);
  EXPECT_EQ(shop_.calls("start_export"), 1);
  EXPECT_EQ(shop_.calls("list_traces"), 0);
  expect_same_as_shop(store_);
}

TEST_F(SyncOf, much_that_changed_in_a_large_shop_is_one_export) {
  fill_large();
  sync(store_);
  shop_.forget_calls();
  for (int id = 1000; id < 1255; ++id)
    shop_.put(ScriptedStorefront::simple(std::to_string(id), "Boot"));
  shop_.remove("1258");

  auto done = sync(store_, SyncType::incremental);

  EXPECT_EQ(done.status, SyncStatus::completed);
  EXPECT_EQ(done.processed_products, 259);
  EXPECT_EQ(done.updated, 255);
  EXPECT_EQ(done.deleted, 1);
  EXPECT_EQ(shop_.calls("list_products"), 0);
  EXPECT_EQ(shop_.calls("start_export"), 1);
  expect_same_as_shop(store_);
}

TEST_F(SyncOf, of_what_changed_looks_for_traces_where_the_export_fails) {
  fill_large();
  change_after_reading();
  shop_.set_export(1, StoreExport::State::failed);

  auto done = sync(store_, SyncType::incremental);

  EXPECT_EQ(done.status, SyncStatus::completed);
  EXPECT_EQ(done.updated, 2);
  EXPECT_EQ(done.deleted, 1);
  EXPECT_EQ(shop_.calls("list_products"), 1);
  EXPECT_EQ(shop_.calls("list_traces"), 3);
  expect_same_as_shop(store_);
}

TEST_F(SyncOf, an_export_goes_on_where_it_was_cut_off) {
  fill_large();
  settings_commerce_.products_per_write = 50;
  make();
  auto started = start_sync(store_);
  std::stop_source stop;
  std::atomic<int> parts = 0;
  shop_.before_each([&](const std::string& call) {
    if (call == "next" && ++parts == 3) stop.request_stop();
  });

  auto cut_off = context();
  cut_off.cancellation = stop.get_token();
  auto outcome = run_job(lease_store_jobs().at(0), cut_off);
  EXPECT_EQ(outcome.kind, JobOutcome::Kind::released);
  auto kept = number("SELECT COUNT(*) FROM products");
  EXPECT_GT(kept, 0);
  EXPECT_LT(kept, 260);
  run_store_jobs();

  auto done = look_at(started.id);
  EXPECT_EQ(done.status, SyncStatus::completed);
  EXPECT_EQ(done.processed_products, 260);
  EXPECT_EQ(done.added, 260);
  EXPECT_EQ(shop_.calls("start_export"), 1);
  expect_same_as_shop(store_);
}

TEST_F(SyncOf, of_an_export_lets_others_go_first_and_opens_it_once) {
  fill_large();
  settings_commerce_.products_per_write = 50;
  make();
  shop_.before_each([this](const std::string& call) {
    if (call == "next") clock_.advance(std::chrono::seconds(4));
  });
  auto started = start_sync(store_);

  EXPECT_GE(run_store_jobs(), 5);

  shop_.before_each({});
  auto done = look_at(started.id);
  EXPECT_EQ(done.status, SyncStatus::completed);
  EXPECT_EQ(done.processed_products, 260);
  EXPECT_EQ(done.added, 260);
  EXPECT_EQ(shop_.calls("open_export"), 1);
  EXPECT_EQ(embedded(), 260U);
  expect_same_as_shop(store_);
}

TEST_F(SyncOf, goes_on_at_its_page_whenever_it_is_cut_off) {
  fill(20);
  auto started = start_sync(store_);
  std::atomic<bool> is_cut = false;
  int runs = 0;
  for (; !is_final(look_at(started.id).status) && runs < 60; ++runs) {
    auto jobs = lease_store_jobs();
    ASSERT_EQ(jobs.size(), 1U);
    std::stop_source stop;
    std::atomic<int> pages = 0;
    shop_.before_each([&](const std::string& call) {
      if (call == "list_products" && ++pages == 3) stop.request_stop();
    });
    auto cut_off = context();
    cut_off.cancellation = stop.get_token();
    run_job(jobs.front(), cut_off);
    if (stop.stop_requested()) is_cut = true;
    shop_.before_each({});
  }

  auto done = look_at(started.id);
  EXPECT_TRUE(is_cut);
  EXPECT_EQ(done.status, SyncStatus::completed);
  EXPECT_EQ(done.processed_products, 20);
  EXPECT_EQ(done.added, 20);
  EXPECT_EQ(done.unchanged, 0);
  expect_same_as_shop(store_);
}

TEST_F(SyncOf, survives_the_death_of_its_process_at_any_moment) {
  using Moment = CrashingDatabase::Moment;
  for (auto moment : {Moment::before_commit, Moment::after_commit, Moment::statement}) {
    for (int n = 1; n < 24; n += moment == Moment::statement ? 3 : 2) {
      fill(8);
      shop_.remove("1000");
      auto started = start_sync(store_);
      auto jobs = lease_store_jobs();
      ASSERT_EQ(jobs.size(), 1U);
      database_.crash_at(moment, n);
      (void)sync_wait(commerce_->syncs().run(context(), jobs.front()));
      restart_all();
      clock_.advance(lease + std::chrono::seconds(1));
      run_all_store_jobs();

      auto when = "moment " + std::to_string(static_cast<int>(moment)) + " " + std::to_string(n);
      EXPECT_EQ(look_at(started.id).status, SyncStatus::completed) << when;
      expect_same_as_shop(store_, when);
      fill(1);  // what was removed is there again
    }
  }
}

TEST_F(SyncOf, begins_the_pages_anew_when_the_cursor_ran_out) {
  fill(8);
  shop_.expire_cursor();

  auto done = sync(store_);

  EXPECT_EQ(done.status, SyncStatus::completed);
  EXPECT_EQ(done.processed_products, 8);
  expect_same_as_shop(store_);
}

TEST_F(SyncOf, counts_what_makes_no_sense_and_goes_on) {
  fill(3);
  sync(store_);
  auto broken = ScriptedStorefront::simple("1001", "Shoe 1");
  broken.variants.clear();
  shop_.put(broken);
  shop_.put(ScriptedStorefront::simple("1002", "Boot"));

  auto done = sync(store_);

  EXPECT_EQ(done.status, SyncStatus::completed);
  EXPECT_EQ(done.failed_products, 1);
  EXPECT_EQ(done.updated, 1);
  EXPECT_EQ(done.deleted, 0);
  EXPECT_EQ(number("SELECT COUNT(*) FROM products WHERE sync_status = 'error'"), 1);
  EXPECT_EQ(catalogue(store_).size(), 3U);
}

TEST_F(SyncOf, goes_on_without_vectors_and_makes_them_later) {
  fill(4);
  embedder_.fake().fail_next(100, {.code = ErrorCode::unavailable, .message = "Down"});

  auto done = sync(store_);
  EXPECT_EQ(done.status, SyncStatus::completed);
  EXPECT_EQ(catalogue(store_).at("1000").embedding_status, "pending");

  embedder_.fake().fail_next(0, {});
  sync(store_, SyncType::incremental);
  EXPECT_EQ(catalogue(store_).at("1000").embedding_status, "completed");
  EXPECT_EQ(number("SELECT COUNT(*) FROM products WHERE embedding IS NULL"), 0);
}

TEST_F(SyncOf, tries_again_while_the_shop_is_down_and_gives_up_at_last) {
  fill(2);
  shop_.fail_next(2, {.code = ErrorCode::unavailable, .message = "Down"});
  auto first = start_sync(store_);
  run_all_store_jobs();
  EXPECT_EQ(look_at(first.id).status, SyncStatus::completed);

  shop_.fail_next(1000, {.code = ErrorCode::unavailable, .message = "Down"});
  auto second = start_sync(store_);
  run_all_store_jobs();
  EXPECT_EQ(look_at(second.id).status, SyncStatus::failed);
  EXPECT_EQ(look_at(second.id).error, "Down");
  auto store = sync_wait(commerce_->stores().get(context(), store_));
  EXPECT_EQ(store->status, StoreStatus::active);
}

TEST_F(SyncOf, a_refused_token_breaks_the_store) {
  fill(2);
  shop_.set_token("another");

  auto done = sync(store_);

  EXPECT_EQ(done.status, SyncStatus::failed);
  auto store = sync_wait(commerce_->stores().get(context(), store_));
  EXPECT_EQ(store->status, StoreStatus::error);
  EXPECT_EQ(store->error, "The token is refused");

  StoreChange change{.token = "another"};
  auto mended = sync_wait(commerce_->stores().change(context(), {}, store_, change));
  ASSERT_TRUE(mended.has_value());
  EXPECT_EQ(mended->status, StoreStatus::active);
  EXPECT_EQ(sync(store_).status, SyncStatus::completed);
}

TEST_F(SyncOf, runs_once_at_a_time_and_can_be_cancelled) {
  fill(2);
  auto started = start_sync(store_);
  EXPECT_EQ(failure_of(sync_wait(commerce_->syncs().start(context(), store_, SyncType::full))),
            ErrorCode::conflict);

  auto cancelled = sync_wait(commerce_->syncs().cancel(context(), started.id));
  ASSERT_TRUE(cancelled.has_value());
  EXPECT_EQ(cancelled->status, SyncStatus::cancelled);
  EXPECT_EQ(failure_of(sync_wait(commerce_->syncs().cancel(context(), started.id))),
            ErrorCode::conflict);
  EXPECT_EQ(run_store_jobs(), 0);
  EXPECT_TRUE(catalogue(store_).empty());
}

TEST_F(SyncOf, is_of_its_tenant_alone) {
  auto started = start_sync(store_);
  auto& syncs = commerce_->syncs();

  EXPECT_EQ(failure_of(sync_wait(syncs.get(stranger(), started.id))), ErrorCode::not_found);
  EXPECT_EQ(failure_of(sync_wait(syncs.cancel(stranger(), started.id))), ErrorCode::not_found);
  EXPECT_EQ(failure_of(sync_wait(syncs.start(stranger(), store_, SyncType::full))),
            ErrorCode::not_found);
  EXPECT_EQ(sync_wait(syncs.list(stranger(), {}))->total, 0);
  EXPECT_EQ(sync_wait(syncs.list(context(), {.store = store_}))->total, 1);
}

TEST_F(SyncOf, starts_by_itself_when_it_is_due) {
  fill(2);
  EXPECT_EQ(sync_wait(commerce_->syncs().start_due(context())).value_or(-1), 1);
  EXPECT_EQ(sync_wait(commerce_->syncs().start_due(context())).value_or(-1), 0);
  run_store_jobs();
  EXPECT_EQ(catalogue(store_).size(), 2U);

  EXPECT_EQ(sync_wait(commerce_->syncs().start_due(context())).value_or(-1), 0);
  clock_.advance(std::chrono::hours(25));
  EXPECT_EQ(sync_wait(commerce_->syncs().start_due(context())).value_or(-1), 1);
}

Task<Result<void>> note(std::vector<std::string>* steps, Sync sync) {
  steps->emplace_back(to_string(sync.status));
  co_return Result<void>{};
}

TEST_F(SyncOf, tells_who_follows_until_it_ends) {
  fill(2);
  auto done = sync(store_);
  std::vector<std::string> steps;

  auto followed = sync_wait(commerce_->syncs().follow(
      context(), done.id, [&steps](Sync seen) { return note(&steps, std::move(seen)); }));

  EXPECT_TRUE(followed.has_value());
  EXPECT_EQ(steps, std::vector<std::string>{"completed"});
  EXPECT_EQ(
      failure_of(sync_wait(commerce_->syncs().follow(
          stranger(), done.id, [&steps](Sync seen) { return note(&steps, std::move(seen)); }))),
      ErrorCode::not_found);
}

TEST_F(SyncOf, reads_only_what_is_wanted) {
  fill(3);
  auto draft = ScriptedStorefront::simple("1001", "Draft");
  draft.state = ProductState::draft;
  StoreChange change{.scope = ProductScope{.states = {ProductState::active}}};
  ASSERT_TRUE(sync_wait(commerce_->stores().change(context(), {}, store_, change)).has_value());
  sync(store_);
  EXPECT_EQ(catalogue(store_).size(), 3U);

  shop_.put(draft);
  auto done = sync(store_, SyncType::incremental);

  EXPECT_EQ(done.deleted, 1);
  EXPECT_EQ(catalogue(store_).size(), 2U);
}

}  // namespace
}  // namespace aiva::commerce
