#include "adapters/product_feed/internal/feed.h"

#include <gtest/gtest.h>

#include <string>

#include "adapters/product_feed/internal/item.h"

namespace aiva::product_feed {
namespace {

std::string failure_of(std::string_view content, FeedLimits limits = {}) {
  auto feed = read_feed(content, limits);
  return feed ? std::string() : feed.error().message;
}

TEST(Price, is_read_as_people_write_it) {
  struct Case {
    std::string_view text;
    MicroMoney amount;
    std::string_view currency;
  };
  for (const Case& test : {
           Case{"12.50", 12'500'000, ""},
           Case{"12", 12'000'000, ""},
           Case{"12,50 €", 12'500'000, "EUR"},
           Case{"EUR 1.299,00", 1'299'000'000, "EUR"},
           Case{"1,299.00 USD", 1'299'000'000, "USD"},
           Case{"$1,299", 1'299'000'000, "USD"},
           Case{"1 299,5 SEK", 1'299'500'000, "SEK"},
           Case{"1.234.567", 1'234'567'000'000, ""},
           Case{"CHF 1'299.90", 1'299'900'000, "CHF"},
           Case{".99", 990'000, ""},
       }) {
    auto price = parse_price(test.text);
    ASSERT_TRUE(price) << test.text;
    EXPECT_EQ(price->amount, test.amount) << test.text;
    EXPECT_EQ(price->currency, test.currency) << test.text;
  }
  for (std::string_view text : {"", "abc", "EUR", "-5", "1-2", "1e5", "12 apples"})
    EXPECT_FALSE(parse_price(text)) << text;
}

TEST(Feed, is_read_from_shopifys_export) {
  auto feed = read_feed(
      "Handle,Title,Body (HTML),Vendor,Type,Tags,Published,Option1 Name,Option1 Value,"
      "Option2 Name,Option2 Value,Variant SKU,Variant Price,Variant Compare At Price,"
      "Variant Inventory Tracker,Variant Inventory Qty,Variant Inventory Policy,Image Src,"
      "Image Position,Image Alt Text,Variant Image,Status,"
      "Fabric (product.metafields.custom.fabric)\n"
      "tee,Tee,\"<p>Soft &amp; light</p>\",Kestrel,Shirts,\"new, sale\",TRUE,Size,S,Color,Red,T-1,"
      "19.99,25.00,shopify,4,deny,https://a/1.jpg,1,Front,https://a/2.jpg,active,Cotton\n"
      "tee,,,,,,,,M,,Red,T-2,20.99,,shopify,0,continue,https://a/2.jpg,2,,,,\n"
      "tee,,,,,,,,,,,,,,,,,https://a/3.jpg,3,,,,\n"
      "mug,Mug,,,,,FALSE,Title,Default Title,,,M-1,5,,,7,deny,,,,,draft,\n",
      {});

  ASSERT_TRUE(feed) << feed.error().message;
  ASSERT_EQ(feed->products.size(), 2U);
  const auto& tee = feed->products[0];
  EXPECT_EQ(tee.id, "tee");
  EXPECT_EQ(tee.handle, "tee");
  EXPECT_EQ(tee.description, "Soft & light");
  EXPECT_EQ(tee.tags, (std::vector<std::string>{"new", "sale"}));
  EXPECT_EQ(tee.images.size(), 3U);
  EXPECT_EQ(tee.images[0].alt, "Front");
  ASSERT_EQ(tee.metafields.size(), 1U);
  EXPECT_EQ(tee.metafields[0].key, "custom.fabric");
  ASSERT_EQ(tee.variants.size(), 2U);
  EXPECT_EQ(tee.variants[0].id, "tee/S/Red");
  EXPECT_EQ(tee.variants[0].title, "S / Red");
  EXPECT_EQ(tee.variants[0].price, 19'990'000);
  EXPECT_EQ(tee.variants[0].compare_at_price, 25'000'000);
  EXPECT_EQ(tee.variants[0].inventory, 4);
  EXPECT_EQ(tee.variants[0].image_id, tee.images[1].id);
  EXPECT_EQ(tee.variants[1].options[0], (ChosenOption{"Size", "M"}));
  EXPECT_TRUE(tee.variants[1].is_sold_beyond_stock);
  const auto& mug = feed->products[1];
  EXPECT_EQ(mug.state, ProductState::draft);
  EXPECT_FALSE(mug.is_published);
  EXPECT_FALSE(mug.variants[0].inventory);  // nobody tracks it
}

TEST(Feed, is_read_from_a_plain_table) {
  auto feed = read_feed(
      "\xEF\xBB\xBFid;title;description;price;sale_price;link;image_link;additional_image_link;"
      "g:item_group_id;color;availability;stock;brand;collection;rating;review_count;care\n"
      "1;Lamp;\"Two lines\nof text\";20.00 EUR;;https://a/lamp;https://a/l.jpg;"
      "\"https://a/m.jpg,https://a/n.jpg\";;;in_stock;;Umbra;\"Light|Home\";4.5;12;Wipe\n"
      "2;Chair;;100 EUR;80 EUR;;;;chair;Oak;out of stock;;;;;;\n"
      "3;Chair;;100 EUR;;;;;chair;Steel;;7;;;;;\n",
      {});

  ASSERT_TRUE(feed) << feed.error().message;
  EXPECT_EQ(feed->currency, "EUR");
  ASSERT_EQ(feed->products.size(), 2U);
  const auto& lamp = feed->products[0];
  EXPECT_EQ(lamp.description, "Two lines\nof text");
  EXPECT_EQ(lamp.url, "https://a/lamp");
  EXPECT_EQ(lamp.images.size(), 3U);
  EXPECT_EQ(lamp.vendor, "Umbra");
  EXPECT_EQ(lamp.rating, 4.5);
  EXPECT_EQ(lamp.rating_count, 12);
  EXPECT_EQ(lamp.collections.size(), 2U);
  EXPECT_EQ(lamp.metafields[0].key, "care");
  EXPECT_TRUE(lamp.variants[0].is_available());
  const auto& chair = feed->products[1];
  EXPECT_EQ(chair.id, "chair");
  ASSERT_EQ(chair.variants.size(), 2U);
  EXPECT_EQ(chair.variants[0].price, 80'000'000);
  EXPECT_EQ(chair.variants[0].compare_at_price, 100'000'000);
  EXPECT_FALSE(chair.variants[0].is_available());
  EXPECT_EQ(chair.variants[1].options[0], (ChosenOption{"Color", "Steel"}));
  EXPECT_EQ(chair.variants[1].inventory, 7);
  EXPECT_EQ(feed->places.at("chair"), 1U);
  ASSERT_EQ(feed->collections.size(), 2U);
  EXPECT_EQ(feed->collections[0].id, "Home");
}

TEST(Feed, is_read_from_json_of_both_shapes) {
  auto plain = read_feed(
      R"([{"id":1,"title":"Mug","price":5.5,"currency":"EUR","images":["https://a/1.png",
          {"url":"https://a/2.png","alt":"Side"}],"tags":["a","b"],"stock":3,
          "attributes":{"care":"Dishwasher"},"updated_at":"2025-11-03T08:15:30+01:00"},
         {"id":"tee","title":"Tee","price":"20","variants":[
          {"options":{"Size":"S"},"sku":"T","stock":0},{"id":"t-m","price":21,"available":true,
           "options":{"Size":"M"}}]}])",
      {});
  auto shopify = read_feed(
      R"({"products":[{"id":8012,"title":"Tee","handle":"tee","body_html":"<p>x</p>",
          "published_at":"2025-01-01T00:00:00-05:00","vendor":"K","product_type":"Shirts",
          "tags":["new"],"options":[{"name":"Size","position":1,"values":["S"]}],
          "images":[{"id":1,"src":"https://a/1.png","position":1}],
          "variants":[{"id":44,"title":"S","option1":"S","option2":null,"sku":"T-1",
           "price":"19.99","compare_at_price":null,"available":false,
           "featured_image":{"src":"https://a/1.png"}}]}]})",
      {});

