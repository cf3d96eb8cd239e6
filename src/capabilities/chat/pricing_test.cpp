#include "capabilities/chat/pricing.h"

#include <gtest/gtest.h>

#include <vector>

namespace aiva::chat {
namespace {

const std::vector<ModelPrice> prices = ChatSettings{}.prices;

TEST(Pricing, charges_each_kind_of_token_by_the_longest_prefix) {
  ChatUsage usage{.input_tokens = 1'000'000, .cached_tokens = 400'000, .output_tokens = 100'000};

  EXPECT_EQ(price_of(prices, "gpt-4o-mini-2024-07-18", usage), 90'000 + 30'000 + 60'000);
  EXPECT_EQ(price_of(prices, "gpt-4o", usage), 1'500'000 + 500'000 + 1'000'000);
}

TEST(Pricing, rounds_up_to_a_micro_dollar) {
  EXPECT_EQ(price_of(prices, "gpt-4o-mini", {.input_tokens = 1}), 1);
  EXPECT_EQ(price_of(prices, "gpt-4o-mini", {}), 0);
}

TEST(Pricing, is_free_for_a_model_without_a_price) {
  EXPECT_EQ(price_of(prices, "our-own-model", {.input_tokens = 1'000'000}), 0);
}

TEST(Pricing, does_not_trust_more_cached_tokens_than_tokens) {
  EXPECT_EQ(price_of(prices, "gpt-4o-mini", {.input_tokens = 1000, .cached_tokens = 5000}), 75);
}

}  // namespace
}  // namespace aiva::chat
