#include "capabilities/commerce/store_events.h"

#include <gmock/gmock.h>

#include "capabilities/commerce/testing/commerce_fixture.h"

namespace aiva::commerce {
namespace {

using testing::Contains;
using testing::Not;

class EventsOf : public CommerceFixture {
 protected:
  void SetUp() override {
    CommerceFixture::SetUp();
    store_ = connect(base_).id;
    fill(4);
    sync(store_);
    shop_.forget_calls();
  }

  StoreId store_{};
};

TEST_F(EventsOf, bring_changes_from_the_store_itself) {
  shop_.put(ScriptedStorefront::simple("1001", "Boot"));
  ASSERT_TRUE(deliver(store_, "changed|e1|1001|").has_value());

  EXPECT_EQ(run_store_jobs(), 1);

  expect_same_as_shop(store_);
  EXPECT_EQ(shop_.calls("get_products"), 1);
  EXPECT_EQ(shop_.calls("list_products"), 0);
}

TEST_F(EventsOf, are_taken_once_and_followed_by_one_job) {
  ASSERT_TRUE(deliver(store_, "changed|e1|1001|").has_value());
  ASSERT_TRUE(deliver(store_, "changed|e1|1001|").has_value());
  ASSERT_TRUE(deliver(store_, "changed|e2|1002|").has_value());
  EXPECT_EQ(number("SELECT COUNT(*) FROM store_events"), 2);

  EXPECT_EQ(run_store_jobs(), 1);

  ASSERT_TRUE(deliver(store_, "changed|e1|1001|").has_value());
  EXPECT_EQ(run_store_jobs(), 0);
}

TEST_F(EventsOf, are_refused_unless_the_store_signed_them) {
  EXPECT_EQ(failure_of(deliver(store_, "changed|e1|1001|", "wrong")), ErrorCode::unauthenticated);
  EXPECT_EQ(failure_of(deliver(StoreId::make(), "changed|e1|1001|")), ErrorCode::not_found);
  shop_.set_event_domain("other.myshopify.com");
  EXPECT_EQ(failure_of(deliver(store_, "changed|e1|1001|")), ErrorCode::unauthenticated);
  shop_.set_event_domain("shoes.myshopify.com");
  EXPECT_TRUE(deliver(store_, "changed|e1|1001|").has_value());
  EXPECT_EQ(failure_of(deliver(store_, "changed|e2||")), ErrorCode::invalid);
  EXPECT_EQ(number("SELECT COUNT(*) FROM store_events"), 1);
}

TEST_F(EventsOf, tell_of_stock_and_of_what_is_gone) {
  shop_.set_stock("1000", 42);
  shop_.remove("1003");
  ASSERT_TRUE(deliver(store_, "inventory|e1||10009").has_value());
  ASSERT_TRUE(deliver(store_, "deleted|e2|1003|").has_value());
  ASSERT_TRUE(deliver(store_, "inventory|e3||unknown").has_value());

  run_store_jobs();

  expect_same_as_shop(store_);
  EXPECT_EQ(number("SELECT COUNT(*) FROM store_events WHERE state = 'waiting'"), 0);
}

TEST_F(EventsOf, about_a_collection_read_the_products_that_joined_it_or_left_it) {
  auto collections_of = [this](const std::string& id) {
    return catalogue(store_).at(id).there.collections;
  };
  auto follow = [this](const std::string& body) {
    shop_.forget_calls();
    EXPECT_TRUE(deliver(store_, body).has_value());
    run_store_jobs();
    EXPECT_EQ(number("SELECT COUNT(*) FROM store_events WHERE state = 'waiting'"), 0) << body;
  };
  shop_.set_collections("1001", {{"c7", "Summer"}});
  shop_.set_collections("1002", {{"c7", "Summer"}});

  follow("collection|e1|c7|Summer");
  ASSERT_EQ(collections_of("1001").size(), 1U);
  EXPECT_EQ(collections_of("1002").front().title, "Summer");
  EXPECT_EQ(shop_.calls("get_products"), 1);
  EXPECT_EQ(shop_.calls("list_products"), 0);

  shop_.set_collections("1001", {});
  shop_.set_collections("1002", {{"c7", "Sale"}});
  follow("collection|e2|c7|Sale");
  EXPECT_TRUE(collections_of("1001").empty());
  EXPECT_EQ(collections_of("1002").front().title, "Sale");

  follow("collection|e3|c7|Sale");
  EXPECT_EQ(shop_.calls("get_products"), 0) << "nothing differs";

  shop_.set_collections("1002", {});
  follow("collection|e4|c7|");
  EXPECT_TRUE(collections_of("1002").empty());
}

TEST_F(EventsOf, about_collections_go_by_what_the_knowledge_base_wants) {
  shop_.set_collections("1001", {{"c1", "Wanted"}});
  StoreChange change{.scope = ProductScope{.collections = {"c1"}}};
  ASSERT_TRUE(sync_wait(commerce_->stores().change(context(), {}, store_, change)).has_value());
  sync(store_);
  ASSERT_EQ(catalogue(store_).size(), 1U);

  shop_.set_collections("1001", {{"c1", "Wanted"}, {"c7", "Other"}});
  shop_.set_collections("1002", {{"c7", "Other"}});
  ASSERT_TRUE(deliver(store_, "collection|e1|c7|Other").has_value());
  run_store_jobs();
  EXPECT_EQ(catalogue(store_).at("1001").there.collections.size(), 2U);
  EXPECT_EQ(catalogue(store_).size(), 1U);

  shop_.set_collections("1003", {{"c1", "Wanted"}});
  ASSERT_TRUE(deliver(store_, "collection|e2|c1|Wanted").has_value());
  run_store_jobs();
  EXPECT_EQ(catalogue(store_).count("1003"), 1U);
}

TEST_F(EventsOf, about_large_collections_are_followed_in_parts) {
  fill(600);
  sync(store_);
  for (int i = 0; i < 600; ++i) shop_.set_collections(std::to_string(1000 + i), {{"c7", "Summer"}});
  shop_.set_page_size(250);
  shop_.forget_calls();

  ASSERT_TRUE(deliver(store_, "collection|e1|c7|Summer").has_value());
  ASSERT_TRUE(deliver(store_, "changed|e2|1001|").has_value());
  run_store_jobs();

  for (const auto& [id, product] : catalogue(store_))
    EXPECT_EQ(product.there.collections.size(), 1U) << id;
  EXPECT_EQ(shop_.calls("get_products"), 4);
  EXPECT_EQ(number("SELECT COUNT(*) FROM store_events WHERE state = 'waiting'"), 0);
}

TEST_F(EventsOf, wait_while_the_store_is_paused) {
  shop_.put(ScriptedStorefront::simple("1001", "Boot"));
  ASSERT_TRUE(sync_wait(commerce_->stores().pause(context(), {}, store_)).has_value());
  ASSERT_TRUE(deliver(store_, "changed|e1|1001|").has_value());
  EXPECT_EQ(run_store_jobs(), 0);

  ASSERT_TRUE(sync_wait(commerce_->stores().resume(context(), {}, store_)).has_value());
  EXPECT_EQ(run_store_jobs(), 1);
  expect_same_as_shop(store_);
}

TEST_F(EventsOf, are_tried_again_while_the_shop_is_down) {
  shop_.put(ScriptedStorefront::simple("1001", "Boot"));
  ASSERT_TRUE(deliver(store_, "changed|e1|1001|").has_value());
  shop_.fail_next(2, {.code = ErrorCode::unavailable, .message = "Down"});

  run_all_store_jobs();

  expect_same_as_shop(store_);
}

TEST_F(EventsOf, an_uninstalled_app_loses_its_token) {
  ASSERT_TRUE(deliver(store_, "uninstalled|e1||").has_value());

  auto store = sync_wait(commerce_->stores().get(context(), store_)).value();
  EXPECT_FALSE(store.has_token);
  EXPECT_EQ(store.status, StoreStatus::error);
  EXPECT_EQ(store.error, "uninstalled");
  EXPECT_THAT(audit_.actions(), Contains("store.uninstalled"));
  EXPECT_EQ(catalogue(store_).size(), 4U);
}

TEST_F(EventsOf, that_tell_late_of_an_uninstalled_app_leave_a_newer_token) {
  auto uninstalled_at = clock_.unix_ms() + 1000;
  clock_.advance(std::chrono::seconds(2));
  StoreChange change{.token = token};
  ASSERT_TRUE(sync_wait(commerce_->stores().change(context(), {}, store_, change)).has_value());

  ASSERT_TRUE(deliver(store_, "uninstalled|e1|||" + std::to_string(uninstalled_at)).has_value());

  auto store = sync_wait(commerce_->stores().get(context(), store_)).value();
  EXPECT_TRUE(store.has_token);
  EXPECT_EQ(store.status, StoreStatus::active);
  EXPECT_THAT(audit_.actions(), Not(Contains("store.uninstalled")));

  auto now = std::to_string(clock_.unix_ms());
  ASSERT_TRUE(deliver(store_, "uninstalled|e2|||" + now).has_value());
  EXPECT_FALSE(sync_wait(commerce_->stores().get(context(), store_)).value().has_token);
}

TEST_F(EventsOf, a_shop_that_wants_to_be_forgotten_is) {
  ASSERT_TRUE(deliver(store_, "shop_redact|e1||").has_value());

  run_all_store_jobs();

  EXPECT_EQ(failure_of(sync_wait(commerce_->stores().get(context(), store_))),
            ErrorCode::not_found);
  EXPECT_EQ(number("SELECT COUNT(*) FROM products"), 0);
  EXPECT_EQ(number("SELECT COUNT(*) FROM product_changes"), 0);
  EXPECT_THAT(audit_.actions(), Contains("store.redacted"));
}

TEST_F(EventsOf, of_customers_are_only_noted) {
  ASSERT_TRUE(deliver(store_, "customer_redact|e1||").has_value());
  ASSERT_TRUE(deliver(store_, "data_request|e2||").has_value());
  ASSERT_TRUE(deliver(store_, "order|e3||").has_value());

  EXPECT_EQ(run_store_jobs(), 0);
  EXPECT_THAT(audit_.actions(), Contains("store.customer_redacted"));
  EXPECT_THAT(audit_.actions(), Contains("store.customer_data_requested"));
}

TEST_F(EventsOf, let_others_have_their_turn) {
  shop_.put(ScriptedStorefront::simple("1001", "Boot"));
  shop_.before_each([this](const std::string&) { clock_.advance(std::chrono::seconds(4)); });
  ASSERT_TRUE(deliver(store_, "changed|e1|1001|").has_value());

  EXPECT_EQ(run_store_jobs(), 2);  // the second one sees that nothing waits
  shop_.before_each({});

  expect_same_as_shop(store_);
}

TEST_F(EventsOf, an_app_are_for_each_store_of_the_shop_that_has_no_app_of_its_own) {
  auto wanted = new_shop(make_base("other")->id);
  wanted.app_secret.clear();
  auto other = sync_wait(commerce_->stores().connect(context(), {}, wanted)).value().id;
  run_all_store_jobs();
  shop_.set_event_domain("shoes.myshopify.com");

  EXPECT_EQ(failure_of(deliver_to_app("shop_redact|e1||", "wrong")), ErrorCode::unauthenticated);
  EXPECT_EQ(failure_of(deliver_to_app("changed|e2||")), ErrorCode::invalid);
  ASSERT_TRUE(deliver_to_app("data_request|e3||").has_value());
  ASSERT_TRUE(deliver_to_app("data_request|e3||").has_value());
  EXPECT_THAT(audit_.actions(), Contains("store.customer_data_requested").Times(1));
  ASSERT_TRUE(deliver_to_app("shop_redact|e1||").has_value());
  run_all_store_jobs();

  EXPECT_EQ(failure_of(sync_wait(commerce_->stores().get(context(), other))), ErrorCode::not_found);
  EXPECT_TRUE(sync_wait(commerce_->stores().get(context(), store_)).has_value());
  EXPECT_EQ(catalogue(store_).size(), 4U);
}

TEST_F(EventsOf, an_app_are_taken_of_shops_that_no_store_has) {
  shop_.set_event_domain("hats.myshopify.com");
  EXPECT_TRUE(deliver_to_app("shop_redact|e1||").has_value());
  EXPECT_TRUE(deliver_to_app("data_request|e2||").has_value());
  EXPECT_EQ(number("SELECT COUNT(*) FROM store_events"), 0);
  shop_.set_event_domain("");
  EXPECT_EQ(failure_of(deliver_to_app("shop_redact|e3||")), ErrorCode::invalid);
}

TEST_F(EventsOf, an_app_are_not_kept_for_a_store_that_cannot_follow_them) {
  auto wanted = new_shop(make_base("other")->id);
  wanted.app_secret.clear();
  wanted.token.clear();
  ASSERT_TRUE(sync_wait(commerce_->stores().connect(context(), {}, wanted)).has_value());
  shop_.set_event_domain("shoes.myshopify.com");

  EXPECT_TRUE(deliver_to_app("changed|e1|1001|").has_value());
  EXPECT_EQ(number("SELECT COUNT(*) FROM store_events"), 0);
  EXPECT_TRUE(deliver_to_app("data_request|e2||").has_value());
  EXPECT_EQ(number("SELECT COUNT(*) FROM store_events"), 1);
}

TEST_F(EventsOf, an_app_are_refused_where_the_installation_has_none) {
  settings_commerce_.app = {};
  make();
  shop_.set_event_domain("shoes.myshopify.com");
  EXPECT_EQ(failure_of(deliver_to_app("shop_redact|e1||", "")), ErrorCode::unauthenticated);
}

TEST_F(EventsOf, are_forgotten_when_they_are_old) {
  ASSERT_TRUE(deliver(store_, "changed|e1|1001|").has_value());
  run_store_jobs();
  clock_.advance(std::chrono::hours(24 * 8));
  ASSERT_TRUE(deliver(store_, "changed|e2|1001|").has_value());

  auto removed = sync_wait(commerce_->events().remove_old(context(), std::chrono::days(7)));

  EXPECT_EQ(removed.value_or(-1), 1);
  EXPECT_EQ(number("SELECT COUNT(*) FROM store_events"), 1);
}

// An event is followed while a sync has its page in hand: the page is older than the row.
TEST_F(EventsOf, are_not_undone_by_a_sync_that_read_before) {
  shop_.set_page_size(10);
  bool is_done = false;
  auto started = start_sync(store_);
  // The page is in the sync's hands when it embeds the new product's text.
  shop_.put(ScriptedStorefront::simple("3000", "Sandal"));
  embedder_.before_each([&] {
    if (std::exchange(is_done, true)) return;
    shop_.set_stock("1000", 5);
    EXPECT_TRUE(deliver(store_, "inventory|e1||10009").has_value());
    auto jobs = lease_store_jobs();
    ASSERT_EQ(jobs.size(), 1U);
    EXPECT_EQ(jobs.front().kind, events_job_kind);
    run_job(jobs.front(), context());
  });
  run_store_jobs();
  embedder_.before_each({});

  EXPECT_TRUE(is_done);
  EXPECT_EQ(look_at(started.id).status, SyncStatus::completed);
  expect_same_as_shop(store_);
}

}  // namespace
}  // namespace aiva::commerce