  ASSERT_TRUE(plain) << plain.error().message;
  ASSERT_EQ(plain->products.size(), 2U);
  EXPECT_EQ(plain->products[0].id, "1");
  EXPECT_EQ(plain->products[0].variants[0].price, 5'500'000);
  EXPECT_EQ(plain->products[0].variants[0].inventory, 3);
  EXPECT_EQ(plain->products[0].images[1].alt, "Side");
  EXPECT_EQ(plain->products[0].metafields[0].value, "Dishwasher");
  EXPECT_EQ(plain->products[0].updated_at, 1762154130000);
  EXPECT_EQ(plain->products[1].variants[0].id, "tee/S");
  EXPECT_EQ(plain->products[1].variants[0].price, 20'000'000);
  EXPECT_EQ(plain->products[1].variants[1].id, "t-m");
  EXPECT_TRUE(plain->products[1].variants[1].is_available());
  ASSERT_TRUE(shopify) << shopify.error().message;
  const auto& tee = shopify->products.at(0);
  EXPECT_EQ(tee.id, "8012");
  EXPECT_TRUE(tee.is_published);
  EXPECT_EQ(tee.variants[0].id, "44");
  EXPECT_EQ(tee.variants[0].options[0], (ChosenOption{"Size", "S"}));
  EXPECT_EQ(tee.variants[0].image_id, tee.images[0].id);
  EXPECT_FALSE(tee.variants[0].is_available());
}

