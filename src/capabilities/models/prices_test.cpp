#include "capabilities/models/prices.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <limits>

#include "adapters/test_database/test_database.h"
#include "capabilities/identity/identity.h"
#include "foundation/metrics.h"
#include "ports/testing/manual_clock.h"

namespace aiva::models {
namespace {

class PricesTest : public ::testing::Test {
 protected:
  std::int64_t price(const std::string& provider, const std::string& model, ChatUsage usage) {
    return prices_->price_of(provider, model, usage);
  }
  Result<Price> set(Price price) {
    return sync_wait(prices_->set({}, identity::operator_caller(), std::move(price)));
  }
  Result<void> remove(const std::string& provider, const std::string& model) {
    return sync_wait(prices_->remove({}, identity::operator_caller(), provider, model));
  }

  TestDatabase database_;
  ManualClock clock_;
  Metrics metrics_;
  std::unique_ptr<identity::Identity> identity_ =
      identity::make_identity({*database_, clock_, metrics_},
                              {.master_key = std::string(32, 'm'), .bcrypt_threads = 1})
          .value();
  std::unique_ptr<Prices> prices_ = make_prices(*database_, identity_->audit_log(), clock_);
  static constexpr ChatUsage usage_{
      .input_tokens = 1000, .cached_tokens = 400, .output_tokens = 100};
};

TEST_F(PricesTest, counts_cached_tokens_less_and_rounds_up) {
  EXPECT_EQ(price("openai", "gpt-4o-mini-2024-07-18", usage_), 180);  // 90 + 30 + 60
  EXPECT_EQ(price("openai", "gpt-4o", usage_), 3000);
  EXPECT_EQ(price("azure", "gpt-4o", usage_), 3000);
  EXPECT_EQ(price("openai", "gpt-4o-mini", {.input_tokens = 1}), 1);
  EXPECT_EQ(price("openai", "gpt-4o-mini", {.input_tokens = 10, .cached_tokens = 99}), 1);
  EXPECT_EQ(price("openai", "gpt-4o-mini", {.input_tokens = -5, .output_tokens = -5}), 0);
}

TEST_F(PricesTest, counts_what_a_provider_keeps_by_its_own_price) {
  ChatUsage usage{.input_tokens = 1000, .cached_tokens = 400, .cache_written_tokens = 200};

  EXPECT_EQ(price("anthropic", "claude-sonnet-4-5", usage), 1200 + 120 + 750);
  EXPECT_EQ(price("openai", "gpt-4o", usage), 1500 + 500);
  ASSERT_TRUE(set({.provider = "anthropic",
                   .model = "claude-sonnet-4",
                   .input_nano_usd = 1000,
                   .cache_write_nano_usd = 5000}));
  EXPECT_EQ(price("anthropic", "claude-sonnet-4-5", usage), 400 + 1000);
  usage.cache_written_tokens = 5000;  // more than there is
  EXPECT_EQ(price("anthropic", "claude-sonnet-4-5", usage), 600 * 5);
}

TEST_F(PricesTest, takes_nothing_for_models_nobody_priced) {
  EXPECT_EQ(price("ollama", "gpt-4o", usage_), 0);
  EXPECT_EQ(price("openai", "my-own", usage_), 0);
  EXPECT_EQ(price("", "gpt-4o", usage_), 0);
}

TEST_F(PricesTest, prefers_the_longest_name_then_the_provider) {
  ASSERT_TRUE(set({.provider = "", .model = "llama-", .input_nano_usd = 1000}));
  ASSERT_TRUE(set({.provider = "groq", .model = "llama-", .input_nano_usd = 2000}));
  ASSERT_TRUE(set({.provider = "", .model = "llama-3", .input_nano_usd = 3000}));

  EXPECT_EQ(price("other", "llama-2", {.input_tokens = 1}), 1);
  EXPECT_EQ(price("groq", "llama-2", {.input_tokens = 1}), 2);
  EXPECT_EQ(price("groq", "llama-3", {.input_tokens = 1}), 3);
}

TEST_F(PricesTest, lets_the_operator_change_a_default_and_take_it_back) {
  ASSERT_TRUE(set({.provider = "openai",
                   .model = "gpt-4o-mini",
                   .input_nano_usd = 1000,
                   .cached_nano_usd = 500,
                   .output_nano_usd = 0}));
  EXPECT_EQ(price("openai", "gpt-4o-mini", usage_), 800);
  EXPECT_EQ(price("openai", "gpt-4o", usage_), 3000);

  ASSERT_TRUE(remove("openai", "gpt-4o-mini"));
  EXPECT_EQ(price("openai", "gpt-4o-mini", usage_), 180);
  EXPECT_EQ(remove("openai", "gpt-4o-mini").error().code, ErrorCode::not_found);
}

TEST_F(PricesTest, lets_a_price_for_all_of_a_provider_stand_above_its_defaults) {
  ASSERT_TRUE(set({.provider = "openai", .model = "", .input_nano_usd = 1000}));
  EXPECT_EQ(price("openai", "gpt-4o", {.input_tokens = 2}), 2);
  EXPECT_EQ(price("azure", "gpt-4o", usage_), 3000);

  ASSERT_TRUE(set({.provider = "openai", .model = "gpt-4o-mini", .input_nano_usd = 7000}));
  EXPECT_EQ(price("openai", "gpt-4o-mini", {.input_tokens = 2}), 14);
}

TEST_F(PricesTest, lists_all_with_the_operators_in_place_of_defaults) {
  ASSERT_TRUE(set({.provider = "openai", .model = "gpt-4o", .input_nano_usd = 1}));

  auto all = sync_wait(prices_->list({})).value();

  EXPECT_EQ(all.size(), default_prices().size());
  auto is_ours = [](const Price& known) { return !known.is_default; };
  ASSERT_EQ(std::ranges::count_if(all, is_ours), 1);
  EXPECT_EQ(std::ranges::find_if(all, is_ours)->updated_at, clock_.unix_ms());
}

TEST_F(PricesTest, sees_what_another_process_changed) {
  auto other = make_prices(*database_, identity_->audit_log(), clock_);
  EXPECT_EQ(price("openai", "gpt-4o", {.input_tokens = 2}), 5);
  Price cheap{.provider = "openai", .model = "gpt-4o", .input_nano_usd = 500};
  ASSERT_TRUE(sync_wait(other->set({}, identity::operator_caller(), cheap)));

  clock_.advance(std::chrono::seconds(30));
  auto end = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  std::int64_t seen = 0;
  while (seen != 1 && std::chrono::steady_clock::now() < end)
    seen = price("openai", "gpt-4o", {.input_tokens = 2});

  EXPECT_EQ(seen, 1);
}

TEST_F(PricesTest, refuses_what_is_no_price) {
  auto outcome = set({.provider = std::string(300, 'x'),
                      .model = "two words",
                      .input_nano_usd = -1,
                      .cached_nano_usd = 2'000'000'000});

  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().code, ErrorCode::invalid);
  EXPECT_EQ(outcome.error().details.size(), 4U);
}

TEST_F(PricesTest, does_not_overflow) {
  ASSERT_TRUE(set({.provider = "x",
                   .model = "",
                   .input_nano_usd = 1'000'000'000,
                   .cached_nano_usd = 1'000'000'000,
                   .output_nano_usd = 1'000'000'000}));
  auto all = std::numeric_limits<std::int64_t>::max();
  EXPECT_EQ(price("x", "m", {.input_tokens = all, .cached_tokens = all, .output_tokens = all}),
            2'000'000'000'000'000);
}

}  // namespace
}  // namespace aiva::models
