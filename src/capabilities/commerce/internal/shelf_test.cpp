#include "capabilities/commerce/internal/shelf.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "capabilities/commerce/internal/folded.h"
#include "capabilities/commerce/internal/shelf_facets.h"
#include "capabilities/commerce/internal/shelf_filter.h"
#include "capabilities/commerce/internal/shelf_order.h"

namespace aiva::commerce {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

constexpr MicroMoney one = 1'000'000;

class ShelfOf : public testing::Test {
 protected:
  ShelfPointer shelf(const std::vector<ShelfProduct>& products, ShelfPointer from = nullptr,
                     const std::vector<ProductId>& gone = {}) {
    auto version = from == nullptr ? 1 : from->version() + 1;
    ShelfBuilder builder(std::move(from), analyzer_);
    for (const auto& product : products) builder.put(product);
    for (auto id : gone) builder.remove(id);
    return builder.finish(store_, version);
  }
  static ShelfProduct product(std::string title, std::vector<ShelfVariant> variants = {{}}) {
    return {.id = ProductId::make(), .title = std::move(title), .variants = std::move(variants)};
  }
  static std::vector<ProductId> fitting(const ShelfPointer& of, const ProductFilter& filter) {
    std::vector<ProductId> ids;
    ShelfView view(of, filter);
    for (const auto& pick : all_fitting(std::span(&view, 1))) ids.push_back(of->id_at(pick.place));
    return ids;
  }