TEST(Feed, names_the_place_of_a_mistake) {
  EXPECT_EQ(failure_of("id,title,price\n1,Mug,5\n2,Tee,cheap\n"),
            "Line 3, column price: “cheap” is not a price");
  EXPECT_EQ(failure_of("id,title,price,stock\n1,Mug,5,many\n"),
            "Line 2, column stock: “many” is not a whole number");
  EXPECT_EQ(failure_of("id,title,price\n1,Mug,5\n1,Tee,6\n"), "Line 3, column id: “1” comes twice");
  EXPECT_EQ(failure_of("id,title,price\n1,,5\n"), "Line 2, column title: is missing");
  EXPECT_EQ(failure_of("id,title,price\n,Mug,5\n"), "Line 2, column id: is missing");
  EXPECT_EQ(failure_of("id,title\n1,Mug\n"),
            "Line 1: there is no column “price” among the columns");
  EXPECT_EQ(failure_of("id,title,price\n1,Mug,5 EUR\n2,Tee,6 USD\n"),
            "Line 3, column price: “USD” is another currency than EUR before it");
  EXPECT_EQ(failure_of("id,title,price\n1,Mug,5,6\n"), "Line 2 has 4 columns instead of 3");
  EXPECT_EQ(failure_of("id,title,price,image\n1,Mug,5,file:///etc/passwd\n"),
            "Line 2, column image: “file:///etc/passwd” is not an address (https://…)");
  EXPECT_EQ(failure_of("Handle,Title,Variant Price\n,Mug,5\n"),
            "Line 2, column Handle: is missing");
  EXPECT_EQ(failure_of(R"([{"id":1,"title":"A","price":1},{"id":2,"title":"B","price":"x"}])"),
            "products[1].price: “x” is not a price");
  EXPECT_EQ(failure_of(R"([{"id":1,"title":"A","variants":[{"price":"?"}]}])"),
            "products[0].variants[0].price: “?” is not a price");
}

TEST(Feed, refuses_what_is_no_feed) {
  for (std::string_view content : {"", "\n\n", "{}", "[1]", "{\"products\":{}}", "[{}]", "[",
                                   "id,title,price\n1,\"Mug,5\n", "\xff\xfe\x00"})
    EXPECT_FALSE(failure_of(content).empty()) << content;
  EXPECT_TRUE(failure_of("id,title,price\n1,Mug,5\n", {.bytes_max = 10}).contains("bytes"));
  EXPECT_TRUE(
      failure_of("id,title,price\n1,A,5\n2,B,5\n", {.products_max = 1}).contains("more than 1"));
  EXPECT_FALSE(failure_of(std::string(100, '[')).empty());
}

TEST(Feed, may_have_no_products) {
  EXPECT_EQ(failure_of("id,title,price\n"), "");
  EXPECT_EQ(failure_of("[]"), "");
}

TEST(Feed, has_no_more_of_anything_than_can_be_added_up) {
  std::string columns = "id,title,price,stock\n";
  EXPECT_EQ(failure_of(columns + "1,A,5,1000000000\n2,B,5,-1000000000\n"), "");
  for (std::string stock : {"1000000001", "-1000000001", "9223372036854775807"})
    EXPECT_TRUE(failure_of(columns + "1,A,5," + stock + "\n").contains("column stock")) << stock;
}

// A name of a column stands with each product, and a short row is a whole variant.
TEST(Feed, is_no_larger_in_memory_than_it_may_be) {
  FeedLimits limits{.memory_bytes_max = 1024 * 1024};
  std::string names = "id,title,price";
  std::string cells;
  for (int i = 0; i < 100; ++i) {
    names += ",c" + std::to_string(i) + std::string(500, 'x');
    cells += ",y";
  }
  std::string table = names + "\n";
  for (int i = 0; i < 50; ++i) table += std::to_string(i) + ",A,5" + cells + "\n";
  EXPECT_TRUE(failure_of(table, limits).contains("more text and variants"));
  EXPECT_EQ(failure_of(table), "");

  std::string variants;
  for (int i = 0; i < 2000; ++i) variants += std::string(i == 0 ? "" : ",") + R"({"price":1})";
  std::string list;
  for (int i = 0; i < 5; ++i)
    list += std::string(i == 0 ? "" : ",") + R"({"id":)" + std::to_string(i) +
            R"(,"title":"A","variants":[)" + variants + "]}";
  EXPECT_TRUE(failure_of("[" + list + "]", limits).contains("more text and variants"));
  EXPECT_EQ(failure_of("[" + list + "]"), "");
  EXPECT_TRUE(failure_of("[0" + std::string(20'000'002, ',') + "]").contains("too many values"));
}

}  // namespace
}  // namespace aiva::product_feed
