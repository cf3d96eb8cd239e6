#include "capabilities/identity/internal/access_token.h"

#include <gtest/gtest.h>

#include "foundation/crypto.h"

namespace aiva::identity {
namespace {

constexpr std::int64_t now_s = 1'750'000'000;
const SigningKey key{.kid = "k1", .secret = std::string(32, 's')};

AccessClaims claims() {
  return {.user = UserId::make(),
          .email = "ann@example.com",
          .role = Role::agent_manager,
          .tenant = TenantId::make(),
          .session = SessionId::make(),
          .issued_at_s = now_s,
          .expires_at_s = now_s + 60};
}

// A token with any header and payload, properly signed.
std::string sign(const std::string& header, const std::string& payload) {
  auto text = to_base64url(header) + "." + to_base64url(payload);
  auto digest = hmac_sha256(key.secret, text);
  return text + "." + to_base64url({reinterpret_cast<const char*>(digest.data()), digest.size()});
}
std::string payload_of(const std::string& token) {
  auto first = token.find('.') + 1;
  return from_base64url(token.substr(first, token.rfind('.') - first)).value();
}
bool verifies(const std::string& token, std::int64_t at = now_s) {
  auto verified = verify_access_token(token, std::span(&key, 1), at);
  if (!verified) EXPECT_EQ(verified.error().code, ErrorCode::unauthenticated);
  return verified.has_value();
}

constexpr const char* good_header = R"({"alg":"HS256","typ":"JWT","kid":"k1"})";

TEST(AccessToken, carries_its_claims) {
  auto given = claims();

  auto token = make_access_token(given, key);
  auto read = verify_access_token(token, std::span(&key, 1), now_s);

  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(read->user, given.user);
  EXPECT_EQ(read->email, given.email);
  EXPECT_EQ(read->role, given.role);
  EXPECT_EQ(read->tenant, given.tenant);
  EXPECT_EQ(read->session, given.session);
  EXPECT_EQ(read->expires_at_s, given.expires_at_s);
  EXPECT_EQ(key_id_of(token), "k1");
}

TEST(AccessToken, has_the_payload_clients_know) {
  auto given = claims();

  EXPECT_EQ(payload_of(make_access_token(given, key)),
            R"({"id":")" + given.user.to_string() +
                R"(","email":"ann@example.com","role":"agent_manager","tenant_id":")" +
                given.tenant.to_string() + R"(","sid":")" + given.session.to_string() +
                R"(","iat":1750000000,"exp":1750000060})");
}

TEST(AccessToken, is_refused_under_any_other_algorithm_or_type) {
  auto payload = payload_of(make_access_token(claims(), key));
  ASSERT_TRUE(verifies(sign(good_header, payload)));

  for (const auto* header :
       {R"({"alg":"none","typ":"JWT","kid":"k1"})", R"({"alg":"HS512","typ":"JWT","kid":"k1"})",
        R"({"alg":"hs256","typ":"JWT","kid":"k1"})", R"({"alg":"RS256","typ":"JWT","kid":"k1"})",
        R"({"typ":"JWT","kid":"k1"})", R"({"alg":"HS256","kid":"k1"})",
        R"({"alg":"HS256","typ":"at+jwt","kid":"k1"})", R"({"alg":"HS256","typ":"JWT"})",
        R"({"alg":"HS256","typ":"JWT","kid":"k2"})", R"({"alg":["HS256"],"typ":"JWT","kid":"k1"})",
        R"({"alg":"HS256","typ":"JWT","kid":"k1","crit":["b64"]})", "[]", "", "null"})
    EXPECT_FALSE(verifies(sign(header, payload))) << header;
  auto unsigned_token =
      to_base64url(R"({"alg":"none","typ":"JWT","kid":"k1"})") + "." + to_base64url(payload) + ".";
  EXPECT_FALSE(verifies(unsigned_token));
}

TEST(AccessToken, is_refused_when_one_character_changes) {
  auto token = make_access_token(claims(), key);

  for (std::size_t i = 0; i < token.size(); ++i) {
    auto changed = token;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    EXPECT_FALSE(verifies(changed)) << i;
  }
}

TEST(AccessToken, lives_from_issue_to_expiry) {
  auto token = make_access_token(claims(), key);

  EXPECT_TRUE(verifies(token, now_s + 59));
  EXPECT_FALSE(verifies(token, now_s + 60));
  EXPECT_TRUE(verifies(token, now_s - 5));
  EXPECT_FALSE(verifies(token, now_s - 6));
}

TEST(AccessToken, is_refused_without_its_claims) {
  auto given = claims();
  auto ids = R"({"id":")" + given.user.to_string() + R"(","role":"client","tenant_id":")" +
             given.tenant.to_string() + R"(","sid":")" + given.session.to_string() + R"(")";

  EXPECT_TRUE(verifies(sign(good_header, ids + R"(,"iat":1750000000,"exp":1750000060})")));
  for (const std::string& payload :
       {ids + R"(,"iat":1750000000})", ids + R"(,"exp":1750000060})",
        ids + R"(,"iat":1750000000,"exp":"1750000060"})",
        ids + R"(,"iat":1750000000,"exp":1750000060.5})", ids + R"(,"iat":1750000000,"exp":1e99})",
        std::string("{}"), std::string("[]"),
        std::string(R"({"id":"x","iat":1750000000,"exp":1750000060})")})
    EXPECT_FALSE(verifies(sign(good_header, payload))) << payload;
}

TEST(AccessToken, refuses_what_is_no_token) {
  for (const auto& text : {std::string(), std::string("."), std::string(".."), std::string("a.b"),
                           std::string("a.b.c.d"), std::string(5000, '.'), std::string(5000, 'a'),
                           std::string("\0\0\0", 3)}) {
    EXPECT_FALSE(verifies(text));
    EXPECT_EQ(key_id_of(text), "");
  }
}

}  // namespace
}  // namespace aiva::identity
