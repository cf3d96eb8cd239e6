#include "capabilities/functions/secrets.h"

#include <algorithm>
#include <utility>

#include "capabilities/functions/internal/secrets_table.h"
#include "capabilities/functions/text_template.h"
#include "foundation/text/utf8.h"

namespace aiva::functions {
namespace {

constexpr std::size_t value_bytes_max = 8192;
constexpr std::size_t secrets_max = 200;
// Of shorter secrets the last characters would tell too much.
constexpr std::size_t hinted_bytes_min = 12;
constexpr std::size_t hint_bytes = 4;

Result<void> check(const std::string& name, const std::string& value) {
  if (!is_template_name(name))
    return fail(invalid_field("name", "must be 1 to 64 letters, digits, underscores and hyphens"));
  bool is_plain = std::ranges::none_of(value, [](char c) {
    auto byte = static_cast<unsigned char>(c);
    return byte < 0x20 || byte == 0x7f;
  });
  if (value.empty() || value.size() > value_bytes_max || !is_plain || !is_valid_utf8(value))
    return fail(
        invalid_field("value", "must have 1 to 8192 bytes, none of them a control character"));
  return {};
}

std::string hint_of(const std::string& value) {
  if (value.size() < hinted_bytes_min) return {};
  auto hint = value.substr(value.size() - hint_bytes);
  return is_valid_utf8(hint) ? hint : std::string();
}

class RowSecrets final : public Secrets {
 public:
  explicit RowSecrets(SecretParts parts) : parts_(std::move(parts)) {}

  Task<Result<std::vector<Secret>>> list(CallContext context) override {
    auto reading = read(parts_.database, context, [&](SqlSession& sql) {
      return SecretsTable(sql, parts_.master_key).list(context.tenant);
    });
    auto secrets = co_await std::move(reading);
    co_return secrets;
  }

  Task<Result<Secret>> put(CallContext context, identity::Caller caller, std::string name,
                           std::string value) override {
    CO_TRY_VOID(check(name, value));
    auto now = parts_.clock.unix_ms();
    Secret secret{
        .name = std::move(name), .hint = hint_of(value), .created_at = now, .updated_at = now};
    auto writing = write(parts_.database, context, [&](SqlSession& sql) -> Result<Secret> {
      SecretsTable table(sql, parts_.master_key);
      TRY(auto present, table.list(context.tenant));
      auto stored = secret;
      auto same = std::ranges::find(present, secret.name, &Secret::name);
      if (same != present.end()) stored.created_at = same->created_at;
      TRY(auto was_there, table.replace(context.tenant, stored, value));
      TRY_VOID(audit(sql, context.tenant, caller, "secret.written", secret.name));
      if (was_there) return stored;
      if (present.size() >= secrets_max)
        return fail(ErrorCode::quota_exceeded, "A tenant may have at most 200 secrets");
      TRY_VOID(table.insert(context.tenant, stored, value));
      return stored;
    });
    auto stored = co_await std::move(writing);
    co_return stored;
  }

  Task<Result<std::string>> open(CallContext context, std::string name) override {
    auto reading = read(parts_.database, context, [&](SqlSession& sql) {
      return SecretsTable(sql, parts_.master_key).open(context.tenant, {name});
    });
    CO_TRY(auto values, co_await std::move(reading));
    auto value = values.find(name);
    if (value == values.end()) co_return fail(ErrorCode::not_found, "No secret has this name");
    co_return std::move(value->second);
  }

  Task<Result<void>> remove(CallContext context, identity::Caller caller,
                            std::string name) override {
    auto writing = write(parts_.database, context, [&](SqlSession& sql) -> Result<void> {
      TRY_VOID(SecretsTable(sql, parts_.master_key).remove(context.tenant, name));
      return audit(sql, context.tenant, caller, "secret.deleted", name);
    });
    auto outcome = co_await std::move(writing);
    co_return outcome;
  }

 private:
  Result<void> audit(SqlSession& sql, TenantId tenant, const identity::Caller& caller,
                     std::string action, const std::string& name) {
    return parts_.audit_log.append(sql, caller,
                                   {.tenant = tenant,
                                    .action = std::move(action),
                                    .resource_type = "secret",
                                    .resource_id = name});
  }

  SecretParts parts_;
};

}  // namespace

std::unique_ptr<Secrets> make_secrets(SecretParts parts) {
  return std::make_unique<RowSecrets>(std::move(parts));
}

}  // namespace aiva::functions
