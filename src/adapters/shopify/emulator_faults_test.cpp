#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "adapters/shopify/testing/shopify_emulator_fixture.h"

namespace aiva {
namespace {

using std::chrono::milliseconds;

class ShopifyFaults : public ShopifyEmulatorFixture {
 protected:
  std::string list_failure() {
    auto page = sync_wait(storefront_->list_products({}, access_, {}));
    return failure_of(page);
  }
  void forget_faults() { control("DELETE", "/_faults", ""); }
  StoreExport finish_export() {
    auto started = sync_wait(storefront_->start_export({}, access_, {}));
    for (int looks = 0; started && looks < 500; ++looks) {
      if (started->state != StoreExport::State::running) return *started;
      started = sync_wait(storefront_->look_at_export({}, access_, started->id));
    }
    ADD_FAILURE() << (started ? "runs on" : started.error().message);
    return {};
  }
};

TEST_F(ShopifyFaults, gets_through_everything_that_passes) {
  settings_.timeout = milliseconds(1000);
  build();
  for (bool uses_rest : {false, true}) {
    access_.uses_rest = uses_rest;
    std::vector<std::string> faults = {
        R"("kind":"server_error","count":3)",
        R"("kind":"server_error","status":503)",
        R"("kind":"rate_limit","retry_after_s":2)",
        R"("kind":"rate_limit","count":10)",
        R"("kind":"drop","count":2)",
        R"("kind":"cut_body")",
        R"("kind":"truncated_json")",
        R"("kind":"wrong_type")",
        R"("kind":"wrong_shape")",
        R"("kind":"hang")",
    };
    if (!uses_rest) {
      faults.emplace_back(R"("kind":"throttled","count":3)");
      faults.emplace_back(R"("kind":"internal_error")");
    }
    for (const auto& fault : faults) {
      cause("{" + fault + R"(,"on":")" + (uses_rest ? "rest" : "graphql") + R"("})");
      EXPECT_EQ(list_all().size(), 100U) << fault;
      EXPECT_EQ(control("GET", "/_faults", ""), "[]") << fault;
    }
  }
  EXPECT_EQ(refused(), 0);
}

TEST_F(ShopifyFaults, reads_all_of_a_shop_where_a_tenth_of_all_requests_fails) {
  fill(R"({"products":100,"imagesEach":1,"seed":4})");
  cause(R"({"kind":"server_error","share":0.1})");
  cause(R"({"kind":"drop","share":0.05})");

  EXPECT_EQ(list_all().size(), 200U);
  EXPECT_EQ(refused(), 0);
}

TEST_F(ShopifyFaults, gives_up_on_what_does_not_pass) {
  cause(R"({"kind":"server_error","count":50})");
  EXPECT_EQ(list_failure(), "unavailable");
  forget_faults();
  cause(R"({"kind":"drop","count":50})");
  EXPECT_EQ(list_failure(), "unavailable");
  forget_faults();
  settings_.timeout = milliseconds(100);
  build();
  cause(R"({"kind":"hang","count":50})");
  EXPECT_EQ(list_failure(), "timeout");
}

TEST_F(ShopifyFaults, says_at_once_what_asking_again_does_not_help) {
  cause(R"({"kind":"unauthorized"})");
  EXPECT_EQ(list_failure(), "unauthenticated");
  cause(R"({"kind":"not_found"})");
  EXPECT_EQ(list_failure(), "not_found");
  cause(R"({"kind":"redirect"})");
  EXPECT_EQ(list_failure(), "unavailable");
  access_.token = "shpat_wrong";
  EXPECT_EQ(list_failure(), "unauthenticated");
  access_.token = "shpat_test";
  EXPECT_EQ(list_failure(), "");
  control("POST", "/_uninstall", "");
  EXPECT_EQ(list_failure(), "unauthenticated");
}

TEST_F(ShopifyFaults, goes_to_no_address_that_is_not_a_shop) {
  for (std::string address :
       {"", "localhost", "127.0.0.1:80", "evil.example", "x.myshopify.com.evil.example",
        "a/../b.myshopify.com", "user@x.myshopify.com", "x.myshopify.com/", "X.myshopify.com"}) {
    access_.address = address;
    EXPECT_EQ(list_failure(), "invalid") << address;
    auto grant = sync_wait(storefront_->exchange_code({}, address, {"id", "secret"}, "code"));
    EXPECT_EQ(failure_of(grant), "invalid") << address;
    EXPECT_EQ(storefront_->consent_address(address, {"id", "secret"}, "https://a", "s"), "");
  }
  EXPECT_TRUE(ask("/_requests").as_array().empty());
}

TEST_F(ShopifyFaults, notices_a_cursor_that_expired) {
  fill(R"({"products":200,"imagesEach":0,"seed":3})");
  for (bool uses_rest : {true, false}) {
    access_.uses_rest = uses_rest;
    auto first = sync_wait(storefront_->list_products({}, access_, {}));
    ASSERT_TRUE(first && !first->next.empty());
    control("POST", "/_cursors/expire", "");
    if (!uses_rest) cause(R"({"kind":"expired_cursor"})");

    auto second = sync_wait(storefront_->list_products({}, access_, {.cursor = first->next}));

    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().code, ErrorCode::invalid);
    ASSERT_EQ(second.error().details.size(), 1U);
    EXPECT_EQ(second.error().details[0].field, "cursor");
  }
  for (std::string cursor : {"x", "graphql:", "rest:a b", "graphql:abc", "rest:abc&limit=1"}) {
    auto page = sync_wait(storefront_->list_products({}, access_, {.cursor = cursor}));
    EXPECT_EQ(failure_of(page), "invalid") << cursor;
  }
}

TEST_F(ShopifyFaults, says_when_its_turn_comes_too_late) {
  ASSERT_EQ(list_all().size(), 100U);
  CallContext context{.deadline = std::chrono::steady_clock::now() + milliseconds(900)};
  Result<ProductPage> page;
  for (int i = 0; i < 20 && page; ++i)
    page = sync_wait(storefront_->list_products(context, access_, {}));

  ASSERT_FALSE(page);
  bool is_told =
      page.error().code == ErrorCode::rate_limited || page.error().code == ErrorCode::timeout;
  EXPECT_TRUE(is_told) << to_string(page.error().code);
  EXPECT_EQ(refused(), 0);
}

TEST_F(ShopifyFaults, notices_an_export_that_breaks_off) {
  auto done = finish_export();
  cause(R"({"kind":"cut_body","on":"bulk_result"})");

  auto stream = sync_wait(storefront_->open_export({}, access_, done, 0));
  ASSERT_TRUE(stream) << stream.error().message;
  std::size_t count = 0;
  std::string failure;
  for (int i = 0; i < 200 && failure.empty(); ++i) {
    auto some = sync_wait((*stream)->next({}, 10));
    failure = failure_of(some);
    if (some && some->empty()) break;
    if (some) count += some->size();
  }
  EXPECT_EQ(failure, "unavailable");
  EXPECT_LT(count, 100U);

  auto again =
      sync_wait(storefront_->open_export({}, access_, done, static_cast<std::int64_t>(count)));
  ASSERT_TRUE(again) << again.error().message;
  for (;;) {
    auto some = sync_wait((*again)->next({}, 50));
    ASSERT_TRUE(some) << some.error().message;
    if (some->empty()) break;
    count += some->size();
  }
  EXPECT_EQ(count, 100U);
}

TEST_F(ShopifyFaults, opens_an_export_in_spite_of_passing_faults) {
  auto done = finish_export();
  cause(R"({"kind":"server_error","on":"bulk_result","count":2})");
  cause(R"({"kind":"drop","on":"bulk_result"})");
  EXPECT_EQ(failure_of(sync_wait(storefront_->open_export({}, access_, done, 0))), "");

  auto gone = done;
  gone.url = emulator_->url("/bulk/1.jsonl?signature=x");
  EXPECT_EQ(failure_of(sync_wait(storefront_->open_export({}, access_, gone, 0))), "not_found");
  gone.state = StoreExport::State::running;
  EXPECT_EQ(failure_of(sync_wait(storefront_->open_export({}, access_, gone, 0))), "unavailable");
}

TEST_F(ShopifyFaults, follows_exports_that_fail_are_cancelled_or_too_many) {
  cause(R"({"kind":"bulk_failed","on":"bulk"})");
  auto failed = finish_export();
  EXPECT_EQ(failed.state, StoreExport::State::failed);
  EXPECT_TRUE(failed.error.contains("internal_server_error")) << failed.error;

  control("POST", "/_bulk", R"({"hold":true})");
  auto held = sync_wait(storefront_->start_export({}, access_, {}));
  ASSERT_TRUE(held) << held.error().message;
  for (int i = 0; i < 4; ++i)
    EXPECT_EQ(failure_of(sync_wait(storefront_->start_export({}, access_, {}))), "");
  auto sixth = sync_wait(storefront_->start_export({}, access_, {}));
  EXPECT_EQ(failure_of(sixth), "rate_limited");

  EXPECT_EQ(failure_of(sync_wait(storefront_->cancel_export({}, access_, held->id))), "");
  auto seen = sync_wait(storefront_->look_at_export({}, access_, held->id));
  for (int i = 0; i < 200 && seen && seen->state == StoreExport::State::running; ++i)
    seen = sync_wait(storefront_->look_at_export({}, access_, held->id));
  ASSERT_TRUE(seen) << seen.error().message;
  EXPECT_EQ(seen->state, StoreExport::State::cancelled);
  EXPECT_EQ(failure_of(sync_wait(storefront_->cancel_export({}, access_, held->id))), "");
  EXPECT_EQ(failure_of(sync_wait(storefront_->look_at_export({}, access_, "1"))), "not_found");
  EXPECT_EQ(failure_of(sync_wait(storefront_->look_at_export({}, access_, "x"))), "not_found");
  EXPECT_EQ(failure_of(sync_wait(storefront_->cancel_export({}, access_, "1"))), "not_found");
}

TEST_F(ShopifyFaults, finds_orders_by_what_customers_call_them) {
  for (std::string number : {"1001", "#1001", " #1001 "}) {
    auto order = sync_wait(storefront_->find_order({}, access_, number));
    ASSERT_TRUE(order) << order.error().cause;
    ASSERT_TRUE(order->has_value()) << number;
    EXPECT_EQ((*order)->name, "#1001");
    EXPECT_TRUE((*order)->email.contains('@'));
    EXPECT_EQ((*order)->currency, "USD");
    EXPECT_GT((*order)->total, 0);
    ASSERT_FALSE((*order)->lines.empty());
    bool is_sent = (*order)->fulfilment_status == "fulfilled";
    for (const auto& line : (*order)->lines) EXPECT_EQ(line.fulfilled, is_sent ? line.quantity : 0);
    EXPECT_EQ((*order)->shipments.empty(), !is_sent);
    if (is_sent) EXPECT_EQ((*order)->shipments[0].carrier, "DHL");
  }
  for (std::string number : {"", "#", "100", "9999", "1001 OR name:*", "1001\" OR \"", "*"}) {
    auto order = sync_wait(storefront_->find_order({}, access_, number));
    ASSERT_TRUE(order) << order.error().cause;
    EXPECT_FALSE(order->has_value()) << number;
  }
}

TEST_F(ShopifyFaults, subscribes_once_to_what_the_token_may_see) {
  std::string address = "https://aiva.example/hooks/1";
  EXPECT_EQ(failure_of(sync_wait(storefront_->subscribe({}, access_, address))), "");
  EXPECT_EQ(failure_of(sync_wait(storefront_->subscribe({}, access_, address))), "");

  auto subscriptions = ask("/_webhooks").at("subscriptions").as_array();
  EXPECT_EQ(subscriptions.size(), 10U);
  for (const auto& one : subscriptions) EXPECT_EQ(one.at("address").as_string(), address);
  EXPECT_EQ(failure_of(sync_wait(storefront_->subscribe({}, access_, "nonsense"))), "invalid");
}

TEST_F(ShopifyFaults, is_let_in_by_the_owner_of_the_shop) {
  Storefront::App app{"test-client-id", "test-client-secret"};
  auto address = storefront_->consent_address(access_.address, app, "https://aiva.example/back?a=b",
                                              "st&te 1");
  HttpRequest request{.url = address, .may_reach_private_addresses = true};
  auto redirect = sync_wait(shop_http_->send({}, request));
  ASSERT_TRUE(redirect && redirect->status == 302) << (redirect ? redirect->body : "nothing");
  std::string location(redirect->header("location"));
  auto query = location.substr(location.find('?') + 1);
  auto code = query.substr(query.find("code=") + 5, 32);

  EXPECT_EQ(failure_of(storefront_->check_return(query, app.client_secret)), "");
  EXPECT_EQ(failure_of(storefront_->check_return(query + "&more=1", app.client_secret)),
            "unauthenticated");
  EXPECT_EQ(failure_of(storefront_->check_return(query, "another-secret")), "unauthenticated");
  cause(R"({"kind":"server_error","on":"oauth"})");
  auto grant = sync_wait(storefront_->exchange_code({}, access_.address, app, code));
  ASSERT_TRUE(grant) << grant.error().message << " " << grant.error().cause;
  EXPECT_EQ(grant->scopes,
            (std::vector<std::string>{"read_products", "read_inventory", "read_orders"}));
  EXPECT_EQ(grant->expires_at, clock_.unix_ms() + 3'600'000);
  EXPECT_EQ(grant->refresh_expires_at, clock_.unix_ms() + 7'776'000'000);
  access_.token = grant->token;
  EXPECT_EQ(list_failure(), "");

  auto again = sync_wait(storefront_->exchange_code({}, access_.address, app, code));
  EXPECT_EQ(failure_of(again), "unauthenticated");
  app.client_secret = "wrong";
  auto wrong = sync_wait(storefront_->exchange_code({}, access_.address, app, code));
  EXPECT_EQ(failure_of(wrong), "unauthenticated");
}

TEST_F(ShopifyFaults, renews_tokens_that_run_out) {
  Storefront::App app{"test-client-id", "test-client-secret"};
  auto address = storefront_->consent_address(access_.address, app, "https://aiva.example/", "s");
  HttpRequest request{.url = address, .may_reach_private_addresses = true};
  auto redirect = sync_wait(shop_http_->send({}, request));
  ASSERT_TRUE(redirect && redirect->status == 302) << (redirect ? redirect->body : "nothing");
  std::string location(redirect->header("location"));
  auto code = location.substr(location.find("code=") + 5, 32);
  auto first = sync_wait(storefront_->exchange_code({}, access_.address, app, code));
  ASSERT_TRUE(first) << first.error().message;
  auto renew = [&](const std::string& refresh_token) {
    return sync_wait(storefront_->renew_grant({}, access_.address, app, refresh_token));
  };
  access_.token = first->token;
  control("POST", "/_clock", R"({"advance_ms":3600000})");
  EXPECT_EQ(list_failure(), "unauthenticated");

  cause(R"({"kind":"server_error","on":"oauth"})");
  auto lost = renew(first->refresh_token);
  ASSERT_TRUE(lost) << lost.error().message << " " << lost.error().cause;
  auto second = renew(first->refresh_token);
  ASSERT_TRUE(second) << "an answer may be lost";
  EXPECT_NE(second->refresh_token, first->refresh_token);
  EXPECT_EQ(second->scopes, first->scopes);
  access_.token = second->token;
  EXPECT_EQ(list_failure(), "");

  ASSERT_TRUE(renew(second->refresh_token));
  EXPECT_EQ(failure_of(renew(first->refresh_token)), "unauthenticated");
  EXPECT_EQ(failure_of(renew("made-up")), "unauthenticated");
  app.client_secret = "wrong";
  EXPECT_EQ(failure_of(renew(second->refresh_token)), "unavailable");
}

}  // namespace
}  // namespace aiva
