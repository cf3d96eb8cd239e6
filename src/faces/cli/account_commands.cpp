#include "faces/cli/account_commands.h"

#include <cstdio>
#include <optional>
#include <vector>

#include "faces/cli/output.h"
#include "faces/cli/terminal.h"
#include "foundation/json_writer.h"

namespace aiva::cli {
namespace {

using identity::Caller;
using identity::Directory;
using identity::Identity;
using identity::Tenant;
using identity::User;

constexpr int page_size = 200;

// Every page of a listing in one list.
template <class T, class ReadPage>
Result<std::vector<T>> read_all(ReadPage read_page) {
  std::vector<T> all;
  for (int number = 1;; ++number) {
    TRY(auto page, read_page(identity::PageRequest{.page = number, .limit = page_size}));
    for (auto& item : page.items) all.push_back(std::move(item));
    if (page.items.size() < page_size) return all;
  }
}

Result<std::vector<Tenant>> all_tenants(Directory& directory) {
  return read_all<Tenant>([&](identity::PageRequest page) {
    return sync_wait(directory.tenants({}, identity::operator_caller(), {.page = page}));
  });
}

Result<std::vector<User>> all_users(Directory& directory, TenantId tenant) {
  return read_all<User>([&](identity::PageRequest page) {
    return sync_wait(
        directory.users({}, identity::operator_caller(), {.tenant = tenant, .page = page}));
  });
}

Result<User> find_user(Directory& directory, const std::string& email) {
  TRY(auto tenants, all_tenants(directory));
  for (const auto& tenant : tenants) {
    identity::UserFilter filter{.tenant = tenant.id, .search = email};
    TRY(auto users, sync_wait(directory.users({}, identity::operator_caller(), filter)));
    for (auto& user : users.items)
      if (user.email == email) return std::move(user);
  }
  return fail(ErrorCode::not_found, "No user has the address " + email);
}

void print_user(JsonWriter& writer, const User& user) {
  writer.begin_object().field("id", user.id).field("email", user.email);
  writer.field("name", user.name).field("role", identity::to_string(user.role));
  writer.field("tenant_id", user.tenant).field("tenant", user.tenant_name);
  writer.field("is_active", user.is_active).end_object();
}

int list_users(Identity& identity, const Arguments& arguments) {
  auto tenant = find_tenant(identity.directory(), arguments.tenant);
  if (!tenant) return report(tenant.error());
  auto users = all_users(identity.directory(), tenant->id);
  if (!users) return report(users.error());
  std::string text;
  JsonWriter writer(text);
  writer.begin_array();
  for (const auto& user : *users) {
    print_user(writer, user);
    if (!arguments.is_json)
      std::printf("%-40s %-14s %-8s %s\n", user.email.c_str(),
                  std::string(identity::to_string(user.role)).c_str(),
                  user.is_active ? "active" : "locked", user.name.c_str());
  }
  writer.end_array();
  if (arguments.is_json) std::printf("%s\n", text.c_str());
  return 0;
}

int add_user(Identity& identity, const Arguments& arguments) {
  auto tenant = find_tenant(identity.directory(), arguments.tenant);
  if (!tenant) return report(tenant.error());
  bool was_made = false;
  auto password = read_or_make_password(was_made);
  identity::Registration registration{
      .email = arguments.email,
      .password = password,
      .name = arguments.name.empty() ? arguments.email : arguments.name,
      .tenant = tenant->id,
      .role = identity::parse_role(arguments.user_role)};
  auto user =
      sync_wait(identity.register_user({}, identity::operator_caller(), std::move(registration)));
  if (!user) return report(user.error());
  if (arguments.is_json) {
    std::string text;
    JsonWriter writer(text);
    print_user(writer, *user);
    std::printf("%s\n", text.c_str());
  } else {
    std::printf("Added %s to %s.\n", user->email.c_str(), tenant->name.c_str());
  }
  if (was_made) std::printf("Password (shown once): %s\n", password.c_str());
  return 0;
}

int set_password(Identity& identity, const Arguments& arguments) {
  auto user = find_user(identity.directory(), arguments.email);
  if (!user) return report(user.error());
  bool was_made = false;
  auto password = read_or_make_password(was_made);
  auto outcome = sync_wait(identity.directory().set_password({}, identity::operator_caller(),
                                                             user->id, {.new_password = password}));
  if (!outcome) return report(outcome.error());
  std::printf("%s has a new password.\n", user->email.c_str());
  if (was_made) std::printf("Password (shown once): %s\n", password.c_str());
  return 0;
}

int deactivate_user(Identity& identity, const Arguments& arguments) {
  auto user = find_user(identity.directory(), arguments.email);
  if (!user) return report(user.error());
  auto outcome =
      sync_wait(identity.directory().remove_user({}, identity::operator_caller(), user->id));
  if (!outcome) return report(outcome.error());
  std::printf("%s is locked out.\n", user->email.c_str());
  return 0;
}

void print_tenant(JsonWriter& writer, const Tenant& tenant) {
  writer.begin_object().field("id", tenant.id).field("name", tenant.name);
  writer.field("is_active", tenant.is_active).field("user_count", tenant.user_count).end_object();
}

int list_tenants(Identity& identity, const Arguments& arguments) {
  auto tenants = all_tenants(identity.directory());
  if (!tenants) return report(tenants.error());
  std::string text;
  JsonWriter writer(text);
  writer.begin_array();
  for (const auto& tenant : *tenants) {
    print_tenant(writer, tenant);
    if (!arguments.is_json)
      std::printf("%s  %-30s %lld users%s\n", tenant.id.to_string().c_str(), tenant.name.c_str(),
                  static_cast<long long>(tenant.user_count), tenant.is_active ? "" : "  inactive");
  }
  writer.end_array();
  if (arguments.is_json) std::printf("%s\n", text.c_str());
  return 0;
}

int add_tenant(Identity& identity, const Arguments& arguments) {
  auto tenant = sync_wait(identity.directory().create_tenant({}, identity::operator_caller(),
                                                             {.name = arguments.name}));
  if (!tenant) return report(tenant.error());
  std::string text;
  JsonWriter writer(text);
  print_tenant(writer, *tenant);
  if (arguments.is_json)
    std::printf("%s\n", text.c_str());
  else
    std::printf("Added the tenant %s (%s).\n", tenant->name.c_str(),
                tenant->id.to_string().c_str());
  return 0;
}

}  // namespace

Result<Tenant> find_tenant(Directory& directory, const std::string& name_or_id) {
  TRY(auto tenants, all_tenants(directory));
  const Tenant* oldest = nullptr;
  std::string names;
  for (const auto& tenant : tenants) {
    if (tenant.name == name_or_id || tenant.id.to_string() == name_or_id) return tenant;
    if (oldest == nullptr || tenant.created_at < oldest->created_at) oldest = &tenant;
    names += (names.empty() ? "" : ", ") + tenant.name;
  }
  if (name_or_id.empty() && oldest != nullptr) return *oldest;
  if (oldest == nullptr)
    return fail(ErrorCode::not_found, "There is no tenant yet; `aiva serve` makes the first");
  return fail(ErrorCode::not_found, "No tenant is named '" + name_or_id + "'; there are: " + names);
}

int run_account_command(Identity& identity, const Arguments& arguments) {
  switch (arguments.command) {
    case CommandName::user_list: return list_users(identity, arguments);
    case CommandName::user_add: return add_user(identity, arguments);
    case CommandName::user_password: return set_password(identity, arguments);
    case CommandName::user_deactivate: return deactivate_user(identity, arguments);
    case CommandName::tenant_list: return list_tenants(identity, arguments);
    case CommandName::tenant_add: return add_tenant(identity, arguments);
    case CommandName::serve:
    case CommandName::migrate:
    case CommandName::migrate_to:
    case CommandName::backup_take:
    case CommandName::backup_list:
    case CommandName::backup_verify:
    case CommandName::restore:
    case CommandName::ingest:
    case CommandName::ask:
    case CommandName::eval:
    case CommandName::credits_balance:
    case CommandName::credits_add:
    case CommandName::credits_history:
    case CommandName::credits_reconcile:
    case CommandName::model_add_clip:
    case CommandName::model_add_reranker:
    case CommandName::doctor:
    case CommandName::load:
    case CommandName::plan:
    case CommandName::top:
    case CommandName::routes:
    case CommandName::version: break;
  }
  return 2;
}

}  // namespace aiva::cli
