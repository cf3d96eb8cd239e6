#include "capabilities/functions/secrets.h"

#include <gtest/gtest.h>

#include "capabilities/functions/testing/functions_fixture.h"

namespace aiva::functions {
namespace {

class SecretsOf : public FunctionsFixture {};

TEST_F(SecretsOf, show_their_last_characters_at_most) {
  put_secret("LONG", "abcdefgh1234");
  put_secret("SHORT", "abcd");

  auto secrets = sync_wait(secrets_->list(context()));
  ASSERT_EQ(secrets->size(), 2U);
  EXPECT_EQ(secrets->at(0).hint, "1234");
  EXPECT_EQ(secrets->at(1).hint, "");
}

TEST_F(SecretsOf, lie_sealed_in_their_rows) {
  put_secret("KEY", "a very secret value");

  std::string sealed;
  auto outcome = sync_wait(read(*database_, {}, [&](SqlSession& sql) {
    return sql.query("SELECT sealed_value FROM function_secrets", {},
                     [&](const SqlRow& row) -> Result<void> {
                       sealed = row.text(0);
                       return {};
                     });
  }));
  ASSERT_TRUE(outcome.has_value());
  EXPECT_FALSE(sealed.empty());
  EXPECT_EQ(sealed.find("secret"), std::string::npos);
}

TEST_F(SecretsOf, are_replaced_and_removed) {
  put_secret("KEY", "first value 0001");
  clock_.advance(std::chrono::seconds(5));
  put_secret("KEY", "second value 0002");

  auto secrets = sync_wait(secrets_->list(context()));
  ASSERT_EQ(secrets->size(), 1U);
  EXPECT_EQ(secrets->front().hint, "0002");
  EXPECT_LT(secrets->front().created_at, secrets->front().updated_at);
  EXPECT_TRUE(sync_wait(secrets_->remove(context(), {}, "KEY")).has_value());
  EXPECT_EQ(sync_wait(secrets_->remove(context(), {}, "KEY")).error().code, ErrorCode::not_found);
}

TEST_F(SecretsOf, belong_to_their_tenant) {
  put_secret("KEY", "first value 0001");
  CallContext stranger{.tenant = TenantId::make()};

  EXPECT_TRUE(sync_wait(secrets_->list(stranger))->empty());
  EXPECT_EQ(sync_wait(secrets_->remove(stranger, {}, "KEY")).error().code, ErrorCode::not_found);
}

TEST_F(SecretsOf, refuse_names_and_values_that_cannot_be_used) {
  auto put = [this](std::string name, std::string value) {
    return sync_wait(secrets_->put(context(), {}, std::move(name), std::move(value)));
  };

  EXPECT_FALSE(put("", "x").has_value());
  EXPECT_FALSE(put("a b", "x").has_value());
  EXPECT_FALSE(put("a", "").has_value());
  EXPECT_FALSE(put("a", "x\r\ny").has_value());
  EXPECT_FALSE(put("a", std::string(9000, 'x')).has_value());
}

}  // namespace
}  // namespace aiva::functions
