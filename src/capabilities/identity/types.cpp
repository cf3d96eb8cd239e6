#include "capabilities/identity/types.h"

#include <array>

namespace aiva::identity {
namespace {

struct RoleRow {
  Role role;
  std::string_view name;
  PermissionSet permissions;
};

using enum Permission;

// Each role and what it may do.
constexpr std::array role_table = {
    RoleRow{Role::super_admin,
            "super_admin",
            {knowledge_read, knowledge_write, search, chat, agents_read, agents_write, users_read,
             users_write, keys_manage, audit_read, billing_read, billing_write, webhooks_manage,
             tenants_manage, system_read, functions_execute, stores_manage}},
    RoleRow{Role::admin,
            "admin",
            {knowledge_read, knowledge_write, search, chat, agents_read, agents_write, users_read,
             users_write, keys_manage, audit_read, billing_read, billing_write, webhooks_manage,
             functions_execute, stores_manage}},
    RoleRow{Role::agent_manager,
            "agent_manager",
            {knowledge_read, knowledge_write, search, chat, agents_read, agents_write,
             functions_execute}},
    RoleRow{Role::client, "client", {knowledge_read, search, chat, agents_read}},
};

struct PermissionRow {
  Permission permission;
  std::string_view name;
};

constexpr std::array permission_table = {
    PermissionRow{knowledge_read, "knowledge.read"},
    PermissionRow{knowledge_write, "knowledge.write"},
    PermissionRow{search, "search"},
    PermissionRow{chat, "chat"},
    PermissionRow{agents_read, "agents.read"},
    PermissionRow{agents_write, "agents.write"},
    PermissionRow{users_read, "users.read"},
    PermissionRow{users_write, "users.write"},
    PermissionRow{keys_manage, "keys.manage"},
    PermissionRow{audit_read, "audit.read"},
    PermissionRow{billing_read, "billing.read"},
    PermissionRow{billing_write, "billing.write"},
    PermissionRow{webhooks_manage, "webhooks.manage"},
    PermissionRow{tenants_manage, "tenants.manage"},
    PermissionRow{system_read, "system.read"},
    PermissionRow{functions_execute, "functions.execute"},
    PermissionRow{stores_manage, "stores.manage"},
};

}  // namespace

std::string_view to_string(Role role) {
  for (const auto& row : role_table)
    if (row.role == role) return row.name;
  return "client";
}

std::optional<Role> parse_role(std::string_view text) {
  for (const auto& row : role_table)
    if (row.name == text) return row.role;
  return std::nullopt;
}

PermissionSet permissions_of(Role role) {
  for (const auto& row : role_table)
    if (row.role == role) return row.permissions;
  return {};
}

PermissionSet permissions_of_keys() {
  auto permissions = permissions_of(Role::admin);
  permissions.add(system_read);
  return permissions;
}

std::string_view to_string(Permission permission) {
  for (const auto& row : permission_table)
    if (row.permission == permission) return row.name;
  return "";
}

std::optional<Permission> parse_permission(std::string_view text) {
  for (const auto& row : permission_table)
    if (row.name == text) return row.permission;
  return std::nullopt;
}

std::vector<std::string_view> names_of(PermissionSet permissions) {
  std::vector<std::string_view> names;
  for (const auto& row : permission_table)
    if (permissions.has(row.permission)) names.push_back(row.name);
  return names;
}

Caller operator_caller() {
  static const auto principal =
      std::make_shared<const Principal>(Principal{.role = Role::super_admin,
                                                  .permissions = permissions_of(Role::super_admin),
                                                  .name = "operator"});
  return {.principal = principal};
}

}  // namespace aiva::identity
