#include <algorithm>

#include "capabilities/identity/identity_fixture.h"

namespace aiva::identity {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;

class ApiKeysTest : public IdentityFixture {
 protected:
  ApiKeys& keys() { return identity_->api_keys(); }
  Result<CreatedApiKey> create(const Caller& caller, NewApiKey key) {
    return sync_wait(keys().create({}, caller, std::move(key)));
  }

  Caller admin_ = signed_in_as(Role::admin, tenant_);
};

TEST_F(ApiKeysTest, act_for_their_tenant_within_their_scopes) {
  auto created = create(admin_, {.name = "bridge",
                                 .scopes = {Permission::search, Permission::billing_read},
                                 .requests_per_minute_max = 30});
  ASSERT_TRUE(created.has_value());

  auto principal = who(created->secret);

  ASSERT_TRUE(principal.has_value());
  EXPECT_EQ((*principal)->tenant, tenant_);
  EXPECT_TRUE((*principal)->user.is_nil());
  EXPECT_EQ((*principal)->api_key, created->key.id);
  EXPECT_EQ((*principal)->permissions,
            (PermissionSet{Permission::search, Permission::billing_read}));
  EXPECT_EQ((*principal)->requests_per_minute_max, 30);
  EXPECT_TRUE(created->secret.starts_with(created->key.prefix + "_"));
}

TEST_F(ApiKeysTest, are_stored_without_their_secret) {
  auto secret = create(admin_, {.name = "k", .scopes = {Permission::search}}).value().secret;
  bool is_found = false;

  auto seen = sync_wait(read(*database_, {}, [&](SqlSession& session) -> Result<void> {
    return session.query("SELECT key_hash, prefix FROM api_keys", {},
                         [&](const SqlRow& row) -> Result<void> {
                           is_found = true;
                           EXPECT_EQ(row.text(0).size(), 64U);
                           EXPECT_EQ(row.text(1).size(), 13U);
                           EXPECT_EQ(secret.find(row.text(0)), std::string::npos);
                           return {};
                         });
  }));

  EXPECT_TRUE(seen.has_value() && is_found);
}

TEST_F(ApiKeysTest, hold_no_right_their_maker_lacks) {
  auto limited =
      create(admin_, {.name = "k", .scopes = {Permission::keys_manage, Permission::search}});
  Caller key{.principal = who(limited.value().secret).value()};

  EXPECT_EQ(failure_of(create(key, {.name = "x", .scopes = {Permission::knowledge_write}})),
            ErrorCode::forbidden);
  EXPECT_TRUE(create(key, {.name = "x", .scopes = {Permission::search}}).has_value());
  EXPECT_EQ(
      failure_of(create(operator_caller(),
                        {.tenant = tenant_, .name = "x", .scopes = {Permission::tenants_manage}})),
      ErrorCode::forbidden);
  EXPECT_EQ(failure_of(create(signed_in_as(Role::client, tenant_),
                              {.name = "x", .scopes = {Permission::search}})),
            ErrorCode::forbidden);
}

TEST_F(ApiKeysTest, read_how_the_installation_fares_where_their_maker_may) {
  NewApiKey wanted{.tenant = tenant_, .name = "top", .scopes = {Permission::system_read}};

  EXPECT_EQ(failure_of(create(admin_, wanted)), ErrorCode::forbidden);
  auto created = create(operator_caller(), wanted);
  ASSERT_TRUE(created.has_value());
  auto principal = who(created->secret);

  ASSERT_TRUE(principal.has_value());
  EXPECT_EQ((*principal)->permissions, PermissionSet{Permission::system_read});
}

TEST_F(ApiKeysTest, name_every_wrong_field) {
  auto refused = create(
      admin_,
      {.name = "", .scopes = {}, .requests_per_minute_max = -1, .expires_at = clock_.unix_ms()});

  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().details.size(), 4U);
}

