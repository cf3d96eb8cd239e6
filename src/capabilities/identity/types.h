#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "foundation/ids.h"
#include "foundation/time.h"
#include "ports/list_position.h"

namespace aiva::identity {

// One sign-in of a user, from login to logout.
using SessionId = Id<struct UserSessionTag>;

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
  webhooks_manage,
  tenants_manage,  // other tenants too: super_admin only
  system_read,
  functions_execute,  // calls functions of agents by name, for bridges and flows
  stores_manage,      // connects shops and reads their catalogues
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
  // Whether every permission of `other` is in this set.
  [[nodiscard]] constexpr bool has_all(PermissionSet other) const {
    return (bits_ & other.bits_) == other.bits_;
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

// What an API key may do at most: all that an administrator of a tenant may, and read how the
// installation fares where its maker may.
PermissionSet permissions_of_keys();

// The permissions of a set by name, in the order of the enumeration.
std::vector<std::string_view> names_of(PermissionSet permissions);

// Who is calling: a user by token, or a tenant by API key.
struct Principal {
  TenantId tenant{};
  UserId user{};        // nil for an API key
  SessionId session{};  // nil for an API key
  std::optional<ApiKeyId> api_key{};
  Role role = Role::client;
  PermissionSet permissions{};
  std::string email{};  // empty for an API key
  std::string name{};
  std::int64_t requests_per_minute_max = 0;  // of this key or tenant; 0: the server's default

  [[nodiscard]] bool may(Permission permission) const { return permissions.has(permission); }
  // Whether rows of `other` are visible at all.
  [[nodiscard]] bool may_see_tenant(TenantId other) const {
    return other == tenant || permissions.has(Permission::tenants_manage);
  }
};

using PrincipalPointer = std::shared_ptr<const Principal>;

// From where a call comes and on whose behalf; what the audit log writes down.
struct Caller {
  PrincipalPointer principal{};  // null: nobody signed in
  std::string ip{};
  std::string user_agent{};

  [[nodiscard]] bool may(Permission permission) const {
    return principal != nullptr && principal->may(permission);
  }
};

// The operator at the machine: may do everything.
Caller operator_caller();

struct Tenant {
  TenantId id{};
  std::string name;
  std::string company_name{};
  bool is_active = true;
  bool registration_enabled = false;
  std::int64_t requests_per_minute_max = 0;  // 0: the server's default
  std::int64_t user_count = 0;
  UnixMs created_at = 0;
  UnixMs updated_at = 0;
};

struct User {
  UserId id{};
  TenantId tenant{};
  std::string tenant_name{};
  std::string email;
  std::string name;
  Role role = Role::client;
  bool is_active = true;
  std::optional<UnixMs> last_login_at{};
  UnixMs created_at = 0;
  UnixMs updated_at = 0;
};

struct PageRequest {
  int page = 1;    // from 1
  int limit = 50;  // 1…200
  // Instead of a page: what stands behind this entry in the list's order. Its key is created_at.
  std::optional<ListPosition> after{};
};

template <class T>
struct PageOf {
  std::vector<T> items;
  std::int64_t total = 0;
};

}  // namespace aiva::identity
