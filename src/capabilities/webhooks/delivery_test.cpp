#include "capabilities/webhooks/internal/deliveries_table.h"
#include "capabilities/webhooks/retry_schedule.h"
#include "capabilities/webhooks/signature.h"
#include "capabilities/webhooks/testing/webhooks_fixture.h"
#include "foundation/crypto.h"
#include "foundation/json.h"

namespace aiva::webhooks {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

class DeliveryTest : public WebhooksFixture {
 protected:
  static std::string header(const HttpRequest& request, std::string_view name) {
    for (const auto& header : request.headers)
      if (header.name == name) return header.value;
    return {};
  }
  static json::Value body(const HttpRequest& request) { return json::parse(request.body).value(); }
};

TEST(RetrySchedule, triples_up_to_six_hours_and_ends_after_a_day) {
  EXPECT_EQ(retry_delay(1, {}, 0.5), milliseconds(5000));
  EXPECT_EQ(retry_delay(2, {}, 0.5), milliseconds(15'000));
  EXPECT_EQ(retry_delay(1, {}, 0), milliseconds(3750));
  EXPECT_EQ(retry_delay(1, {}, 1), milliseconds(6250));
  EXPECT_EQ(retry_delay(1000, {}, 0.5), milliseconds(hours(6)));
  EXPECT_EQ(retry_delay(12, hours(23), 0.5), milliseconds(hours(1)));
  EXPECT_EQ(retry_delay(13, hours(24), 0.5), std::nullopt);
}

TEST(Signature, is_the_hmac_of_instant_and_body_for_each_secret) {
  std::vector<std::string> secrets{"new", "old"};

  auto header = sign(secrets, 1'735'689'600'123, R"({"a":1})");

  auto hex = [](std::string_view key) { return to_hex(hmac_sha256(key, R"(1735689600.{"a":1})")); };
  EXPECT_EQ(header, "t=1735689600,v1=" + hex("new") + ",v1=" + hex("old"));
}

TEST_F(DeliveryTest, sends_an_event_once_signed_and_described) {
  auto made = subscribe();
  ASSERT_TRUE(publish(event_types::document_completed, R"({"document_id":"d7","pages":3})"));

  deliver();

  ASSERT_EQ(sent().size(), 1U);
  auto request = sent()[0];
  EXPECT_EQ(request.method, "POST");
  EXPECT_EQ(request.url, "https://shop.example/hook");
  EXPECT_EQ(request.timeout, milliseconds(10'000));
  EXPECT_FALSE(request.may_reach_private_addresses);
  EXPECT_EQ(header(request, "AIVA-Event"), "document.completed");
  EXPECT_EQ(header(request, "AIVA-Attempt"), "1");
  EXPECT_EQ(header(request, "AIVA-Signature"),
            sign(std::span(&made.secret, 1), clock_.unix_ms(), request.body));
  auto event = body(request);
  EXPECT_EQ(event.at("data").at("pages").as_int64(), 3);
  EXPECT_EQ(event.at("type").as_string(), "document.completed");
  EXPECT_EQ(event.at("tenant_id").as_string(), tenant_.to_string());
  EXPECT_EQ(event.at("id").as_string(), header(request, "AIVA-Event-Id"));
  EXPECT_GE(event.at("sequence").as_int64(), 1);
  auto log = deliveries(made.subscription.id);
  ASSERT_EQ(log.size(), 1U);
  EXPECT_EQ(log[0].state, DeliveryState::delivered);
  EXPECT_EQ(log[0].last_status, 200);
}

TEST_F(DeliveryTest, tells_only_those_who_want_the_type_and_only_their_tenant) {
  auto documents = subscribe({"document.completed", "document.failed"});
  auto everything = subscribe();
  ASSERT_TRUE(publish(event_types::credits_added));
  ASSERT_TRUE(publish(event_types::document_failed));
  ASSERT_TRUE(publish(event_types::document_failed, "{}", stranger_));

  deliver();

  EXPECT_EQ(deliveries(documents.subscription.id).size(), 1U);
  EXPECT_EQ(deliveries(everything.subscription.id).size(), 2U);
  EXPECT_EQ(sent().size(), 3U);
}

TEST_F(DeliveryTest, says_nothing_of_what_was_rolled_back) {
  subscribe();
  ASSERT_FALSE(sync_wait(write(*database_, {}, [&](SqlSession& sql) -> Result<void> {
    TRY_VOID(webhooks_->outbox().publish(sql, tenant_, {"document.completed", "{}"}));
    return fail(ErrorCode::cancelled, "no");
  })));

  deliver();

  EXPECT_TRUE(sent().empty());
}

TEST_F(DeliveryTest, writes_nothing_when_nobody_listens_and_refuses_unknown_types) {
  EXPECT_TRUE(publish(event_types::document_completed));
  EXPECT_EQ(publish("document.painted").error().code, ErrorCode::internal);
  auto late = subscribe();

  deliver();

  EXPECT_TRUE(deliveries(late.subscription.id).empty());
}

TEST_F(DeliveryTest, keeps_the_order_of_events) {
  subscribe();
  for (int i = 0; i < 45; ++i)
    ASSERT_TRUE(publish(event_types::chat_answered, R"({"n":)" + std::to_string(i) + "}"));

  deliver();

  ASSERT_EQ(sent().size(), 45U);
  for (int i = 0; i < 45; ++i)
    EXPECT_EQ(body(sent()[static_cast<std::size_t>(i)]).at("data").at("n").as_int64(), i);
}

TEST_F(DeliveryTest, tries_again_with_the_same_event_until_it_gets_through) {
  auto made = subscribe();
  ASSERT_TRUE(publish(event_types::document_completed));
  status_ = 503;
  deliver();
  EXPECT_EQ(sent().size(), 1U);
  clock_.advance(seconds(3));
  deliver();
  EXPECT_EQ(sent().size(), 1U);
  EXPECT_EQ(now(made.subscription.id).failures, 1);
  clock_.advance(seconds(4));
  status_ = 204;

  deliver();

  ASSERT_EQ(sent().size(), 2U);
  EXPECT_EQ(sent()[0].body, sent()[1].body);
  EXPECT_EQ(header(sent()[0], "AIVA-Delivery"), header(sent()[1], "AIVA-Delivery"));
  EXPECT_EQ(header(sent()[1], "AIVA-Attempt"), "2");
  EXPECT_EQ(deliveries(made.subscription.id)[0].attempts, 2);
  EXPECT_EQ(now(made.subscription.id).failing_since, 0);
}

TEST_F(DeliveryTest, takes_a_redirect_or_a_guarded_address_for_a_failure) {
  auto made = subscribe();
  ASSERT_TRUE(publish(event_types::document_completed));
  status_ = 302;
  deliver();
  EXPECT_EQ(deliveries(made.subscription.id)[0].last_error,
            "The receiver answered 302; redirects are not followed");
  failure_ = Error{.code = ErrorCode::forbidden, .message = "The address is not public"};
  clock_.advance(seconds(7));
  deliver();

  auto log = deliveries(made.subscription.id)[0];
  EXPECT_EQ(log.last_error, "The address is not public");
  EXPECT_EQ(log.last_status, 0);
  EXPECT_EQ(log.state, DeliveryState::queued);
  EXPECT_EQ(sent().size(), 2U);
}

TEST_F(DeliveryTest, gives_an_event_up_after_a_day) {
  auto made = subscribe();
  ASSERT_TRUE(publish(event_types::document_completed));
  status_ = 500;

  for (int i = 0; i < 40; ++i) {
    deliver();
    clock_.advance(hours(1));
  }

  auto log = deliveries(made.subscription.id)[0];
  EXPECT_EQ(log.state, DeliveryState::failed);
  EXPECT_GE(log.attempts, 8);
  EXPECT_LE(log.attempts, 16);
  EXPECT_TRUE(now(made.subscription.id).is_active);
}

TEST_F(DeliveryTest,
       switches_off_what_nothing_gets_through_to_for_three_days_and_tells_the_others) {
  auto broken = subscribe({"document.completed"});
  auto other = subscribe({"webhook.disabled"}, "https://ops.example/hook");
  status_ = 500;

  for (int day = 0; day < 4; ++day) {
    ASSERT_TRUE(publish(event_types::document_completed));
    for (int i = 0; i < 24; ++i) {
      deliver();
      clock_.advance(hours(1));
    }
  }
  status_ = 200;
  deliver();

  auto off = now(broken.subscription.id);
  EXPECT_FALSE(off.is_active);
  EXPECT_NE(off.disabled_reason.find("three days"), std::string::npos);
  EXPECT_NE(off.disabled_reason.find("500"), std::string::npos);
  auto told = deliveries(other.subscription.id);
  ASSERT_EQ(told.size(), 1U);
  EXPECT_EQ(told[0].event_type, "webhook.disabled");
  EXPECT_FALSE(deliveries(broken.subscription.id, {.state = DeliveryState::cancelled}).empty());
}

TEST_F(DeliveryTest, does_not_let_a_broken_receiver_hold_up_the_others) {
  broken_host_ = "broken.example";
  auto broken = subscribe({"*"}, "https://broken.example/");
  auto good = subscribe({"*"}, "https://good.example/");
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(publish(event_types::document_completed));

  deliver();

  EXPECT_EQ(deliveries(good.subscription.id, {.state = DeliveryState::delivered}).size(), 5U);
  EXPECT_EQ(deliveries(broken.subscription.id, {.state = DeliveryState::queued}).size(), 5U);
}

TEST_F(DeliveryTest, signs_with_both_secrets_while_a_rotation_overlaps) {
  auto made = subscribe();
  auto rotated = sync_wait(webhooks_->rotate_secret(context_, made.subscription.id, hours(24)));
  ASSERT_TRUE(rotated);
  EXPECT_NE(rotated->secret, made.secret);
  ASSERT_TRUE(publish(event_types::document_completed));
  deliver();
  clock_.advance(hours(24));
  ASSERT_TRUE(publish(event_types::document_completed));
  deliver();

  std::vector<std::string> both{rotated->secret, made.secret};
  auto at_first = sent()[0];
  EXPECT_EQ(header(at_first, "AIVA-Signature"),
            sign(both, clock_.unix_ms() - milliseconds(hours(24)).count(), at_first.body));
  EXPECT_EQ(header(sent()[1], "AIVA-Signature"),
            sign(std::span(&rotated->secret, 1), clock_.unix_ms(), sent()[1].body));
}

TEST_F(DeliveryTest, takes_up_again_what_a_killed_process_was_sending) {
  auto made = subscribe();
  ASSERT_TRUE(publish(event_types::document_completed));
  ASSERT_TRUE(sync_wait(write(*database_, {}, [&](SqlSession& sql) {
    auto now = clock_.unix_ms();
    return DeliveriesTable(sql).take(tenant_, made.subscription.id, now, now + 60'000);
  })));

  deliver();
  EXPECT_TRUE(sent().empty());
  clock_.advance(minutes(1));
  deliver();

  EXPECT_EQ(sent().size(), 1U);
  EXPECT_EQ(deliveries(made.subscription.id)[0].attempts, 2);
}

TEST_F(DeliveryTest, replaces_data_that_is_too_large_by_its_size) {
  subscribe();
  ASSERT_TRUE(
      publish(event_types::document_completed, R"({"x":")" + std::string(70'000, 'x') + "\"}"));

  deliver();

  EXPECT_TRUE(body(sent()[0]).at("data").at("is_too_large").as_bool());
  EXPECT_LT(sent()[0].body.size(), 1000U);
}

TEST_F(DeliveryTest, tests_one_subscription_only) {
  auto made = subscribe({"credits.added"});
  subscribe();

  ASSERT_TRUE(sync_wait(webhooks_->send_test(context_, made.subscription.id)));
  deliver();

  ASSERT_EQ(sent().size(), 1U);
  EXPECT_EQ(header(sent()[0], "AIVA-Event"), "webhook.test");
}

TEST_F(DeliveryTest, tells_one_event_or_a_range_again) {
  auto made = subscribe();
  status_ = 500;
  ASSERT_TRUE(publish(event_types::document_completed, R"({"n":1})"));
  for (int i = 0; i < 30; ++i) {
    deliver();
    clock_.advance(hours(1));
  }
  status_ = 200;
  ASSERT_TRUE(publish(event_types::document_completed, R"({"n":2})"));
  deliver();
  auto before = sent().size();
  auto log = deliveries(made.subscription.id);
  ASSERT_EQ(log.size(), 2U);
  ReplayRange all{.from = 0, .until = 1};
  all.from = clock_.unix_ms() - milliseconds(days(3)).count();
  all.until = clock_.unix_ms() + 1;
  auto only_failed = all;
  only_failed.only_failed = true;

  ASSERT_TRUE(sync_wait(webhooks_->replay(context_, made.subscription.id, log[0].id)));
  deliver();
  EXPECT_EQ(sync_wait(webhooks_->replay_range(context_, made.subscription.id, only_failed)).value(),
            1);
  deliver();
  EXPECT_EQ(sync_wait(webhooks_->replay_range(context_, made.subscription.id, all)).value(), 2);
  deliver();

  auto again = sent();
  ASSERT_EQ(again.size(), before + 4);
  std::vector<std::int64_t> order;
  for (auto i = before; i < again.size(); ++i)
    order.push_back(body(again[i]).at("data").at("n").as_int64());
  EXPECT_EQ(order, (std::vector<std::int64_t>{2, 1, 1, 2}));
  EXPECT_TRUE(deliveries(made.subscription.id)[0].is_replay);
}

TEST_F(DeliveryTest, forgets_what_is_old_but_not_what_waits) {
  auto made = subscribe();
  ASSERT_TRUE(publish(event_types::document_completed));
  deliver();
  clock_.advance(days(31));
  ASSERT_TRUE(publish(event_types::document_completed));

  EXPECT_EQ(sync_wait(webhooks_->remove_older({}, days(30))).value(), 1);

  EXPECT_EQ(deliveries(made.subscription.id).size(), 1U);
  deliver();
  EXPECT_EQ(sent().size(), 2U);
}

}  // namespace
}  // namespace aiva::webhooks
