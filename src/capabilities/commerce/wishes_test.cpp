#include "capabilities/commerce/wishes.h"

#include <gtest/gtest.h>

namespace aiva::commerce {
namespace {

constexpr MicroMoney one = 1'000'000;

TEST(Wishes, reads_prices_out_of_sentences) {
  struct Case {
    const char* sentence;
    const char* words;
    std::optional<MicroMoney> least;
    std::optional<MicroMoney> most;
  };
  const Case cases[] = {
      Case{"Show me red shoes under 50", "red shoes", std::nullopt, 50 * one},
      {"red shoes below $49.99, please!", "red shoes", std::nullopt, 49'990'000},
      {"Zeig mir rote Schuhe unter 1.299,50 €", "rote Schuhe", std::nullopt, 1'299'500'000},
      {"lamps between 20 and 40 euros", "lamps", 20 * one, 40 * one},
      {"Lampen zwischen 40 und 20 Euro", "Lampen", 20 * one, 40 * one},
      {"chaussures moins de 30 €", "chaussures", std::nullopt, 30 * one},
      {"zapatos de más de 100", "zapatos", 100 * one, std::nullopt},
      {"at least 15 USD gift cards", "gift cards", 15 * one, std::nullopt},
      {"Do you have any?", "", std::nullopt, std::nullopt},
      {"toys under 3 years", "toys under 3 years", std::nullopt, std::nullopt},
      {"size 42 boots", "size 42 boots", std::nullopt, std::nullopt},
      {"under the sea poster", "under sea poster", std::nullopt, std::nullopt},
      {"", "", std::nullopt, std::nullopt},
  };
  for (const auto& [sentence, words, least, most] : cases) {
    auto wish = read_wish(sentence);

    EXPECT_EQ(wish.words, words) << sentence;
    EXPECT_EQ(wish.price_min, least) << sentence;
    EXPECT_EQ(wish.price_max, most) << sentence;
  }
}

TEST(Wishes, knows_words_that_say_nothing_about_a_product) {
  EXPECT_TRUE(is_filler("show"));
  EXPECT_TRUE(is_filler("für"));
  EXPECT_FALSE(is_filler("shoes"));
}

}  // namespace
}  // namespace aiva::commerce
