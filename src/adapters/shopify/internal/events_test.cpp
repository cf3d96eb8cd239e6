#include "adapters/shopify/internal/events.h"

#include <gtest/gtest.h>

#include <string>

#include "foundation/crypto.h"

namespace aiva::shopify {
namespace {

using Kind = StoreEvent::Kind;

std::vector<HttpHeader> headers_of(const std::string& topic, const std::string& body,
                                   const std::string& secret) {
  auto digest = hmac_sha256(secret, body);
  std::string bytes(digest.begin(), digest.end());
  return {{"X-Shopify-Topic", topic},
          {"X-Shopify-Hmac-Sha256", to_base64(bytes)},
          {"X-Shopify-Shop-Domain", "my-shop.myshopify.com"},
          {"X-Shopify-Webhook-Id", "delivery-1"},
          {"X-Shopify-Event-Id", "event-1"},
          {"X-Shopify-Triggered-At", "2025-11-03T08:15:30.123Z"}};
}

Result<StoreEvent> read(const std::string& topic, const std::string& body) {
  return read_event(headers_of(topic, body, "secret"), body, "secret");
}

TEST(ShopEvent, is_read_with_what_it_is_about) {
  auto changed = read("products/update", R"({"id":8012345000033,"title":"x"})");
  auto deleted = read("products/delete", R"({"id":8012345000033})");
  auto stock = read("inventory_levels/update", R"({"inventory_item_id":46,"available":-2})");
  auto order = read("orders/create", R"({"id":5412345000033})");
  auto renamed = read("collections/update", R"({"id":412345000033,"title":"Summer"})");
  auto without = read("collections/delete", R"({"id":412345000033})");
  auto redact = read("customers/redact", R"({"shop_domain":"my-shop.myshopify.com",
                                             "customer":{"email":"ada@example.com"}})");
  std::string shop = R"({"shop_id":1,"shop_domain":"my-shop.myshopify.com"})";

  ASSERT_TRUE(changed && deleted && stock && order && renamed && without && redact);
  EXPECT_EQ(changed->kind, Kind::product_changed);
  EXPECT_EQ(changed->product_id, "8012345000033");
  EXPECT_EQ(changed->delivery, "delivery-1");
  EXPECT_EQ(changed->domain, "my-shop.myshopify.com");
  EXPECT_EQ(changed->triggered_at, 1762157730123);
  EXPECT_EQ(deleted->kind, Kind::product_deleted);
  EXPECT_EQ(stock->kind, Kind::inventory_changed);
  EXPECT_EQ(stock->inventory_item_id, "46");
  EXPECT_EQ(stock->available, -2);
  EXPECT_EQ(order->kind, Kind::order_changed);
  EXPECT_EQ(order->order_id, "5412345000033");
  EXPECT_EQ(renamed->kind, Kind::collection_changed);
  EXPECT_EQ(renamed->collection.id, "412345000033");
  EXPECT_EQ(renamed->collection.title, "Summer");
  EXPECT_EQ(without->kind, Kind::collection_changed);
  EXPECT_EQ(without->collection.title, "");
  EXPECT_FALSE(read("collections/update", R"({"title":"Summer"})"));
  EXPECT_EQ(redact->kind, Kind::customer_redact);
  EXPECT_EQ(redact->customer_email, "ada@example.com");
  EXPECT_EQ(read("app/uninstalled", "{}")->kind, Kind::uninstalled);
  EXPECT_EQ(read("customers/data_request", shop)->kind, Kind::customer_data_request);
  EXPECT_EQ(read("shop/redact", shop)->kind, Kind::shop_redact);
  EXPECT_EQ(read("themes/publish", "{}")->kind, Kind::other);
}

TEST(ShopEvent, is_the_same_in_each_delivery_and_another_under_each_topic) {
  std::string body = R"({"id":1,"inventory_item_id":2})";
  auto headers = headers_of("products/update", body, "secret");
  auto first = read_event(headers, body, "secret");
  headers[3].value = "delivery-2";
  auto second = read_event(headers, body, "secret");
  auto other = read("inventory_levels/update", body);

  ASSERT_TRUE(first && second && other);
  EXPECT_NE(first->delivery, second->delivery);
  EXPECT_EQ(first->event, second->event);
  EXPECT_NE(first->event, other->event);
}

TEST(ShopEvent, is_refused_unless_its_signature_fits) {
  std::string body = R"({"id":1})";
  auto headers = headers_of("products/update", body, "another");
  std::vector<HttpHeader> unsigned_headers = {headers[0], headers[2], headers[3], headers[4]};
  auto of_nobody = headers_of("products/update", body, "");

  for (const auto& result :
       {read_event(headers, body, "secret"), read_event(unsigned_headers, body, "secret"),
        read_event(headers_of("products/update", body, "secret"), body + " ", "secret"),
        read_event(of_nobody, body, "")}) {
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, ErrorCode::unauthenticated);
  }
}

// A header can be another than the shop sent; the body cannot.
TEST(ShopEvent, takes_nothing_away_from_a_shop_that_its_body_does_not_name) {
  std::string other = R"({"shop_domain":"other.myshopify.com","id":1})";
  for (auto topic : {"shop/redact", "customers/redact", "customers/data_request"}) {
    for (const auto& body : {other, std::string(R"({"id":1})")}) {
      auto event = read(topic, body);
      ASSERT_FALSE(event) << topic;
      EXPECT_EQ(event.error().code, ErrorCode::unauthenticated) << topic;
    }
  }
  EXPECT_FALSE(read("app/uninstalled", R"({"myshopify_domain":"other.myshopify.com"})"));
  EXPECT_TRUE(read("app/uninstalled", R"({"myshopify_domain":"My-Shop.myshopify.com"})"));
  EXPECT_TRUE(read("app/uninstalled", R"({"myshopify_domain":null})"));
}

TEST(ShopEvent, is_invalid_when_it_is_malformed) {
  for (std::string body : {"", "nonsense", "[]", "{}", R"({"id":"x"})", R"({"id":-1})"}) {
    auto event = read("products/update", body);
    ASSERT_FALSE(event) << body;
    EXPECT_EQ(event.error().code, ErrorCode::invalid) << body;
  }
  std::string body = R"({"id":1})";
  for (std::size_t missing : {0U, 2U}) {
    auto headers = headers_of("products/update", body, "secret");
    headers[missing].value.clear();
    auto event = read_event(headers, body, "secret");
    ASSERT_FALSE(event);
    EXPECT_EQ(event.error().code, ErrorCode::invalid);
  }
  auto headers = headers_of("products/update", body, "secret");
  headers[2].value = "evil.example";
  EXPECT_FALSE(read_event(headers, body, "secret"));
}

}  // namespace
}  // namespace aiva::shopify
