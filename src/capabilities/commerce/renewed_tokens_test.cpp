#include <gmock/gmock.h>

#include <atomic>
#include <optional>
#include <thread>
#include <utility>

#include "capabilities/commerce/testing/commerce_fixture.h"

namespace aiva::commerce {
namespace {

using testing::Contains;

// A store whose owner agreed, and whose token is good for an hour.
class RenewedTokens : public CommerceFixture {
 protected:
  void SetUp() override {
    CommerceFixture::SetUp();
    fill(4);
    shop_.give_tokens_until(clock_.unix_ms() + hour_ms);
    NewStore wanted{.knowledge_base = base_, .address = "shoes"};
    auto store = sync_wait(commerce_->stores().connect(context(), {}, wanted));
    ASSERT_TRUE(store.has_value()) << store.error().message;
    store_ = store->id;
    agree();
    shop_.forget_calls();
  }
  void agree() {
    auto address = sync_wait(commerce_->stores().consent_address(context(), store_));
    ASSERT_TRUE(address.has_value()) << address.error().message;
    auto state = address->substr(address->find("&state=") + 7);
    auto agreed = sync_wait(commerce_->stores().finish_consent(
        {.home = &wide_},
        "code=good&shop=shoes.myshopify.com&state=" + state + "&hmac=" + app_secret));
    ASSERT_TRUE(agreed.has_value()) << agreed.error().message;
    run_store_jobs();
  }
  OpenStore open() { return sync_wait(commerce_->open_stores().open(context(), store_)).value(); }
  Result<StoreIdentity> identify(OpenStore store) {
    return sync_wait(store.storefront->identify(context(), store.access));
  }
  Store row() { return sync_wait(commerce_->stores().get(context(), store_)).value(); }

