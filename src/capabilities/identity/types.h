#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "foundation/ids.h"
#include "foundation/time.h"

namespace aiva::identity {

// What a user may be (specification D); each role's permissions stand in one table.
enum class Role { super_admin, admin, agent_manager, client };

std::string_view to_string(Role role);
std::optional<Role> parse_role(std::string_view text);

// One right; the names are also the scopes of API keys ("knowledge.read").
enum class Permission {
  knowledge_read,
  knowledge_write,
  search,
  chat,
  agents_read,
  agents_write,
  users_read,
  users_write,
  keys_manage,
  audit_read,
  billing_read,
  billing_write,
  tenants_manage,  // other tenants too: super_admin only
  system_read,
};

std::string_view to_string(Permission permission);
std::optional<Permission> parse_permission(std::string_view text);

// A set of permissions in one word.
class PermissionSet {
 public:
  constexpr PermissionSet() = default;
  constexpr PermissionSet(std::initializer_list<Permission> permissions) {
    for (auto permission : permissions) add(permission);
  }
  constexpr void add(Permission permission) { bits_ |= bit(permission); }
  [[nodiscard]] constexpr bool has(Permission permission) const {
    return (bits_ & bit(permission)) != 0;
  }
  // The permissions in both sets.
  [[nodiscard]] constexpr PermissionSet intersect(PermissionSet other) const {
    PermissionSet both;
    both.bits_ = bits_ & other.bits_;
    return both;
  }
  auto operator<=>(const PermissionSet&) const = default;

 private:
  static constexpr std::uint32_t bit(Permission p) { return 1U << static_cast<unsigned>(p); }
  std::uint32_t bits_ = 0;
};

// What a role may do.
PermissionSet permissions_of(Role role);

// Who is calling: a user by token, or a tenant by API key.
struct Principal {
  TenantId tenant{};
  UserId user{};                    // nil for an API key
  std::optional<ApiKeyId> api_key{};
  Role role = Role::client;
  PermissionSet permissions{};
  std::string email{};              // empty for an API key
  std::string name{};
  std::int64_t requests_per_minute_max = 0;  // of this key or tenant; 0: the server's default

  [[nodiscard]] bool may(Permission permission) const { return permissions.has(permission); }
  // Whether rows of `other` are visible at all.
  [[nodiscard]] bool may_see_tenant(TenantId other) const {
    return other == tenant || permissions.has(Permission::tenants_manage);
  }
};

}  // namespace aiva::identity
