#include "capabilities/commerce/product_finder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "capabilities/commerce/product_card.h"
#include "capabilities/commerce/testing/products_fixture.h"

namespace aiva::commerce {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;
using testing::UnorderedElementsAre;

constexpr MicroMoney one = 1'000'000;

class FinderOf : public ProductsTest {
 protected:
  void fill_shelf() {
    runner_ = add({.title = "Red Runner",
                   .description = "Light shoes for running on roads",
                   .vendor = "Fleet",
                   .type = "Shoes",
                   .tags = {"summer", "sport"},
                   .rating = 4.5,
                   .variants = {{.sku = "RUN-41",
                                 .price = 60,
                                 .inventory = 3,
                                 .options = {{"Colour", "Red"}, {"Size", "41"}}},
                                {.sku = "RUN-42",
                                 .price = 65,
                                 .before = 90,
                                 .inventory = 0,
                                 .options = {{"Colour", "Blue"}, {"Size", "42"}}}},
                   .created_at = 300});
    teapot_ = add({.title = "Clay Teapot",
                   .description = "A pot of brown clay for green tea",
                   .vendor = "Kiln",
                   .type = "Kitchen",
                   .tags = {"gift"},
                   .rating = 3,
                   .variants = {{.sku = "TEA-1", .price = 35, .inventory = 8}},
                   .created_at = 200});
    boots_ = add({.title = "Rain Boots",
                  .description = "Boots of rubber that keep water out",
                  .vendor = "Fleet",
                  .type = "Shoes",
                  .tags = {"rain"},
                  .variants = {{.sku = "BOOT-1", .price = 45, .options = {{"Size", "42"}}}},
                  .created_at = 100});
  }

  static std::string best_sku(const ProductHit& hit) { return best_variant(hit).there.sku; }

