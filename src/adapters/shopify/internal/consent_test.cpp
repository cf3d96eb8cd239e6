#include "adapters/shopify/internal/consent.h"

#include <gtest/gtest.h>

#include "foundation/crypto.h"

namespace aiva::shopify {
namespace {

// What the provider's documentation signs: the sorted parameters as they stand in the address.
std::string sign(const std::string& sorted, const std::string& secret) {
  return to_hex(hmac_sha256(secret, sorted));
}

TEST(Consent, is_asked_for_with_everything_encoded) {
  auto address =
      consent_address("https://a.myshopify.com", {"id", "secret"}, {"read_products", "read_orders"},
                      "https://b.example/c?d=e", "s t");

  EXPECT_EQ(address,
            "https://a.myshopify.com/admin/oauth/authorize?client_id=id"
            "&scope=read_products%2Cread_orders&redirect_uri=https%3A%2F%2Fb.example%2Fc%3Fd%3De"
            "&state=s+t");
}

TEST(Consent, is_believed_when_the_shop_signed_it) {
  std::string sorted = "code=0907&shop=a.myshopify.com&state=0.6%2F4&timestamp=1337178173";
  auto hmac = sign(sorted, "secret");

  EXPECT_TRUE(check_return(sorted + "&hmac=" + hmac, "secret"));
  EXPECT_TRUE(check_return("hmac=" + hmac +
                               "&timestamp=1337178173&state=0.6/4&code=0907"
                               "&shop=a.myshopify.com",
                           "secret"));
  EXPECT_TRUE(check_return("?" + sorted + "&hmac=" + hmac + "&signature=old", "secret"));
}

TEST(Consent, is_not_believed_otherwise) {
  std::string sorted = "code=0907&shop=a.myshopify.com&state=1";
  auto hmac = sign(sorted, "secret");
  std::string many = sorted;
  for (int i = 0; i < 100; ++i) many += "&x" + std::to_string(i) + "=1";

  for (const auto& query :
       {std::string(), sorted, sorted + "&hmac=", sorted + "&hmac=" + std::string(64, '0'),
        sorted + "&extra=1&hmac=" + hmac, sorted + "&hmac=" + hmac + "&hmac=" + hmac,
        sorted + "&shop=b.myshopify.com&hmac=" + sign(sorted + "&shop=b.myshopify.com", "secret"),
        many + "&hmac=" + sign(many, "secret"), std::string(20'000, 'a')}) {
    auto checked = check_return(query, "secret");
    ASSERT_FALSE(checked) << query;
    EXPECT_EQ(checked.error().code, ErrorCode::unauthenticated);
  }
  EXPECT_FALSE(check_return(sorted + "&hmac=" + sign(sorted, ""), ""));
}

TEST(Consent, grants_a_token_with_its_scopes) {
  auto answer = json::parse(R"({"access_token":"t","scope":"a,b","expires_in":60,
                                "refresh_token":"r","refresh_token_expires_in":90})");
  auto grant = read_grant(answer->get_object(), 1000);

  ASSERT_TRUE(grant);
  EXPECT_EQ(grant->token, "t");
  EXPECT_EQ(grant->scopes, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(grant->refresh_token, "r");
  EXPECT_EQ(grant->expires_at, 61'000);
  EXPECT_EQ(grant->refresh_expires_at, 91'000);
  auto lasting = read_grant(json::parse(R"({"access_token":"t","scope":"a"})")->get_object(), 1000);
  EXPECT_EQ(lasting->expires_at, 0);
  EXPECT_EQ(lasting->refresh_token, "");
  EXPECT_FALSE(read_grant(json::parse(R"({"scope":"a"})")->get_object(), 0));
}

}  // namespace
}  // namespace aiva::shopify
