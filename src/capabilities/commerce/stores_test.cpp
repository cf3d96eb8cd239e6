#include "capabilities/commerce/stores.h"

#include <gmock/gmock.h>

#include <fstream>
#include <iterator>

#include "capabilities/commerce/testing/commerce_fixture.h"

namespace aiva::commerce {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;

class StoresOf : public CommerceFixture {
 protected:
  Result<Store> try_connect(NewStore store) {
    return sync_wait(commerce_->stores().connect(context(), {}, std::move(store)));
  }
  NewStore new_feed() { return {.knowledge_base = base_, .kind = "feed"}; }
  // Where the owner is sent, and the state that stands in it.
  std::string consent_state(StoreId id) {
    auto address = sync_wait(commerce_->stores().consent_address(context(), id));
    if (!address) ADD_FAILURE() << address.error().message;
    auto text = address.value_or(std::string());
    return text.substr(text.find("&state=") + 7);
  }
  static std::string way_back(const std::string& state, const std::string& code = "good",
                              const std::string& shop = "shoes.myshopify.com") {
    return "code=" + code + "&shop=" + shop + "&state=" + state + "&hmac=" + app_secret;
  }
  std::vector<std::string> fields_of(const Result<Store>& result) {
    std::vector<std::string> fields;
    if (!result)
      for (const auto& detail : result.error().details) fields.push_back(detail.field);
    return fields;
  }
};

TEST_F(StoresOf, are_looked_at_before_they_are_connected) {
  auto store = connect(base_);

  EXPECT_EQ(store.address, "shoes.myshopify.com");
  EXPECT_EQ(store.identity.currency, "EUR");
  EXPECT_TRUE(store.has_token);
  EXPECT_TRUE(store.has_webhooks);
  EXPECT_EQ(store.next_sync_at, clock_.unix_ms());
  EXPECT_THAT(shop_.subscribed(),
              ElementsAre("https://aiva.example/api/shopify/webhooks/" + store.id.to_string()));
  EXPECT_THAT(audit_.actions(), ElementsAre("store.connected"));
  EXPECT_EQ(number("SELECT COUNT(*) FROM stores WHERE token_sealed LIKE '%shpat%'"), 0);
}

TEST_F(StoresOf, refuse_what_makes_no_sense) {
  auto wrong = new_shop(base_);
  wrong.kind = "market";
  wrong.address = "Not a shop";
  wrong.token = "with space";
  wrong.schedule.interval_minutes = 1;
  EXPECT_THAT(fields_of(try_connect(wrong)),
              ElementsAre("kind", "address", "token", "interval_minutes"));

  auto refused = new_shop(base_);
  refused.token = "another";
  EXPECT_THAT(fields_of(try_connect(refused)), ElementsAre("token"));
  auto nowhere = new_shop(KnowledgeBaseId::make());
  EXPECT_EQ(failure_of(try_connect(nowhere)), ErrorCode::not_found);
  auto upload = new_feed();
  upload.address = "upload:feeds/other";
  EXPECT_THAT(fields_of(try_connect(upload)), ElementsAre("address"));
  EXPECT_EQ(number("SELECT COUNT(*) FROM stores"), 0);
}

TEST_F(StoresOf, are_one_a_knowledge_base_and_not_too_many) {
  connect(base_);
  EXPECT_EQ(failure_of(try_connect(new_shop(base_))), ErrorCode::conflict);

  settings_commerce_.stores_per_tenant_max = 1;
  make();
  auto other = make_base("Another")->id;
  EXPECT_EQ(failure_of(try_connect(new_shop(other))), ErrorCode::quota_exceeded);
}

TEST_F(StoresOf, are_seen_by_their_tenant_alone) {
  auto id = connect(base_).id;
  auto& stores = commerce_->stores();

  EXPECT_EQ(failure_of(sync_wait(stores.get(stranger(), id))), ErrorCode::not_found);
  EXPECT_THAT(sync_wait(stores.list(stranger())).value(), IsEmpty());
  EXPECT_EQ(failure_of(sync_wait(stores.change(stranger(), {}, id, {}))), ErrorCode::not_found);
  EXPECT_EQ(failure_of(sync_wait(stores.remove(stranger(), {}, id))), ErrorCode::not_found);
  EXPECT_EQ(failure_of(sync_wait(stores.pause(stranger(), {}, id))), ErrorCode::not_found);
  EXPECT_EQ(failure_of(sync_wait(stores.test(stranger(), id))), ErrorCode::not_found);
  EXPECT_EQ(failure_of(sync_wait(stores.consent_address(stranger(), id))), ErrorCode::not_found);
  EXPECT_EQ(failure_of(sync_wait(stores.upload_feed(stranger(), id, "a"))), ErrorCode::not_found);
  EXPECT_EQ(failure_of(sync_wait(commerce_->open_stores().open(stranger(), id))),
            ErrorCode::not_found);
  EXPECT_FALSE(sync_wait(commerce_->open_stores().of_base(stranger(), base_)).value().has_value());
  EXPECT_EQ(sync_wait(stores.list(context())).value().size(), 1U);
}

TEST_F(StoresOf, open_with_their_token) {
  auto id = connect(base_).id;

  auto open = sync_wait(commerce_->open_stores().of_base(context(), base_)).value();

  ASSERT_TRUE(open.has_value());
  EXPECT_EQ(open->store.id, id);
  EXPECT_EQ(open->access.token, token);
  EXPECT_EQ(open->storefront, &shop_);
}

TEST_F(StoresOf, change_their_schedule_and_their_scope) {
  auto id = connect(base_).id;
  StoreChange change{.schedule = SyncSchedule{.is_automatic = false},
                     .scope = ProductScope{.collections = {"c1"}}};

  auto changed = sync_wait(commerce_->stores().change(context(), {}, id, change)).value();

  EXPECT_EQ(changed.next_sync_at, 0);
  EXPECT_THAT(changed.scope.collections, ElementsAre("c1"));
  EXPECT_TRUE(changed.has_token);
  EXPECT_THAT(audit_.actions(), Contains("store.updated"));
  StoreChange other{.address = "boots"};
  EXPECT_EQ(failure_of(sync_wait(commerce_->stores().change(context(), {}, id, other))),
            ErrorCode::invalid);
}

TEST_F(StoresOf, never_show_a_feeds_token_to_another_server) {
  auto feed = new_feed();
  feed.address = "https://feeds.example/list.csv";
  feed.token = "feed-secret";
  feed_.set_token("feed-secret");
  auto id = try_connect(feed).value().id;
  auto move_to = [&](const std::string& address, std::optional<std::string> token = {}) {
    StoreChange change{.token = std::move(token), .address = address};
    return sync_wait(commerce_->stores().change(context(), {}, id, change));
  };

  EXPECT_TRUE(move_to("https://feeds.example/other.csv").value().has_token);
  EXPECT_EQ(feed_.last_token(), "feed-secret");
  for (const auto* other : {"https://other.example/list.csv", "https://feeds.example:8443/list.csv",
                            "https://feeds.example.other/list.csv"}) {
    EXPECT_THAT(fields_of(move_to(other)), ElementsAre("token")) << other;
    EXPECT_EQ(feed_.last_token(), "") << other;
  }
  auto kept = sync_wait(commerce_->stores().get(context(), id)).value();
  EXPECT_EQ(kept.address, "https://feeds.example/other.csv");
  EXPECT_TRUE(kept.has_token);

  feed_.set_token("another-secret");
  EXPECT_TRUE(move_to("https://other.example/list.csv", "another-secret").value().has_token);
  feed_.set_token("");
  auto open_to_all = move_to("https://third.example/list.csv").value();
  EXPECT_FALSE(open_to_all.has_token);
  auto open = sync_wait(commerce_->open_stores().open(context(), id)).value();
  EXPECT_EQ(open.access.token, "");
}

TEST_F(StoresOf, that_are_paused_are_not_read) {
  fill(2);
  auto id = connect(base_).id;
  auto started = start_sync(id);

  ASSERT_TRUE(sync_wait(commerce_->stores().pause(context(), {}, id)).has_value());

  EXPECT_EQ(look_at(started.id).status, SyncStatus::cancelled);
  EXPECT_EQ(run_store_jobs(), 0);
  EXPECT_EQ(failure_of(sync_wait(commerce_->syncs().start(context(), id, SyncType::full))),
            ErrorCode::conflict);
  EXPECT_EQ(sync_wait(commerce_->syncs().start_due(context())).value_or(-1), 0);
  auto resumed = sync_wait(commerce_->stores().resume(context(), {}, id)).value();
  EXPECT_EQ(resumed.status, StoreStatus::active);
  EXPECT_EQ(sync_wait(commerce_->syncs().start_due(context())).value_or(-1), 1);
}

TEST_F(StoresOf, go_with_their_products_and_leave_the_knowledge_base) {
  fill(5);
  auto id = connect(base_).id;
  sync(id);

  ASSERT_TRUE(sync_wait(commerce_->stores().remove(context(), {}, id)).has_value());

  EXPECT_EQ(number("SELECT COUNT(*) FROM products"), 0);
  EXPECT_EQ(number("SELECT COUNT(*) FROM product_variants"), 0);
  EXPECT_EQ(number("SELECT COUNT(*) FROM store_syncs"), 0);
  EXPECT_TRUE(sync_wait(knowledge_->get(context(), base_)).has_value());
  EXPECT_THAT(audit_.actions(), Contains("store.deleted"));
  EXPECT_EQ(failure_of(sync_wait(commerce_->stores().remove(context(), {}, id))),
            ErrorCode::not_found);
  connect(base_);
}

TEST_F(StoresOf, leave_no_index_to_the_next_one) {
  fill(2);
  auto id = connect(base_).id;
  sync(id);
  auto search = [this] {
    auto found = sync_wait(commerce_->search().search(
        context(), {.knowledge_base = base_, .text = "Shoe", .is_billed = false}));
    return found ? found->hits.size() : 0;
  };
  EXPECT_EQ(search(), 2U);
  ASSERT_TRUE(product_index_.version(base_).has_value());

  ASSERT_TRUE(sync_wait(commerce_->stores().remove(context(), {}, id)).has_value());

  EXPECT_FALSE(product_index_.version(base_).has_value());
  make();  // as after a restart, nobody remembers whose the index was
  sync(connect(base_).id);
  EXPECT_EQ(search(), 2U);
}

TEST_F(StoresOf, tell_what_is_wrong_with_them) {
  fill(3);
  shop_.set_identity({.name = "Shop", .scopes = {"write_products", "read_orders"}});
  auto id = connect(base_).id;

  auto report = sync_wait(commerce_->stores().test(context(), id)).value();
  EXPECT_TRUE(report.is_reachable);
  EXPECT_EQ(report.products, 3);
  EXPECT_THAT(report.missing_scopes, ElementsAre("read_inventory"));

  shop_.set_token("another");
  auto refused = sync_wait(commerce_->stores().test(context(), id)).value();
  EXPECT_FALSE(refused.is_reachable);
  EXPECT_EQ(refused.problem, "The token is refused");
  EXPECT_EQ(failure_of(sync_wait(commerce_->stores().collections(context(), id))),
            ErrorCode::unavailable);
}

TEST_F(StoresOf, get_a_token_when_their_owner_agrees) {
  fill(2);
  NewStore wanted{.knowledge_base = base_, .address = "shoes"};
  auto id = try_connect(wanted).value().id;
  EXPECT_EQ(sync_wait(commerce_->syncs().start_due(context())).value_or(-1), 0);
  auto state = consent_state(id);
  EXPECT_EQ(
      number("SELECT COUNT(*) FROM store_consents WHERE state_hash = ?", {to_hex(sha256(state))}),
      1);

  auto store = sync_wait(commerce_->stores().finish_consent({.home = &wide_}, way_back(state)));

  ASSERT_TRUE(store.has_value()) << store.error().message;
  EXPECT_EQ(store->id, id);
  EXPECT_TRUE(store->has_token);
  EXPECT_TRUE(store->has_webhooks);
  run_store_jobs();
  EXPECT_EQ(catalogue(id).size(), 2U);
}

TEST_F(StoresOf, accept_a_consent_once_and_only_for_ten_minutes) {
  NewStore wanted{.knowledge_base = base_, .address = "shoes"};
  auto id = try_connect(wanted).value().id;
  auto finish = [this](const std::string& query) {
    return failure_of(sync_wait(commerce_->stores().finish_consent({.home = &wide_}, query)));
  };

  auto state = consent_state(id);
  EXPECT_EQ(finish("code=good&state=" + state + "&hmac=forged"), ErrorCode::unauthenticated);
  EXPECT_EQ(finish(way_back("unknown")), ErrorCode::unauthenticated);
  EXPECT_EQ(finish(way_back(state)), std::nullopt);
  EXPECT_EQ(finish(way_back(state)), ErrorCode::unauthenticated);

  auto late = consent_state(id);
  clock_.advance(std::chrono::minutes(11));
  EXPECT_EQ(finish(way_back(late)), ErrorCode::unauthenticated);

  EXPECT_EQ(finish(way_back(consent_state(id), "good", "boots.myshopify.com")),
            ErrorCode::unauthenticated);
  EXPECT_EQ(finish(way_back(consent_state(id), "bad")), ErrorCode::unavailable);
}

TEST_F(StoresOf, need_an_app_for_consent) {
  auto id = connect(base_).id;
  settings_commerce_.app = {};
  make();

  EXPECT_EQ(failure_of(sync_wait(commerce_->stores().consent_address(context(), id))),
            ErrorCode::unavailable);
}

TEST_F(StoresOf, whose_feed_was_refused_go_on_with_another) {
  auto id = try_connect(new_feed()).value().id;
  auto breaking = write(database_, context(), [&](SqlSession& sql) -> Result<void> {
    TRY_VOID(sql.execute("UPDATE stores SET status = 'error', error_message = 'Refused'", {}));
    return {};
  });
  ASSERT_TRUE(sync_wait(std::move(breaking)).has_value());

  ASSERT_TRUE(sync_wait(commerce_->stores().upload_feed(context(), id, "id\n1\n")).has_value());

  auto store = sync_wait(commerce_->stores().get(context(), id)).value();
  EXPECT_EQ(store.status, StoreStatus::active);
  EXPECT_EQ(store.error, "");
  EXPECT_EQ(sync_wait(commerce_->syncs().start_due(context())).value_or(-1), 1);
}

TEST_F(StoresOf, read_feeds_that_are_uploaded) {
  auto id = try_connect(new_feed()).value().id;
  EXPECT_EQ(sync_wait(commerce_->syncs().start_due(context())).value_or(-1), 0);

  ASSERT_TRUE(
      sync_wait(commerce_->stores().upload_feed(context(), id, "id,title\n1,Shoe\n")).has_value());

  auto open = sync_wait(commerce_->open_stores().open(context(), id)).value();
  auto key = "feeds/" + tenant_.to_string() + "/" + id.to_string();
  EXPECT_EQ(open.access.address, "upload:" + key);
  EXPECT_EQ(open.store.address, "");
  EXPECT_EQ(open.storefront, &feed_);
  EXPECT_TRUE(objects_.has(key));
  EXPECT_EQ(sync_wait(commerce_->syncs().start_due(context())).value_or(-1), 1);
  EXPECT_EQ(failure_of(sync_wait(commerce_->stores().upload_feed(context(), id, ""))),
            ErrorCode::invalid);

  ASSERT_TRUE(sync_wait(commerce_->stores().remove(context(), {}, id)).has_value());
  EXPECT_FALSE(objects_.has(key));
}

}  // namespace
}  // namespace aiva::commerce