TEST_F(ApiKeysTest, are_worth_nothing_once_revoked) {
  auto created = create(admin_, {.name = "k", .scopes = {Permission::search}}).value();
  ASSERT_TRUE(opens(created.secret));

  ASSERT_TRUE(sync_wait(keys().revoke({}, admin_, created.key.id)).has_value());

  EXPECT_FALSE(opens(created.secret));
  EXPECT_TRUE(sync_wait(keys().revoke({}, admin_, created.key.id)).has_value());
  EXPECT_EQ(std::ranges::count(audited_actions(), "api_key.revoked"), 1);
}

TEST_F(ApiKeysTest, expire) {
  auto created =
      create(admin_,
             {.name = "k", .scopes = {Permission::search}, .expires_at = clock_.unix_ms() + 1000})
          .value();
  ASSERT_TRUE(opens(created.secret));

  clock_.advance(milliseconds(1000));

  EXPECT_FALSE(opens(created.secret));
}

TEST_F(ApiKeysTest, of_other_tenants_do_not_exist) {
  auto other = database_.add_tenant();
  auto theirs =
      create(operator_caller(), {.tenant = other, .name = "k", .scopes = {Permission::search}})
          .value();

  EXPECT_EQ(failure_of(sync_wait(keys().revoke({}, admin_, theirs.key.id))), ErrorCode::not_found);
  EXPECT_EQ(failure_of(sync_wait(keys().list({}, admin_, other, {}))), ErrorCode::forbidden);
  EXPECT_EQ(
      failure_of(create(admin_, {.tenant = other, .name = "k", .scopes = {Permission::search}})),
      ErrorCode::forbidden);
  EXPECT_EQ(sync_wait(keys().list({}, admin_, std::nullopt, {})).value().total, 0);
  EXPECT_TRUE(opens(theirs.secret));
}

TEST_F(ApiKeysTest, remember_when_they_were_used_to_the_hour) {
  auto created = create(admin_, {.name = "k", .scopes = {Permission::search}}).value();
  auto used_at = [&] {
    return sync_wait(keys().list({}, admin_, std::nullopt, {})).value().items[0].last_used_at;
  };
  EXPECT_FALSE(used_at().has_value());

  ASSERT_TRUE(opens(created.secret));
  auto first = clock_.unix_ms();
  EXPECT_EQ(used_at(), first);
  clock_.advance(hours(1));
  restart();
  ASSERT_TRUE(opens(created.secret));

  EXPECT_EQ(used_at(), first + 3600 * 1000);
}

TEST_F(ApiKeysTest, are_limited_per_tenant) {
  auto few = settings();
  few.api_keys_per_tenant_max = 1;
  restart(few);
  auto first = create(admin_, {.name = "k", .scopes = {Permission::search}}).value();

  EXPECT_EQ(failure_of(create(admin_, {.name = "l", .scopes = {Permission::search}})),
            ErrorCode::quota_exceeded);
  ASSERT_TRUE(sync_wait(keys().revoke({}, admin_, first.key.id)).has_value());
  EXPECT_TRUE(create(admin_, {.name = "l", .scopes = {Permission::search}}).has_value());
}

TEST_F(ApiKeysTest, refuse_what_only_looks_like_one) {
  for (const auto* secret : {"aiva_", "aiva_00000000_", "aiva_00000000_x", ""})
    EXPECT_EQ(failure_of(who(secret)), ErrorCode::unauthenticated);
  EXPECT_EQ(failure_of(who("aiva_" + std::string(100000, 'x'))), ErrorCode::unauthenticated);
}

TEST_F(ApiKeysTest, cannot_log_out_and_are_nobody) {
  auto created = create(admin_, {.name = "k", .scopes = {Permission::search}}).value();
  Caller key{.principal = who(created.secret).value()};

  EXPECT_EQ(failure_of(sync_wait(identity_->logout({}, key))), ErrorCode::invalid);
  EXPECT_EQ(failure_of(sync_wait(identity_->me({}, key))), ErrorCode::not_found);
}

}  // namespace
}  // namespace aiva::identity
