#include "capabilities/identity/types.h"

#include <gtest/gtest.h>

namespace aiva::identity {
namespace {

TEST(Roles, have_names_that_read_back) {
  for (auto role : {Role::super_admin, Role::admin, Role::agent_manager, Role::client})
    EXPECT_EQ(parse_role(to_string(role)), role);
  EXPECT_FALSE(parse_role("root").has_value());
}

TEST(Roles, hold_fewer_rights_from_step_to_step) {
  auto all = permissions_of(Role::super_admin);
  auto admin = permissions_of(Role::admin);
  auto manager = permissions_of(Role::agent_manager);
  auto client = permissions_of(Role::client);

  EXPECT_TRUE(all.has_all(admin) && admin.has_all(manager) && manager.has_all(client));
  EXPECT_FALSE(admin.has_all(all) || manager.has_all(admin) || client.has_all(manager));
  EXPECT_FALSE(admin.has(Permission::tenants_manage));
  EXPECT_TRUE(admin.has(Permission::stores_manage));
  EXPECT_FALSE(manager.has(Permission::users_read));
  EXPECT_FALSE(manager.has(Permission::stores_manage));
  EXPECT_FALSE(client.has(Permission::knowledge_write));
}

TEST(Permissions, have_names_that_read_back) {
  auto names = names_of(permissions_of(Role::super_admin));

  EXPECT_EQ(names.size(), 17U);
  EXPECT_EQ(names.front(), "knowledge.read");
  for (auto name : names) EXPECT_EQ(to_string(*parse_permission(name)), name);
  EXPECT_FALSE(parse_permission("everything").has_value());
}

}  // namespace
}  // namespace aiva::identity
