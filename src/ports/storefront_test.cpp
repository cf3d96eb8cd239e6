#include "ports/storefront.h"

#include <gtest/gtest.h>

namespace aiva {
namespace {

TEST(Money, is_read_as_millionths) {
  struct Case {
    std::string_view text;
    MicroMoney amount;
  };
  for (const Case& test : {
           Case{"12.50", 12'500'000},
           Case{"0", 0},
           Case{"007", 7'000'000},
           Case{"+3.5", 3'500'000},
           Case{"-0.01", -10'000},
           Case{"1.000001", 1'000'001},
           Case{"1.0000014", 1'000'001},
           Case{"1.0000015", 1'000'002},
           Case{"0.9999999", 1'000'000},
           Case{"9223372036853", 9'223'372'036'853'000'000},
       }) {
    auto amount = parse_money(test.text);
    ASSERT_TRUE(amount) << test.text;
    EXPECT_EQ(*amount, test.amount) << test.text;
  }
}

TEST(Money, is_refused_where_it_is_no_decimal_number_that_fits) {
  for (std::string_view text : {"", "-", ".", "5.", ".5", "1,50", "1e3", " 1", "1 ", "0x1", "--1",
                                "1.2.3", "9223372036854", "99999999999999999999999999"})
    EXPECT_FALSE(parse_money(text)) << text;
}

TEST(Money, is_written_with_two_digits_or_more) {
  EXPECT_EQ(money_text(0), "0.00");
  EXPECT_EQ(money_text(12'500'000), "12.50");
  EXPECT_EQ(money_text(12'345'600), "12.3456");
  EXPECT_EQ(money_text(1), "0.000001");
  EXPECT_EQ(money_text(-10'000), "-0.01");
  EXPECT_EQ(money_text(INT64_MAX), "9223372036854.775807");
  EXPECT_EQ(money_text(INT64_MIN), "-9223372036854.775808");
}

TEST(Money, is_the_same_after_writing_and_reading) {
  for (MicroMoney amount : {0L, 1L, -1L, 999'999L, 1'000'000L, -19'990'000L, 123'456'789'012L})
    EXPECT_EQ(parse_money(money_text(amount)), amount);
}

TEST(ProductState, has_a_name_for_each_state) {
  for (auto state : {ProductState::active, ProductState::draft, ProductState::archived})
    EXPECT_EQ(parse_product_state(to_string(state)), state);
  EXPECT_FALSE(parse_product_state("ACTIVE"));
  EXPECT_FALSE(parse_product_state(""));
}

TEST(StoreVariant, can_be_bought_when_there_is_some_or_nobody_counts) {
  EXPECT_TRUE((StoreVariant{.id = "1"}).is_available());
  EXPECT_TRUE((StoreVariant{.id = "1", .inventory = 2}).is_available());
  EXPECT_FALSE((StoreVariant{.id = "1", .inventory = 0}).is_available());
  EXPECT_FALSE((StoreVariant{.id = "1", .inventory = -3}).is_available());
  EXPECT_TRUE(
      (StoreVariant{.id = "1", .inventory = 0, .is_sold_beyond_stock = true}).is_available());
}

}  // namespace
}  // namespace aiva
