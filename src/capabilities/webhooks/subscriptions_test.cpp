#include "capabilities/webhooks/testing/webhooks_fixture.h"

namespace aiva::webhooks {
namespace {

class SubscriptionsTest : public WebhooksFixture {
 protected:
  ErrorCode refused(NewSubscription wanted) {
    auto made = sync_wait(webhooks_->create(context_, std::move(wanted)));
    EXPECT_FALSE(made) << wanted.url;
    return made ? ErrorCode::internal : made.error().code;
  }
};

TEST_F(SubscriptionsTest, show_their_secret_once_and_keep_it_sealed) {
  auto made = subscribe();
  EXPECT_TRUE(made.secret.starts_with("whsec_"));
  EXPECT_GE(made.secret.size(), 40U);

  std::string stored;
  ASSERT_TRUE(sync_wait(read(*database_, {}, [&](SqlSession& sql) {
    return sql.query("SELECT sealed_secret FROM webhook_subscriptions", {},
                     [&](const SqlRow& row) -> Result<void> {
                       stored = row.text(0);
                       return {};
                     });
  })));

  EXPECT_FALSE(stored.empty());
  EXPECT_FALSE(stored.contains(made.secret));
}

TEST_F(SubscriptionsTest, refuse_addresses_that_are_not_public_https) {
  for (const auto* url :
       {"", "http://shop.example/", "ftp://shop.example/", "https://", "https:///x",
        "https://:443/", "https://user:secret@shop.example/", "https://shop.example/#x",
        "https://shop.example/a b", "https://shop.example/\r\nX: y", "javascript:alert(1)"})
    EXPECT_EQ(refused({.url = url}), ErrorCode::invalid) << url;
  EXPECT_EQ(refused({.url = "https://shop.example/" + std::string(2000, 'x')}), ErrorCode::invalid);
}

TEST_F(SubscriptionsTest, refuse_event_types_that_are_not_there) {
  for (std::vector<std::string> types : {std::vector<std::string>{},
                                         {"document"},
                                         {"*", "credits.added"},
                                         {"webhook.test"},
                                         {"document.completed", "' OR 1=1 --"}})
    EXPECT_EQ(refused({.url = "https://shop.example/", .event_types = types}), ErrorCode::invalid);
}

TEST_F(SubscriptionsTest, are_twenty_at_most) {
  for (int i = 0; i < 20; ++i) subscribe();

  EXPECT_EQ(refused({.url = "https://shop.example/"}), ErrorCode::conflict);
}

TEST_F(SubscriptionsTest, change_and_cancel_what_waits_when_switched_off) {
  auto made = subscribe();
  ASSERT_TRUE(publish(event_types::document_completed));

  auto changed = sync_wait(webhooks_->change(
      context_, made.subscription.id,
      {.url = "https://new.example/", .event_types = {{"credits.added"}}, .is_active = false}));

  ASSERT_TRUE(changed);
  EXPECT_EQ(changed->url, "https://new.example/");
  EXPECT_FALSE(now(made.subscription.id).is_active);
  deliver();
  EXPECT_TRUE(sent().empty());
  EXPECT_EQ(deliveries(made.subscription.id)[0].state, DeliveryState::cancelled);
  EXPECT_EQ(sync_wait(webhooks_->send_test(context_, made.subscription.id)).error().code,
            ErrorCode::conflict);
  ASSERT_TRUE(sync_wait(webhooks_->change(context_, made.subscription.id, {.is_active = true})));
  ASSERT_TRUE(publish(event_types::credits_added));
  deliver();
  EXPECT_EQ(sent().at(0).url, "https://new.example/");
}

TEST_F(SubscriptionsTest, go_with_their_deliveries) {
  auto made = subscribe();
  ASSERT_TRUE(publish(event_types::document_completed));

  ASSERT_TRUE(sync_wait(webhooks_->remove(context_, made.subscription.id)));

  deliver();
  EXPECT_TRUE(sent().empty());
  EXPECT_TRUE(sync_wait(webhooks_->list(context_)).value().empty());
}

TEST_F(SubscriptionsTest, do_not_exist_for_another_tenant) {
  auto made = subscribe();
  ASSERT_TRUE(publish(event_types::document_completed));
  deliver();
  auto id = made.subscription.id;
  auto delivery = deliveries(id)[0].id;
  CallContext theirs{.tenant = stranger_};
  auto code = [](const auto& outcome) {
    return outcome ? ErrorCode::internal : outcome.error().code;
  };

  EXPECT_TRUE(sync_wait(webhooks_->list(theirs)).value().empty());
  EXPECT_EQ(code(sync_wait(webhooks_->find(theirs, id))), ErrorCode::not_found);
  EXPECT_EQ(code(sync_wait(webhooks_->change(theirs, id, {.is_active = false}))),
            ErrorCode::not_found);
  EXPECT_EQ(code(sync_wait(webhooks_->remove(theirs, id))), ErrorCode::not_found);
  EXPECT_EQ(code(sync_wait(webhooks_->rotate_secret(theirs, id, std::chrono::hours(1)))),
            ErrorCode::not_found);
  EXPECT_EQ(code(sync_wait(webhooks_->send_test(theirs, id))), ErrorCode::not_found);
  EXPECT_EQ(code(sync_wait(webhooks_->deliveries(theirs, id, {}))), ErrorCode::not_found);
  EXPECT_EQ(code(sync_wait(webhooks_->replay(theirs, id, delivery))), ErrorCode::not_found);
  EXPECT_EQ(code(sync_wait(webhooks_->replay_range(theirs, id, {.from = 0, .until = 1}))),
            ErrorCode::not_found);
  EXPECT_EQ(deliveries(id).size(), 1U);
}

TEST_F(SubscriptionsTest, refuse_ranges_and_overlaps_that_make_no_sense) {
  auto id = subscribe().subscription.id;

  EXPECT_EQ(sync_wait(webhooks_->replay_range(context_, id, {.from = 5, .until = 5})).error().code,
            ErrorCode::invalid);
  EXPECT_EQ(sync_wait(webhooks_->rotate_secret(context_, id, std::chrono::hours(200))).error().code,
            ErrorCode::invalid);
  EXPECT_EQ(sync_wait(webhooks_->deliveries(context_, id, {.limit = 0})).error().code,
            ErrorCode::invalid);
}

}  // namespace
}  // namespace aiva::webhooks