  retrieval::Analyzer analyzer_;
  StoreId store_ = StoreId::make();
};

TEST_F(ShelfOf, products_keeps_what_did_not_change) {
  std::vector<ShelfProduct> products;
  for (int i = 0; i < 3000; ++i) {
    auto& made = products.emplace_back(product("Thing " + std::to_string(i)));
    made.vendor = i % 2 == 0 ? "Even" : "Odd";
  }
  auto before = shelf(products);
  auto changed = products[1];
  changed.vendor = "Other";

  auto after = shelf({changed, product("New one")}, before, {products[0].id});

  EXPECT_EQ(before->size(), 3000U);
  EXPECT_EQ(after->size(), 3000U);
  EXPECT_EQ(after->version(), 2);
  EXPECT_FALSE(after->place_of(products[0].id));
  for (std::size_t i = 1; i < products.size(); ++i) {
    auto place = after->place_of(products[i].id);
    ASSERT_TRUE(place);
    EXPECT_EQ(after->id_at(*place), products[i].id);
  }
  EXPECT_THAT(fitting(after, {.vendors = {"other"}}), ElementsAre(changed.id));
  EXPECT_THAT(fitting(after, {.vendors = {"even"}}), SizeIs(1499));
  EXPECT_THAT(fitting(before, {.vendors = {"other"}}), IsEmpty());
  EXPECT_TRUE(after->vocabulary().has("new"));
  EXPECT_FALSE(before->vocabulary().has("new"));
}

TEST_F(ShelfOf, products_puts_one_twice_in_its_own_place) {
  auto made = product("Cup");
  made.tags = {"old"};
  auto again = made;
  again.tags = {"new"};

  auto after = shelf({made, again});

  EXPECT_EQ(after->size(), 1U);
  EXPECT_THAT(fitting(after, {.tags = {"new"}}), ElementsAre(made.id));
  EXPECT_THAT(fitting(after, {.tags = {"old"}}), IsEmpty());
}

TEST_F(ShelfOf, products_filters_by_what_they_are) {
  auto made = product("Cup");
  made.vendor = "Kiln & Co";
  made.product_type = "Kitchen";
  made.tags = {"Gift", "Summer"};
  made.collections = {{.id = "gid://1", .title = "New arrivals"}};
  made.rating = 4.0;
  auto of = shelf({made, product("Plain")});

  EXPECT_THAT(fitting(of, {.vendors = {" KILN & CO"}}), ElementsAre(made.id));
  EXPECT_THAT(fitting(of, {.vendors = {"nobody", "kiln & co"}}), ElementsAre(made.id));
  EXPECT_THAT(fitting(of, {.types = {"kitchen"}}), ElementsAre(made.id));
  EXPECT_THAT(fitting(of, {.tags = {"gift", "summer"}}), ElementsAre(made.id));
  EXPECT_THAT(fitting(of, {.tags = {"gift", "winter"}}), IsEmpty());
  EXPECT_THAT(fitting(of, {.collections = {"new arrivals"}}), ElementsAre(made.id));
  EXPECT_THAT(fitting(of, {.collections = {"gid://1"}}), ElementsAre(made.id));
  EXPECT_THAT(fitting(of, {.rating_min = 4.0}), ElementsAre(made.id));
  EXPECT_THAT(fitting(of, {.rating_min = 4.1}), IsEmpty());
  EXPECT_THAT(fitting(of, {.vendors = {"nobody"}}), IsEmpty());
  EXPECT_THAT(fitting(of, {}), SizeIs(2));
}

TEST_F(ShelfOf, products_wants_one_variant_to_fit_every_part) {
  ShelfVariant small{
      .price = 10 * one, .is_available = false, .options = {{"Size", "S"}, {"Colour", "Red"}}};
  ShelfVariant large{.price = 20 * one,
                     .compare_at_price = 30 * one,
                     .options = {{"Size", "L"}, {"Colour", "Red"}}};
  auto made = product("Shirt", {small, large});
  auto of = shelf({made});

  EXPECT_THAT(fitting(of, {.options = {{"size", "s"}}}), SizeIs(1));
  EXPECT_THAT(fitting(of, {.in_stock = true, .options = {{"size", "s"}}}), IsEmpty());
  EXPECT_THAT(fitting(of, {.price_max = 15 * one, .in_stock = true}), IsEmpty());
  EXPECT_THAT(fitting(of, {.on_sale = true, .options = {{"Size", "L"}, {"Size", "S"}}}), SizeIs(1));
  EXPECT_THAT(fitting(of, {.options = {{"Size", "L"}, {"Colour", "Blue"}}}), IsEmpty());
  EXPECT_THAT(fitting(of, {.options = {{"Fabric", "Silk"}}}), IsEmpty());
}

TEST_F(ShelfOf, products_counts_each_value_without_its_own_part) {
  ShelfVariant red{.price = 10 * one, .options = {{"Colour", "Red"}}};
  ShelfVariant blue{.price = 20 * one, .is_available = false, .options = {{"Colour", "Blue"}}};
  auto shirt = product("Shirt", {red, blue});
  shirt.vendor = "A";
  shirt.tags = {"x", "y"};
  auto hat = product("Hat", {blue});
  hat.vendor = "B";
  hat.tags = {"x"};
  auto of = shelf({shirt, hat});
  ProductFilter filter{.vendors = {"A"}, .options = {{"Colour", "Red"}}};
  ShelfView view(of, filter);

  auto facets = count_facets(std::span(&view, 1), nullptr);

  ASSERT_THAT(facets.vendors, SizeIs(1));  // the hat has no red variant
  EXPECT_EQ(facets.vendors[0].value, "A");
  ASSERT_THAT(facets.tags, SizeIs(2));
  ASSERT_THAT(facets.options, SizeIs(1));
  EXPECT_EQ(facets.options[0].name, "Colour");
  ASSERT_THAT(facets.options[0].values, SizeIs(2));
  EXPECT_EQ(facets.options[0].values[0].value, "Blue");
  EXPECT_EQ(facets.options[0].values[0].count, 1);
  EXPECT_EQ(facets.options[0].values[1].count, 1);
  EXPECT_EQ(facets.price_least, 10 * one);
  EXPECT_EQ(facets.price_most, 10 * one);
  EXPECT_EQ(facets.in_stock, 1);
  EXPECT_EQ(facets.out_of_stock, 0);
}

TEST_F(ShelfOf, products_counts_only_those_that_were_found) {
  auto shirt = product("Shirt");
  shirt.vendor = "A";
  auto hat = product("Hat");
  hat.vendor = "B";
  auto of = shelf({shirt, hat});
  ShelfView view(of, {});
  PlaceSets among;
  among.emplace_back(view.fitting.size(), false);
  among[0][*of->place_of(hat.id)] = true;

  auto facets = count_facets(std::span(&view, 1), &among);

  ASSERT_THAT(facets.vendors, SizeIs(1));
  EXPECT_EQ(facets.vendors[0].value, "B");
}

TEST_F(ShelfOf, products_sorts_by_the_price_of_variants_that_fit) {
  ShelfVariant cheap_small{.price = 5 * one, .options = {{"Size", "S"}}};
  ShelfVariant dear_large{.price = 50 * one, .options = {{"Size", "L"}}};
  ShelfVariant large{.price = 20 * one, .options = {{"Size", "L"}}};
  auto both = product("Both", {cheap_small, dear_large});
  auto single = product("Single", {large});
  auto of = shelf({both, single});
  ShelfView all(of, {});
  ShelfView only_large(of, {.options = {{"Size", "L"}}});
  auto sorted = [&](ShelfView& view) {
    auto picks = all_fitting(std::span(&view, 1));
    sort_picks(std::span(&view, 1), ProductSort::price_up, picks.size(), picks);
    return of->id_at(picks.front().place);
  };

  EXPECT_EQ(sorted(all), both.id);
  EXPECT_EQ(sorted(only_large), single.id);
}

TEST_F(ShelfOf, products_are_known_by_their_codes) {
  auto made = product("Cup", {{.sku = "CUP-1", .barcode = "4006381333931"}});
  made.handle = "a-cup";
  auto of = shelf({product("Other"), made});
  auto rows = [&](std::string_view code) { return of->block(0).with_code(code_key(code)); };

  EXPECT_THAT(rows("cup-1"), ElementsAre(row_of(*of->place_of(made.id))));
  EXPECT_THAT(rows("4006381333931 "), SizeIs(1));
  EXPECT_THAT(rows("A-CUP"), SizeIs(1));
  EXPECT_THAT(rows("cup"), IsEmpty());
}

TEST_F(ShelfOf, products_without_a_variant_fit_nothing) {
  auto of = shelf({product("Nothing", {})});

  EXPECT_EQ(of->size(), 1U);
  EXPECT_THAT(fitting(of, {.price_min = 0}), IsEmpty());
  EXPECT_THAT(fitting(of, {}), IsEmpty());
}

}  // namespace
}  // namespace aiva::commerce
