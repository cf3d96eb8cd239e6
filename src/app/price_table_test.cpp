#include "app/price_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ports/testing/temporary_folder.h"

namespace aiva::app {
namespace {

using testing::HasSubstr;

std::string mistakes_of(std::string_view text) {
  auto prices = read_prices(text);
  if (prices) return "none";
  auto said = prices.error().message;
  for (const auto& detail : prices.error().details)
    said += "; " + detail.field + " " + detail.message;
  return said;
}

TEST(PriceTable, of_the_program_is_the_file_in_the_repository) {
  EXPECT_EQ(read_whole_file("config/prices.toml"), prices_toml);
}

TEST(PriceTable, states_the_habits_that_plans_reckon_with) {
  auto prices = read_prices("");

  ASSERT_TRUE(prices) << mistakes_of("");
  const planning::Habits defaults;
  EXPECT_EQ(prices->currency, "USD");
  EXPECT_DOUBLE_EQ(prices->habits.turns_a_minute, defaults.turns_a_minute);
  EXPECT_DOUBLE_EQ(prices->habits.chunk_index_bytes, defaults.chunk_index_bytes);
  EXPECT_DOUBLE_EQ(prices->habits.calls_a_bridge, defaults.calls_a_bridge);
  EXPECT_DOUBLE_EQ(prices->machines.front().cores, 1);
  EXPECT_DOUBLE_EQ(prices->machines.back().cores, 32);
  EXPECT_EQ(prices->model_tiers.size(), 4U);
}

TEST(PriceTable, changes_what_a_file_names_and_nothing_else) {
  auto prices = read_prices(
      "currency = \"EUR\"\n[prices]\ndisk_gb = 0.05\n[habits]\nbusy_hours = 12\n"
      "[[machines]]\nname = \"big\"\ncores = 64\nmemory_gb = 256\nmonth = 200\n"
      "[[machines]]\nname = \"box\"\ncores = 8\nmemory_gb = 64\nmonth = 45\n");

  ASSERT_TRUE(prices);
  EXPECT_EQ(prices->currency, "EUR");
  EXPECT_DOUBLE_EQ(prices->disk_gb, 0.05);
  EXPECT_DOUBLE_EQ(prices->object_gb, 0.023);
  EXPECT_DOUBLE_EQ(prices->habits.busy_hours, 12);
  ASSERT_EQ(prices->machines.size(), 2U);
  EXPECT_EQ(prices->machines[0].name, "box");
}

TEST(PriceTable, names_every_mistake) {
  struct Case {
    std::string_view text;
    std::string_view mistake;
  };
  const Case cases[] = {
      {"[prices]\ndisk = 1\n", "prices.disk is not known here"},
      {"[prices]\ndisk_gb = \"1\"\n", "prices.disk_gb must be a number"},
      {"[habits]\nbusy_hours = 25\n", "habits.busy_hours is out of range"},
      {"[habits]\nbusy_share = -0.1\n", "habits.busy_share is out of range"},
      {"[habits]\nbusy_share = nan\n", "habits.busy_share is out of range"},
      {"habits = 3\n", "habits must be a table"},
      {"machines = []\n", "machines must name at least one machine"},
      {"machines = [1]\n", "machines[0] must be a table"},
      {"[[machines]]\ncores = 1\n", "machines[0].name is required"},
      {"[[models]]\nmodel = \"\"\n", "models[0].model must not be empty"},
      {"[[models]]\nmodel = \"m\"\ninput = 1\n", "models[0].input is not known here"},
      {"price = 1\n", "price is not known here"},
      {"[prices\n", "The price table is not TOML: line 1"},
  };
  for (const auto& wrong : cases)
    EXPECT_THAT(mistakes_of(wrong.text), HasSubstr(wrong.mistake)) << wrong.text;
}

TEST(PriceTable, comes_out_of_a_file_that_is_named_in_mistakes) {
  TemporaryFolder folder;

  EXPECT_TRUE(load_prices(folder.write("good.toml", "currency = \"CHF\"\n")));
  auto bad = load_prices(folder.write("bad.toml", "price = 1\n"));
  auto none = load_prices(folder.path() / "none.toml");

  EXPECT_FALSE(load_prices(folder.path()));  // a folder
  ASSERT_FALSE(bad);
  EXPECT_THAT(bad.error().message, HasSubstr("bad.toml"));
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().code, ErrorCode::not_found);
}

}  // namespace
}  // namespace aiva::app
