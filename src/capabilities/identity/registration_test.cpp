#include <algorithm>

#include "capabilities/identity/identity_fixture.h"

namespace aiva::identity {
namespace {

class RegistrationTest : public IdentityFixture {
 protected:
  void open_registration() {
    auto done = sync_wait(identity_->directory().update_tenant({}, operator_caller(), tenant_,
                                                               {.registration_enabled = true}));
    ASSERT_TRUE(done.has_value());
  }
  Result<User> try_to_register(const Caller& caller, Registration registration) {
    if (registration.password.empty()) registration.password = password;
    if (registration.name.empty()) registration.name = "Bob";
    return sync_wait(identity_->register_user({}, caller, registration));
  }
};

TEST_F(RegistrationTest, lets_strangers_into_tenants_that_allow_it_as_clients) {
  open_registration();

  auto user = try_to_register({}, {.email = "Bob@example.com", .tenant = tenant_});

  ASSERT_TRUE(user.has_value());
  EXPECT_EQ(user->email, "bob@example.com");
  EXPECT_EQ(user->role, Role::client);
  EXPECT_TRUE(login("bob@example.com").has_value());
}

TEST_F(RegistrationTest, tells_strangers_nothing_about_closed_or_missing_tenants) {
  auto closed = try_to_register({}, {.email = "bob@example.com", .tenant = tenant_});
  auto missing = try_to_register({}, {.email = "bob@example.com", .tenant = TenantId::make()});

  EXPECT_EQ(failure_of(closed), ErrorCode::forbidden);
  EXPECT_EQ(failure_of(missing), ErrorCode::forbidden);
  EXPECT_EQ(closed.error().message, missing.error().message);
}

TEST_F(RegistrationTest, answers_a_stranger_with_a_taken_address_as_if_it_were_new) {
  open_registration();
  ASSERT_TRUE(add_user("ann@example.com", Role::admin, tenant_).has_value());

  auto fresh = try_to_register({}, {.email = "bob@example.com", .tenant = tenant_});
  auto taken = try_to_register(
      {}, {.email = "ann@example.com", .password = "Another pass 1", .tenant = tenant_});

  ASSERT_TRUE(fresh.has_value() && taken.has_value());
  EXPECT_EQ(taken->role, fresh->role);
  EXPECT_EQ(taken->tenant_name, fresh->tenant_name);
  EXPECT_FALSE(taken->id.is_nil());
  EXPECT_FALSE(login("ann@example.com", "Another pass 1").has_value());
  EXPECT_EQ(login("ann@example.com").value().user.role, Role::admin);
}

TEST_F(RegistrationTest, lets_no_stranger_choose_a_role) {
  open_registration();

  EXPECT_EQ(failure_of(try_to_register(
                {}, {.email = "bob@example.com", .tenant = tenant_, .role = Role::admin})),
            ErrorCode::forbidden);
  EXPECT_EQ(failure_of(try_to_register(
                signed_in_as(Role::client, tenant_),
                {.email = "bob@example.com", .tenant = tenant_, .role = Role::agent_manager})),
            ErrorCode::forbidden);
}

TEST_F(RegistrationTest, names_every_wrong_field_at_once) {
  auto refused = try_to_register({}, {.email = "x", .password = "short", .name = "\n"});

  ASSERT_FALSE(refused.has_value());
  std::vector<std::string> fields;
  for (const auto& detail : refused.error().details) fields.push_back(detail.field);
  EXPECT_EQ(fields, (std::vector<std::string>{"email", "name", "password", "tenant_id"}));
}

TEST_F(RegistrationTest, lets_administrators_add_users_to_their_own_tenant_precisely) {
  auto admin = signed_in_as(Role::admin, tenant_);

  auto added = try_to_register(admin, {.email = "bob@example.com", .role = Role::admin});
  auto again = try_to_register(admin, {.email = "bob@example.com"});
  auto too_much = try_to_register(admin, {.email = "c@example.com", .role = Role::super_admin});
  auto elsewhere =
      try_to_register(admin, {.email = "c@example.com", .tenant = database_.add_tenant()});

  ASSERT_TRUE(added.has_value());
  EXPECT_EQ(added->tenant, tenant_);
  EXPECT_EQ(failure_of(again), ErrorCode::conflict);
  EXPECT_EQ(failure_of(too_much), ErrorCode::forbidden);
  EXPECT_EQ(failure_of(elsewhere), ErrorCode::forbidden);
}

TEST_F(RegistrationTest, lets_super_admins_add_users_anywhere) {
  auto caller = signed_in_as(Role::super_admin, tenant_);
  auto other = database_.add_tenant();

  auto added =
      try_to_register(caller, {.email = "b@example.com", .tenant = other, .role = Role::admin});
  auto nowhere = try_to_register(caller, {.email = "c@example.com", .tenant = TenantId::make()});

  ASSERT_TRUE(added.has_value());
  EXPECT_EQ(added->tenant, other);
  EXPECT_EQ(failure_of(nowhere), ErrorCode::not_found);
}

TEST_F(RegistrationTest, gives_no_key_more_than_its_scopes) {
  auto created = sync_wait(identity_->api_keys().create(
      {}, operator_caller(),
      {.tenant = tenant_, .name = "k", .scopes = {Permission::users_write}}));
  ASSERT_TRUE(created.has_value());
  Caller key{.principal = who(created->secret).value()};

  EXPECT_EQ(failure_of(try_to_register(key, {.email = "b@example.com", .role = Role::admin})),
            ErrorCode::forbidden);
}

TEST_F(RegistrationTest, stops_at_the_limit_of_users) {
  auto few = settings();
  few.users_per_tenant_max = 1;
  restart(few);

  EXPECT_TRUE(add_user("a@example.com", Role::client, tenant_).has_value());
  EXPECT_EQ(failure_of(add_user("b@example.com", Role::client, tenant_)),
            ErrorCode::quota_exceeded);
}

TEST(FirstAdmin, is_made_once_when_there_are_no_users) {
  TestDatabase database;
  ManualClock clock;
  Metrics metrics;
  auto identity = make_identity({*database, clock, metrics},
                                {.master_key = std::string(32, 'm'), .bcrypt_threads = 1})
                      .value();

  auto first = sync_wait(identity->ensure_first_admin({}, "admin@localhost"));
  auto second = sync_wait(identity->ensure_first_admin({}, "admin@localhost"));

  ASSERT_TRUE(first.has_value() && first->has_value());
  EXPECT_EQ((*first)->password.size(), 20U);
  ASSERT_TRUE(second.has_value());
  EXPECT_FALSE(second->has_value());
  auto signed_in = sync_wait(identity->login({}, {}, {"admin@localhost", (*first)->password}));
  ASSERT_TRUE(signed_in.has_value());
  EXPECT_EQ(signed_in->user.role, Role::super_admin);
  EXPECT_EQ(signed_in->user.tenant_name, "Default");
}

}  // namespace
}  // namespace aiva::identity
