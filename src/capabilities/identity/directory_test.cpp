#include <algorithm>

#include "capabilities/identity/identity_fixture.h"

namespace aiva::identity {
namespace {

class DirectoryTest : public IdentityFixture {
 protected:
  Directory& directory() { return identity_->directory(); }
  Result<User> update(const Caller& caller, UserId id, UserChange change) {
    return sync_wait(directory().update_user({}, caller, id, std::move(change)));
  }
  std::vector<std::string> emails(const Caller& caller, UserFilter filter = {}) {
    auto page = sync_wait(directory().users({}, caller, std::move(filter)));
    EXPECT_TRUE(page.has_value());
    std::vector<std::string> found;
    for (const auto& user : page->items) found.push_back(user.email);
    std::ranges::sort(found);
    return found;
  }
};

using Emails = std::vector<std::string>;

TEST_F(DirectoryTest, lists_the_users_of_the_own_tenant_only) {
  auto other = database_.add_tenant();
  add_user("a@example.com", Role::client, tenant_);
  add_user("b@example.com", Role::client, other);
  auto admin = signed_in_as(Role::admin, tenant_);

  EXPECT_EQ(emails(admin), (Emails{"a@example.com", "user1@example.com"}));
  EXPECT_EQ(failure_of(sync_wait(directory().users({}, admin, {.tenant = other}))),
            ErrorCode::forbidden);
  EXPECT_EQ(emails(operator_caller(), {.tenant = other}), Emails{"b@example.com"});
  EXPECT_EQ(emails(operator_caller()).size(), 3U);
}

TEST_F(DirectoryTest, filters_and_pages_users) {
  for (const auto* email : {"a_1@example.com", "ab1@example.com", "c%d@example.com"})
    ASSERT_TRUE(add_user(email, Role::client, tenant_).has_value());
  add_user("boss@example.com", Role::admin, tenant_);

  EXPECT_EQ(emails(operator_caller(), {.search = "a_1"}), Emails{"a_1@example.com"});
  EXPECT_EQ(emails(operator_caller(), {.search = "%d"}), Emails{"c%d@example.com"});
  EXPECT_EQ(emails(operator_caller(), {.role = Role::admin}), Emails{"boss@example.com"});
  EXPECT_TRUE(emails(operator_caller(), {.is_active = false}).empty());
  auto page =
      sync_wait(directory().users({}, operator_caller(), {.page = {.page = 2, .limit = 3}}));
  ASSERT_TRUE(page.has_value());
  EXPECT_EQ(page->items.size(), 1U);
  EXPECT_EQ(page->total, 4);
  EXPECT_EQ(failure_of(sync_wait(
                directory().users({}, operator_caller(), {.page = {.page = 0, .limit = 201}}))),
            ErrorCode::invalid);
}

TEST_F(DirectoryTest, hides_users_of_other_tenants) {
  auto stranger = add_user("b@example.com", Role::client, database_.add_tenant()).value();
  auto admin = signed_in_as(Role::admin, tenant_);

  EXPECT_EQ(failure_of(sync_wait(directory().user({}, admin, stranger.id))), ErrorCode::not_found);
  EXPECT_EQ(failure_of(update(admin, stranger.id, {.name = "x"})), ErrorCode::not_found);
  EXPECT_EQ(failure_of(sync_wait(directory().remove_user({}, admin, stranger.id))),
            ErrorCode::not_found);
  EXPECT_EQ(failure_of(sync_wait(
                directory().set_password({}, admin, stranger.id, {.new_password = password}))),
            ErrorCode::not_found);
  EXPECT_TRUE(login("b@example.com").has_value());
}

TEST_F(DirectoryTest, shows_everybody_themselves_and_their_tenant) {
  auto client = signed_in_as(Role::client, tenant_);
  auto other = add_user("a@example.com", Role::client, tenant_).value();

  EXPECT_TRUE(sync_wait(directory().user({}, client, client.principal->user)).has_value());
  EXPECT_EQ(failure_of(sync_wait(directory().user({}, client, other.id))), ErrorCode::forbidden);
  EXPECT_EQ(sync_wait(directory().tenants({}, client, {})).value().items.at(0).id, tenant_);
  EXPECT_TRUE(sync_wait(directory().tenant({}, client, tenant_)).has_value());
  EXPECT_EQ(failure_of(sync_wait(directory().tenants({}, {}, {}))), ErrorCode::unauthenticated);
}

TEST_F(DirectoryTest, changes_what_is_given_and_writes_it_down) {
  auto user = add_user("a@example.com", Role::client, tenant_).value();
  auto admin = signed_in_as(Role::admin, tenant_);

  auto changed = update(admin, user.id, {.email = "New@example.com", .role = Role::agent_manager});

  ASSERT_TRUE(changed.has_value());
  EXPECT_EQ(changed->name, user.name);
  EXPECT_TRUE(login("new@example.com").has_value());
  auto entries =
      sync_wait(identity_->audit_log().list({}, operator_caller(), {.action = "user.updated"}));
  ASSERT_TRUE(entries.has_value() && entries->items.size() == 1);
  EXPECT_EQ(entries->items[0].details,
            R"({"email":"new@example.com","role":{"from":"client","to":"agent_manager"}})");
  EXPECT_EQ(entries->items[0].actor, "user1@example.com");
  EXPECT_EQ(entries->items[0].ip, "192.0.2.8");
}

TEST_F(DirectoryTest, refuses_an_address_that_is_taken) {
  add_user("a@example.com", Role::client, tenant_);
  auto user = add_user("b@example.com", Role::client, tenant_).value();

  EXPECT_EQ(failure_of(update(operator_caller(), user.id, {.email = "A@example.com"})),
            ErrorCode::conflict);
}

TEST_F(DirectoryTest, lets_nobody_reach_beyond_their_own_rights) {
  auto chief = add_user("chief@example.com", Role::super_admin, tenant_).value();
  auto user = add_user("a@example.com", Role::client, tenant_).value();
  auto admin = signed_in_as(Role::admin, tenant_);
  auto client = signed_in_as(Role::client, tenant_);

  EXPECT_EQ(failure_of(update(admin, chief.id, {.name = "x"})), ErrorCode::forbidden);
  EXPECT_EQ(failure_of(sync_wait(
                directory().set_password({}, admin, chief.id, {.new_password = password}))),
            ErrorCode::forbidden);
  EXPECT_EQ(failure_of(update(admin, user.id, {.role = Role::super_admin})), ErrorCode::forbidden);
  EXPECT_EQ(failure_of(update(client, user.id, {.name = "x"})), ErrorCode::forbidden);
  EXPECT_EQ(failure_of(update({}, user.id, {.name = "x"})), ErrorCode::unauthenticated);
  EXPECT_EQ(failure_of(sync_wait(directory().users({}, client, {}))), ErrorCode::forbidden);
}

TEST_F(DirectoryTest, lets_users_change_their_name_but_not_their_role) {
  auto client = signed_in_as(Role::client, tenant_);
  auto admin = signed_in_as(Role::admin, tenant_);
  auto self = client.principal->user;

  EXPECT_EQ(update(client, self, {.name = " New Name "}).value().name, "New Name");
  EXPECT_EQ(failure_of(update(client, self, {.role = Role::admin})), ErrorCode::forbidden);
  EXPECT_EQ(failure_of(update(client, self, {.email = "x@example.com"})), ErrorCode::forbidden);
  EXPECT_EQ(failure_of(update(admin, admin.principal->user, {.is_active = false})),
            ErrorCode::conflict);
  EXPECT_EQ(failure_of(update(admin, admin.principal->user, {.role = Role::client})),
            ErrorCode::conflict);
}

TEST_F(DirectoryTest, removes_a_user_with_all_sessions) {
  auto user = add_user("a@example.com", Role::client, tenant_).value();
  auto signed_in = login("a@example.com").value();
  ASSERT_TRUE(opens(signed_in.token));

  ASSERT_TRUE(sync_wait(directory().remove_user({}, operator_caller(), user.id)).has_value());

  EXPECT_FALSE(opens(signed_in.token));
  EXPECT_FALSE(refresh(signed_in.refresh_token).has_value());
  EXPECT_FALSE(login("a@example.com").has_value());
  EXPECT_FALSE(sync_wait(directory().user({}, operator_caller(), user.id)).value().is_active);
}

TEST_F(DirectoryTest, asks_for_the_current_password_of_oneself_and_ends_other_sessions) {
  auto user = add_user("a@example.com", Role::client, tenant_).value();
  auto here = login("a@example.com").value();
  auto elsewhere = login("a@example.com").value();
  Caller self{.principal = who(here.token).value()};
  PasswordChange change{.new_password = "New password 1", .current_password = "Wrong one 1"};

  auto wrong = sync_wait(directory().set_password({}, self, user.id, change));
  change.current_password = password;
  auto right = sync_wait(directory().set_password({}, self, user.id, change));

  EXPECT_EQ(failure_of(wrong), ErrorCode::invalid);
  EXPECT_TRUE(right.has_value());
  EXPECT_TRUE(opens(here.token));
  EXPECT_FALSE(opens(elsewhere.token));
  EXPECT_FALSE(login("a@example.com").has_value());
  EXPECT_TRUE(login("a@example.com", "New password 1").has_value());
}

TEST_F(DirectoryTest, lets_administrators_set_a_password_without_knowing_the_old_one) {
  auto user = add_user("a@example.com", Role::client, tenant_).value();
  auto admin = signed_in_as(Role::admin, tenant_);

  EXPECT_EQ(
      failure_of(sync_wait(directory().set_password({}, admin, user.id, {.new_password = "weak"}))),
      ErrorCode::invalid);
  EXPECT_TRUE(
      sync_wait(directory().set_password({}, admin, user.id, {.new_password = "New password 1"}))
          .has_value());
  EXPECT_TRUE(login("a@example.com", "New password 1").has_value());
}

TEST_F(DirectoryTest, makes_and_lists_tenants_for_super_admins) {
  auto chief = signed_in_as(Role::super_admin, tenant_);
  auto admin = signed_in_as(Role::admin, tenant_);

  auto made =
      sync_wait(directory().create_tenant({}, chief, {.name = "Zeta", .company_name = "Z"}));
  auto again = sync_wait(directory().create_tenant({}, chief, {.name = "Zeta"}));
  auto refused = sync_wait(directory().create_tenant({}, admin, {.name = "Eta"}));

  ASSERT_TRUE(made.has_value());
  EXPECT_EQ(failure_of(again), ErrorCode::conflict);
  EXPECT_EQ(failure_of(refused), ErrorCode::forbidden);
  auto all = sync_wait(directory().tenants({}, chief, {})).value();
  auto own = sync_wait(directory().tenants({}, admin, {})).value();
  auto found = sync_wait(directory().tenants({}, chief, {.search = "zet"})).value();
  EXPECT_EQ(all.total, 2);
  ASSERT_EQ(own.items.size(), 1U);
  EXPECT_EQ(own.items[0].id, tenant_);
  EXPECT_EQ(own.items[0].user_count, 2);
  EXPECT_EQ(found.total, 1);
  EXPECT_EQ(failure_of(sync_wait(directory().tenant({}, admin, made->id))), ErrorCode::forbidden);
}

TEST_F(DirectoryTest, leaves_limits_and_activity_of_a_tenant_to_super_admins) {
  auto admin = signed_in_as(Role::admin, tenant_);
  auto change = [&](const Caller& caller, TenantChange given) {
    return failure_of(sync_wait(directory().update_tenant({}, caller, tenant_, given)));
  };

  EXPECT_EQ(change(admin, {.company_name = "Acme Ltd", .registration_enabled = true}),
            std::nullopt);
  EXPECT_EQ(change(admin, {.requests_per_minute_max = 5}), ErrorCode::forbidden);
  EXPECT_EQ(change(admin, {.is_active = false}), ErrorCode::forbidden);
  EXPECT_EQ(change(operator_caller(), {.requests_per_minute_max = -1}), ErrorCode::invalid);
  EXPECT_EQ(change(operator_caller(), {.requests_per_minute_max = 5}), std::nullopt);
  EXPECT_EQ(change(signed_in_as(Role::super_admin, tenant_), {.is_active = false}),
            ErrorCode::conflict);
}

TEST_F(DirectoryTest, shows_the_audit_log_of_the_own_tenant) {
  auto other = database_.add_tenant();
  add_user("a@example.com", Role::client, other);
  auto admin = signed_in_as(Role::admin, tenant_);
  EXPECT_FALSE(login("a@example.com", "Wrong horse 1").has_value());
  EXPECT_FALSE(login("nobody@example.com").has_value());

  auto own = sync_wait(identity_->audit_log().list({}, admin, {}));
  auto all = sync_wait(identity_->audit_log().list({}, operator_caller(), {.action = "auth."}));
  auto theirs = sync_wait(identity_->audit_log().list({}, admin, {.tenant = other}));
  auto failed = sync_wait(identity_->audit_log().list(
      {}, operator_caller(), {.tenant = other, .action = "auth.login_failed"}));

  ASSERT_TRUE(own.has_value() && all.has_value() && failed.has_value());
  for (const auto& entry : own->items) EXPECT_EQ(entry.tenant, tenant_);
  EXPECT_EQ(own->total, 2);
  EXPECT_EQ(all->total, 3);
  EXPECT_EQ(failure_of(theirs), ErrorCode::forbidden);
  ASSERT_EQ(failed->items.size(), 1U);
  EXPECT_EQ(failed->items[0].ip, "192.0.2.7");
  EXPECT_EQ(failed->items[0].user_agent, "test");
}

}  // namespace
}  // namespace aiva::identity