  static constexpr std::int64_t hour_ms = 3'600'000;
  StoreId store_{};
};

TEST_F(RenewedTokens, are_renewed_before_they_run_out) {
  EXPECT_TRUE(identify(open()).has_value());
  EXPECT_EQ(shop_.calls("renew_grant"), 0);
  clock_.advance(std::chrono::minutes(56));
  shop_.give_tokens_until(clock_.unix_ms() + hour_ms);
  shop_.put(ScriptedStorefront::simple("1001", "Boot"));

  EXPECT_EQ(sync(store_, SyncType::incremental).status, SyncStatus::completed);

  expect_same_as_shop(store_);
  EXPECT_EQ(shop_.calls("renew_grant"), 1);
  EXPECT_EQ(shop_.last_token(), "token-2");
  EXPECT_EQ(open().access.token, "token-2");
  EXPECT_EQ(number("SELECT COUNT(*) FROM stores WHERE refresh_sealed LIKE '%refresh%' "
                   "OR token_sealed LIKE '%token%'"),
            0);
}

TEST_F(RenewedTokens, are_renewed_once_when_the_store_refuses_them) {
  auto early = open();
  shop_.set_token("another");
  std::vector<std::jthread> callers;
  std::atomic<int> succeeded = 0;

  for (int i = 0; i < 4; ++i)
    callers.emplace_back([&] { succeeded += identify(open()).has_value() ? 1 : 0; });
  callers.clear();

  EXPECT_EQ(succeeded.load(), 4);
  EXPECT_EQ(shop_.calls("renew_grant"), 1);
  EXPECT_TRUE(identify(early).has_value()) << "it finds what another renewed";
  EXPECT_EQ(shop_.calls("renew_grant"), 1);
}

TEST_F(RenewedTokens, that_are_refused_twice_are_refused) {
  shop_.set_token("another");
  shop_.before_each([this](const std::string& call) {
    if (call == "identify") shop_.set_token("yet another");
  });

  EXPECT_EQ(failure_of(identify(open())), ErrorCode::unauthenticated);

  EXPECT_EQ(shop_.calls("renew_grant"), 1);
  EXPECT_TRUE(row().has_token);
}

TEST_F(RenewedTokens, wait_for_a_process_that_died_at_it) {
  auto taking = write(database_, context(), [this](SqlSession& sql) -> Result<void> {
    TRY_VOID(sql.execute("UPDATE stores SET renewing_until = ?", {clock_.unix_ms() + 60'000}));
    return {};
  });
  ASSERT_TRUE(sync_wait(std::move(taking)).has_value());
  auto began = clock_.unix_ms();
  shop_.set_token("another");

  EXPECT_TRUE(identify(open()).has_value());

  EXPECT_GE(clock_.unix_ms() - began, 60'000);
  EXPECT_EQ(shop_.calls("renew_grant"), 1);
}

// The first one is so slow that the second believes it dead; the store takes the refresh token of
// one of them alone.
TEST_F(RenewedTokens, are_kept_when_two_processes_renew_them) {
  auto first = std::move(commerce_);
  auto store = sync_wait(first->open_stores().open(context(), store_)).value();
  make();
  shop_.set_token("another");
  bool is_first = true;
  std::optional<Result<StoreIdentity>> second;
  shop_.before_each([&](const std::string& call) {
    if (call != "renew_grant" || !std::exchange(is_first, false)) return;
    second = identify(open());
  });

  auto answer = identify(store);

  EXPECT_TRUE(answer.has_value()) << answer.error().message;
  ASSERT_TRUE(second.has_value());
  EXPECT_TRUE(second->has_value()) << second->error().message;
  EXPECT_EQ(shop_.calls("renew_grant"), 2);
  EXPECT_TRUE(row().has_token);
  EXPECT_EQ(row().status, StoreStatus::active);
  shop_.before_each({});
  store = {};
}

TEST_F(RenewedTokens, that_cannot_be_renewed_ask_for_a_new_consent) {
  shop_.set_token("another");
  shop_.refuse_renewals();

  EXPECT_EQ(sync(store_).status, SyncStatus::failed);

  auto lost = row();
  EXPECT_FALSE(lost.has_token);
  EXPECT_EQ(lost.status, StoreStatus::error);
  EXPECT_EQ(lost.error, "consent_expired");
  EXPECT_THAT(audit_.actions(), Contains("store.consent_expired"));
  EXPECT_EQ(catalogue(store_).size(), 4U);

  agree();
  EXPECT_TRUE(row().has_token);
  EXPECT_EQ(row().status, StoreStatus::active);
  EXPECT_EQ(row().error, "");
}

TEST_F(RenewedTokens, are_used_to_their_end_while_they_cannot_be_renewed) {
  clock_.advance(std::chrono::minutes(56));
  shop_.fail_next(1, {.code = ErrorCode::unavailable, .message = "Down"});

  EXPECT_TRUE(identify(open()).has_value());

  EXPECT_EQ(shop_.calls("renew_grant"), 1);
  clock_.advance(std::chrono::minutes(10));
  shop_.fail_next(1, {.code = ErrorCode::unavailable, .message = "Down"});
  EXPECT_EQ(failure_of(identify(open())), ErrorCode::unavailable);
  EXPECT_TRUE(row().has_token);
}

TEST_F(RenewedTokens, are_renewed_where_nobody_speaks_to_the_store) {
  EXPECT_EQ(sync_wait(commerce_->stores().renew_access(context())).value_or(-1), 1);

  EXPECT_EQ(shop_.calls("renew_grant"), 1);
  EXPECT_EQ(open().access.token, "token-2");
}

TEST_F(RenewedTokens, give_way_to_one_that_somebody_gives) {
  shop_.set_token("by-hand");
  StoreChange change{.token = "by-hand"};

  ASSERT_TRUE(sync_wait(commerce_->stores().change(context(), {}, store_, change)).has_value());

  EXPECT_EQ(open().own_storefront, nullptr);
  clock_.advance(std::chrono::hours(2));
  EXPECT_TRUE(identify(open()).has_value());
  EXPECT_EQ(shop_.calls("renew_grant"), 0);
}

}  // namespace
}  // namespace aiva::commerce
