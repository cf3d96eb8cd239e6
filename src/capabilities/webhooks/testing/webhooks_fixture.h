#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "adapters/test_database/test_database.h"
#include "capabilities/webhooks/webhooks.h"
#include "ports/testing/manual_clock.h"
#include "ports/testing/scripted_http_client.h"

namespace aiva::webhooks {

// Webhooks of two tenants over a receiver that answers `status_`, or fails with `failure_`.
class WebhooksFixture : public testing::Test {
 protected:
  WebhooksFixture() { context_.tenant = tenant_; }

  CreatedSubscription subscribe(std::vector<std::string> types = {"*"},
                                std::string url = "https://shop.example/hook") {
    auto made = sync_wait(
        webhooks_->create(context_, {.url = std::move(url), .event_types = std::move(types)}));
    EXPECT_TRUE(made) << made.error().message;
    return made.value_or(CreatedSubscription{});
  }
  Result<void> publish(std::string_view type, std::string data = R"({"document_id":"d"})",
                       TenantId whose = {}) {
    auto tenant = whose.is_nil() ? tenant_ : whose;
    return sync_wait(write(*database_, {}, [&](SqlSession& sql) {
      return webhooks_->outbox().publish(sql, tenant, {std::string(type), data});
    }));
  }
  // Sends until nothing is due.
  void deliver() {
    for (int i = 0; i < 20; ++i) {
      auto before = http_->requests().size();
      ASSERT_TRUE(sync_wait(webhooks_->deliver({})));
      webhooks_->wait_idle();
      if (http_->requests().size() == before) return;
    }
  }
  std::vector<Delivery> deliveries(SubscriptionId id, DeliveryFilter filter = {}) {
    return sync_wait(webhooks_->deliveries(context_, id, filter)).value();
  }
  Subscription now(SubscriptionId id) { return sync_wait(webhooks_->find(context_, id)).value(); }
  std::vector<HttpRequest> sent() const { return http_->requests(); }

  TestDatabase database_;
  ManualClock clock_;
  Metrics metrics_;
  TenantId tenant_ = database_.add_tenant();
  TenantId stranger_ = database_.add_tenant("Stranger");
  CallContext context_;
  int status_ = 200;
  std::optional<Error> failure_;
  std::string broken_host_;  // answers 500
  std::unique_ptr<ScriptedHttpClient> http_ =
      std::make_unique<ScriptedHttpClient>([this](const HttpRequest& sent) -> Result<HttpResponse> {
        if (failure_) return fail(*failure_);
        bool is_broken = !broken_host_.empty() && sent.url.contains(broken_host_);
        return HttpResponse{.status = is_broken ? 500 : status_, .body = "thanks"};
      });
  std::unique_ptr<Webhooks> webhooks_ =
      make_webhooks({*database_, *http_, clock_, metrics_}, {.master_key = std::string(32, 'k')});
};

}  // namespace aiva::webhooks