  ProductId runner_{};
  ProductId teapot_{};
  ProductId boots_{};
};

TEST_F(FinderOf, products_finds_the_ones_a_text_means) {
  fill_shelf();

  auto answer = find("light shoes for running");

  ASSERT_THAT(answer.hits, Not(IsEmpty()));
  EXPECT_EQ(answer.hits[0].product.id, runner_);
  EXPECT_EQ(answer.hits[0].score, 1);
  EXPECT_TRUE(answer.hits[0].cosine.has_value());
  EXPECT_TRUE(answer.hits[0].bm25.has_value());
  EXPECT_EQ(answer.products_searched, 3);
  EXPECT_EQ(answer.corrected, "");
}

TEST_F(FinderOf, products_shows_only_what_is_active_and_published) {
  add({.title = "Draft", .status = "draft"});
  add({.title = "Archived", .status = "archived"});
  add({.title = "Hidden", .is_published = false});
  auto gone = add({.title = "Gone"});
  add({.title = "There"});
  remove(gone);

  auto all = find(ProductQuery{});
  auto by_text = find("draft archived hidden gone there");

  EXPECT_THAT(titles_of(all), ElementsAre("There"));
  EXPECT_EQ(all.total, 1);
  EXPECT_THAT(titles_of(by_text), ElementsAre("There"));
}

TEST_F(FinderOf, products_follows_every_change_of_the_rows) {
  fill_shelf();
  EXPECT_THAT(titles_of(find("teapot of clay")), Contains("Clay Teapot"));

  add({.title = "Glass Teapot", .description = "See the tea", .vendor = "Kiln"});
  put(store_, teapot_, {.title = "Iron Teapot", .description = "A heavy one"});
  remove(boots_);

  auto all = find(ProductQuery{.sort = ProductSort::title});
  EXPECT_THAT(titles_of(all), ElementsAre("Glass Teapot", "Iron Teapot", "Red Runner"));
  auto teapots = titles_of(find("teapot"));
  EXPECT_THAT(teapots, Contains("Glass Teapot"));
  EXPECT_THAT(teapots, Not(Contains("Clay Teapot")));
  EXPECT_EQ(products_index_->size(base_), 3U);
}

TEST_F(FinderOf, products_filters_before_it_ranks) {
  fill_shelf();
  ProductQuery query{.text = "light shoes for running"};
  query.filter.price_max = 50 * one;

  auto cheap = find(query);

  EXPECT_THAT(titles_of(cheap), UnorderedElementsAre("Clay Teapot", "Rain Boots"));
  EXPECT_EQ(cheap.total, 2);
}

TEST_F(FinderOf, products_puts_the_one_with_the_code_first) {
  fill_shelf();

  auto answer = find("run-42");

  ASSERT_THAT(answer.hits, Not(IsEmpty()));
  EXPECT_EQ(answer.hits[0].product.id, runner_);
  EXPECT_EQ(answer.hits[0].score, 1);
  ASSERT_THAT(answer.hits[0].variants, SizeIs(1));
  EXPECT_EQ(best_sku(answer.hits[0]), "RUN-42");
}

TEST_F(FinderOf, products_puts_a_wrong_word_right) {
  fill_shelf();

  auto answer = find("clay teapto");

  EXPECT_EQ(answer.corrected, "clay teapot");
  ASSERT_THAT(answer.hits, Not(IsEmpty()));
  EXPECT_EQ(answer.hits[0].product.id, teapot_);
}

TEST_F(FinderOf, products_sorts_and_pages_all_that_fit) {
  fill_shelf();

  auto up = find(ProductQuery{.sort = ProductSort::price_up});
  auto down = find(ProductQuery{.sort = ProductSort::price_down});
  auto newest = find(ProductQuery{.sort = ProductSort::newest});
  auto rated = find(ProductQuery{.sort = ProductSort::rating});
  auto second = find(ProductQuery{.sort = ProductSort::price_up, .limit = 1, .offset = 1});
  auto beyond = find(ProductQuery{.offset = 100});

  EXPECT_THAT(titles_of(up), ElementsAre("Clay Teapot", "Rain Boots", "Red Runner"));
  EXPECT_THAT(titles_of(down), ElementsAre("Red Runner", "Rain Boots", "Clay Teapot"));
  EXPECT_THAT(titles_of(newest), ElementsAre("Red Runner", "Clay Teapot", "Rain Boots"));
  EXPECT_THAT(titles_of(rated), ElementsAre("Red Runner", "Clay Teapot", "Rain Boots"));
  EXPECT_THAT(titles_of(second), ElementsAre("Rain Boots"));
  EXPECT_EQ(second.total, 3);
  EXPECT_THAT(beyond.hits, IsEmpty());
  EXPECT_EQ(beyond.total, 3);
}

TEST_F(FinderOf, products_counts_facets_without_their_own_part_of_the_filter) {
  fill_shelf();
  ProductQuery query{.wants_facets = true};
  query.filter.vendors = {"fleet"};

  auto answer = find(query);

  EXPECT_EQ(answer.total, 2);
  ASSERT_TRUE(answer.facets);
  ASSERT_THAT(answer.facets->vendors, SizeIs(2));
  EXPECT_EQ(answer.facets->vendors[0].value, "Fleet");
  EXPECT_EQ(answer.facets->vendors[0].count, 2);
  EXPECT_EQ(answer.facets->vendors[1].value, "Kiln");
  ASSERT_THAT(answer.facets->types, SizeIs(1));
  EXPECT_EQ(answer.facets->types[0].value, "Shoes");
  EXPECT_EQ(answer.facets->price_least, 45 * one);
  EXPECT_EQ(answer.facets->price_most, 65 * one);
}

TEST_F(FinderOf, products_counts_facets_of_what_a_text_found) {
  fill_shelf();
  ProductQuery query{
      .text = "boots of rubber that keep water out", .wants_facets = true, .only_near = true};
  query.filter.vendors = {"Kiln"};

  auto answer = find(query);

  EXPECT_THAT(answer.hits, IsEmpty());
  ASSERT_TRUE(answer.facets);
  ASSERT_THAT(answer.facets->vendors, SizeIs(1));
  EXPECT_EQ(answer.facets->vendors[0].value, "Fleet");
  EXPECT_THAT(answer.facets->types, IsEmpty());
}

TEST_F(FinderOf, products_searches_several_bases_as_if_they_were_one) {
  fill_shelf();
  auto other = make_base("Second shop")->id;
  auto other_store = add_store(other);
  add(other_store, {.title = "Trail Shoes", .description = "Shoes for running in woods"});
  auto without_store = make_base("Manuals")->id;

  auto answer =
      find(ProductQuery{.other_bases = {other, without_store, other}, .sort = ProductSort::title});
  auto stranger_query = ProductQuery{.knowledge_base = base_};
  auto stranger_answer = sync_wait(search_->search(stranger(), std::move(stranger_query)));

  EXPECT_THAT(titles_of(answer),
              ElementsAre("Clay Teapot", "Rain Boots", "Red Runner", "Trail Shoes"));
  ASSERT_FALSE(stranger_answer);
  EXPECT_EQ(stranger_answer.error().code, ErrorCode::not_found);
}

TEST_F(FinderOf, products_finds_what_a_picture_shows) {
  fill_shelf();
  auto red = add(250, 10, 10);
  auto blue = add(10, 10, 250);
  add(10, 250, 10);  // of no product
  show_image(runner_, "red", red.id);
  show_image(boots_, "blue", blue.id);

  auto by_picture = find(ProductQuery{.picture = picture_file(240, 10, 10)});
  auto like_blue = find(ProductQuery{.like = blue.id});

  ASSERT_THAT(by_picture.hits, SizeIs(2));
  EXPECT_EQ(by_picture.hits[0].product.id, runner_);
  EXPECT_EQ(by_picture.hits[0].image_url, red.url());
  EXPECT_EQ(by_picture.hits[0].thumbnail_url, red.thumbnail_url());
  EXPECT_TRUE(by_picture.hits[0].picture_cosine.has_value());
  EXPECT_GT(by_picture.base_cost, find(ProductQuery{}).base_cost);
  ASSERT_THAT(like_blue.hits, SizeIs(2));
  EXPECT_EQ(like_blue.hits[0].product.id, boots_);
}

TEST_F(FinderOf, products_finds_by_a_text_what_pictures_show) {
  FakeImageModel clip(true);
  start(&clip);
  start_search();
  fill_shelf();
  auto green = add(10, 250, 10);
  show_image(boots_, "green", green.id);
  auto hit_of_boots = [this] {
    auto answer = find(ProductQuery{.text = "something green"});
    auto hit = std::ranges::find(answer.hits, boots_,
                                 [](const ProductHit& found) { return found.product.id; });
    return hit == answer.hits.end() ? std::optional<ProductHit>() : std::optional(*hit);
  };

  auto seen = hit_of_boots();
  ASSERT_TRUE(seen.has_value());
  EXPECT_GT(seen->picture_cosine.value_or(0), 0.9);
  EXPECT_EQ(seen->image_url, green.url());
  auto blue = find(ProductQuery{.text = "something blue"});
  for (const auto& hit : blue.hits) EXPECT_FALSE(hit.picture_cosine.has_value());

  clip.fail_with(Error{.code = ErrorCode::unavailable, .message = "Down"});
  auto unseen = hit_of_boots();
  EXPECT_FALSE(unseen && unseen->picture_cosine.has_value());

  search_.reset();
  start();
  start_search();
}

TEST_F(FinderOf, products_leaves_out_what_is_merely_nearer_than_the_rest) {
  fill_shelf();

  auto far = find(ProductQuery{.text = "zebra crossing", .only_near = true});
  auto near = find(ProductQuery{.text = "boots of rubber that keep water out", .only_near = true});

  EXPECT_THAT(far.hits, IsEmpty());
  EXPECT_THAT(titles_of(near), ElementsAre("Rain Boots"));
}

TEST_F(FinderOf, products_keeps_what_was_found_by_words_when_it_sorts) {
  fill_shelf();

  auto answer = find(ProductQuery{.text = "boots rubber", .sort = ProductSort::price_up});

  EXPECT_THAT(titles_of(answer), ElementsAre("Rain Boots"));
}

TEST_F(FinderOf, products_chooses_the_variants_that_fit) {
  fill_shelf();
  ProductQuery in_stock{.text = "light shoes for running"};
  in_stock.filter.in_stock = true;
  in_stock.filter.vendors = {"Fleet"};
  in_stock.filter.options = {{"colour", "red"}};

  auto named = find("blue runner shoes");
  auto filtered = find(in_stock);

  ASSERT_THAT(named.hits, Not(IsEmpty()));
  ASSERT_EQ(named.hits[0].product.id, runner_);
  ASSERT_THAT(named.hits[0].variants, SizeIs(1));
  EXPECT_EQ(best_sku(named.hits[0]), "RUN-42");
  ASSERT_THAT(filtered.hits, SizeIs(1));
  ASSERT_THAT(filtered.hits[0].variants, SizeIs(1));
  EXPECT_EQ(best_sku(filtered.hits[0]), "RUN-41");
}

TEST_F(FinderOf, products_wants_one_variant_to_fit_all_parts) {
  fill_shelf();
  ProductQuery query;
  query.filter.options = {{"Colour", "Blue"}};
  query.filter.in_stock = true;

  EXPECT_THAT(find(query).hits, IsEmpty());
  query.filter.in_stock = false;
  EXPECT_THAT(titles_of(find(query)), ElementsAre("Red Runner"));
  query.filter.on_sale = true;
  EXPECT_THAT(titles_of(find(query)), ElementsAre("Red Runner"));
}

TEST_F(FinderOf, products_shows_the_shops_own_image_where_none_is_kept) {
  fill_shelf();
  auto product = add({.title = "Cup", .variants = {{.sku = "CUP-1", .image = "two"}}});
  show_image(product, "one", {}, 1, "pending");
  show_image(product, "two", {}, 2, "failed");

  auto answer = find("cup-1");

  ASSERT_THAT(answer.hits, Not(IsEmpty()));
  EXPECT_EQ(answer.hits[0].image_url, "https://shop.example/two.jpg");
  EXPECT_EQ(answer.hits[0].thumbnail_url, "https://shop.example/two.jpg");
}

TEST_F(FinderOf, products_charges_a_search_once_unless_its_caller_does) {
  fill_shelf();

  auto unbilled = find(ProductQuery{.text = "shoes", .is_billed = false});
  auto before = number("SELECT COUNT(*) FROM credit_transactions");
  auto billed = find("shoes");

  EXPECT_GE(unbilled.base_cost, 500);
  EXPECT_EQ(before, 0);
  EXPECT_EQ(number("SELECT COUNT(*) FROM credit_transactions WHERE operation = "
                   "'product_search'"),
            1);
  EXPECT_EQ(billed.base_cost, unbilled.base_cost);
}

TEST_F(FinderOf, products_tells_which_bases_have_any) {
  auto other = make_base("Manuals")->id;
  EXPECT_THAT(*sync_wait(search_->with_products(context(), {base_, other})), IsEmpty());
  add({.title = "Draft", .status = "draft"});
  EXPECT_THAT(*sync_wait(search_->with_products(context(), {base_, other})), IsEmpty());

  add({.title = "Cup"});

  EXPECT_THAT(*sync_wait(search_->with_products(context(), {base_, other})), ElementsAre(base_));
  EXPECT_THAT(*sync_wait(search_->with_products(stranger(), {base_, other})), IsEmpty());
}

TEST_F(FinderOf, products_forgets_a_store_that_was_exchanged) {
  fill_shelf();
  ASSERT_THAT(find("shoes").hits, Not(IsEmpty()));
  write_rows([&](SqlSession& sql) -> Result<void> {
    TRY_VOID(sql.execute("DELETE FROM stores WHERE id = ?", {store_}));
    return {};
  });
  EXPECT_THAT(find("shoes").hits, IsEmpty());

  store_ = add_store(base_);
  add({.title = "Lamp", .description = "It gives light"});

  EXPECT_THAT(titles_of(find(ProductQuery{})), ElementsAre("Lamp"));
  EXPECT_THAT(titles_of(find("shoes that give light")), ElementsAre("Lamp"));
}

TEST_F(FinderOf, products_makes_an_index_of_other_rows_anew) {
  fill_shelf();
  ASSERT_THAT(find("shoes").hits, Not(IsEmpty()));
  start_search();  // a process that knows nothing of the store before
  write_rows([&](SqlSession& sql) -> Result<void> {
    TRY_VOID(sql.execute("DELETE FROM products WHERE id = ?", {boots_}));
    TRY_VOID(sql.execute("DELETE FROM product_changes WHERE product_id = ?", {boots_}));
    return {};
  });

  auto answer = find("boots of rubber");

  EXPECT_THAT(titles_of(answer), Not(Contains("Rain Boots")));
  EXPECT_EQ(products_index_->size(base_), 2U);
}

TEST_F(FinderOf, products_finds_by_words_what_has_no_vector) {
  add({.title = "Cup", .description = "Blue porcelain", .has_vector = false});

  auto answer = find("porcelain");

  ASSERT_THAT(answer.hits, SizeIs(1));
  EXPECT_FALSE(answer.hits[0].cosine);
}

TEST_F(FinderOf, products_knows_them_by_their_names) {
  fill_shelf();
  auto runner = find("run-41").hits.at(0).product;

  auto named = sync_wait(search_->named(
      context(), {base_},
      {"tea-1", runner.variants[1].id.to_string(), boots_.to_string(), "red-runner", "none"}));
  auto strange = sync_wait(search_->named(stranger(), {base_}, {"TEA-1"}));

  ASSERT_TRUE(named);
  ASSERT_THAT(*named, SizeIs(3));
  EXPECT_EQ(named->at(0).id, teapot_);
  EXPECT_EQ(named->at(1).id, runner_);
  EXPECT_EQ(named->at(2).id, boots_);
  ASSERT_TRUE(strange);
  EXPECT_THAT(*strange, IsEmpty());
}

TEST_F(FinderOf, products_refuses_what_is_out_of_bounds) {
  auto code_of = [&](ProductQuery query) {
    query.knowledge_base = base_;
    auto answer = sync_wait(search_->search(context(), std::move(query)));
    return answer ? std::optional<ErrorCode>() : std::optional(answer.error().code);
  };
  ProductQuery wrong_price;
  wrong_price.filter.price_min = 2;
  wrong_price.filter.price_max = 1;
  ProductQuery wrong_tag;
  wrong_tag.filter.tags = {""};
  ProductQuery wrong_rating;
  wrong_rating.filter.rating_min = std::numeric_limits<double>::quiet_NaN();

  EXPECT_EQ(code_of({.limit = 0}), ErrorCode::invalid);
  EXPECT_EQ(code_of({.offset = 10'001}), ErrorCode::invalid);
  EXPECT_EQ(code_of({.text = std::string(2001, 'a')}), ErrorCode::invalid);
  EXPECT_EQ(code_of({.text = "\xFF"}), ErrorCode::invalid);
  EXPECT_EQ(code_of(wrong_price), ErrorCode::invalid);
  EXPECT_EQ(code_of(wrong_tag), ErrorCode::invalid);
  EXPECT_EQ(code_of(wrong_rating), ErrorCode::invalid);
  EXPECT_EQ(code_of({}), std::nullopt);
}

TEST_F(FinderOf, products_keeps_the_shelf_used_last_whatever_it_takes) {
  fill_shelf();
  shelf_bytes_max_ = 1;
  start_search();
  auto other = make_base("Second shop")->id;
  add(add_store(other), {.title = "Trail Shoes"});

  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(find(ProductQuery{}).total, 3);
    EXPECT_EQ(find(ProductQuery{.knowledge_base = other}).total, 1);
  }
}

}  // namespace
}  // namespace aiva::commerce
