#include <algorithm>
#include <map>
#include <optional>
#include <string_view>
#include <utility>

#include "capabilities/commerce/internal/grants_table.h"
#include "capabilities/commerce/internal/store_desk.h"
#include "capabilities/commerce/internal/store_fields.h"
#include "capabilities/commerce/internal/sync_desk.h"
#include "foundation/crypto.h"
#include "foundation/log.h"
#include "foundation/secret_box.h"

namespace aiva::commerce {
namespace {

constexpr std::chrono::minutes consent_time{10};
constexpr std::size_t state_bytes = 32;
// Of 90 days a consent lasts without being used.
constexpr std::chrono::days renewed_before{30};
constexpr int renewed_at_once = 100;
constexpr std::size_t query_bytes_max = 8192;
constexpr std::size_t query_fields_max = 64;

std::optional<int> hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return std::nullopt;
}

// What "%2F" and "+" of a query stand for.
std::string unescape(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    bool is_escape =
        text[i] == '%' && i + 2 < text.size() && hex_digit(text[i + 1]) && hex_digit(text[i + 2]);
    if (is_escape) {
      out += static_cast<char>(*hex_digit(text[i + 1]) * 16 + *hex_digit(text[i + 2]));
      i += 2;
    } else {
      out += text[i] == '+' ? ' ' : text[i];
    }
  }
  return out;
}

// The fields of a query; of one name the first.
std::map<std::string, std::string> fields_of(std::string_view query) {
  std::map<std::string, std::string> fields;
  while (!query.empty() && fields.size() < query_fields_max) {
    auto field = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(field.size() + 1, query.size()));
    auto name = field.substr(0, field.find('='));
    auto value = name.size() < field.size() ? field.substr(name.size() + 1) : std::string_view();
    fields.emplace(unescape(name), unescape(value));
  }
  return fields;
}

std::unexpected<Error> unknown_consent() {
  return fail(ErrorCode::unauthenticated,
              "The consent is unknown, was used already or took longer than ten minutes");
}

std::string hash_of(std::string_view state) { return to_hex(sha256(state)); }

}  // namespace

Task<Result<std::string>> StoreDesk::consent_address(CallContext context, StoreId id) {
  auto getting = get(context, id);
  CO_TRY(auto store, co_await std::move(getting));
  const auto& settings = core_.settings;
  if (store.kind != shop_kind) co_return fail(ErrorCode::invalid, "A feed needs no consent");
  bool has_app = !settings.app.client_id.empty() && !settings.app.client_secret.empty() &&
                 !settings.public_address.empty();
  if (!has_app)
    co_return fail(ErrorCode::unavailable,
                   "This installation has no app of its own; connect the store by a token");
  auto state = random_token(state_bytes);
  auto now = core_.parts.clock.unix_ms();
  auto oldest = now - std::chrono::milliseconds(consent_time).count();
  ConsentRow row{.tenant = context.tenant, .store = id, .user = context.user, .created_at = now};
  auto writing = write(core_.parts.database, context, [&](SqlSession& sql) -> Result<void> {
    StoresTable table(sql);
    TRY_VOID(table.get(context.tenant, id));
    TRY_VOID(table.remove_consents_before(oldest));
    return table.insert_consent(hash_of(state), row);
  });
  CO_TRY_VOID(co_await std::move(writing));
  co_return core_.parts.shopify.consent_address(
      store.address, settings.app, settings.public_address + consent_return_path, state);
}

Task<Result<Store>> StoreDesk::finish_consent(CallContext context, std::string query) {
  auto& storefront = core_.parts.shopify;
  const auto& app = core_.settings.app;
  if (query.starts_with('?')) query.erase(0, 1);
  bool is_signed = query.size() <= query_bytes_max && !app.client_secret.empty() &&
                   storefront.check_return(query, app.client_secret).has_value();
  if (!is_signed)
    co_return fail(ErrorCode::unauthenticated, "The way back is not signed by the store");
  auto fields = fields_of(query);
  auto now = core_.parts.clock.unix_ms();
  std::optional<ConsentRow> consent;
  std::optional<StoreRow> row;
  auto taking = write(core_.parts.database, context, [&](SqlSession& sql) -> Result<void> {
    StoresTable table(sql);
    TRY(consent, table.take_consent(hash_of(fields["state"])));
    if (!consent) return {};
    TRY(row, table.find(consent->tenant, consent->store));
    return {};
  });
  CO_TRY_VOID(co_await std::move(taking));
  auto oldest = now - std::chrono::milliseconds(consent_time).count();
  if (!consent || !row || consent->created_at < oldest) co_return unknown_consent();
  auto address = storefront.fit_address(fields["shop"]);
  if (!address || *address != row->address)
    co_return fail(ErrorCode::unauthenticated, "Another shop agreed than was asked");
  context.tenant = consent->tenant;
  context.user = consent->user;
  auto exchanging = storefront.exchange_code(context, row->address, app, fields["code"]);
  auto grant = co_await std::move(exchanging);
  if (!grant) co_return fail(as_store_failure(std::move(grant.error())));
  auto authorizing = authorize(context, std::move(*row), std::move(*grant));
  CO_TRY_VOID(co_await std::move(authorizing));
  auto subscribing = subscribe(context, consent->store);
  co_await std::move(subscribing);
  auto getting = get(context, consent->store);
  auto store = co_await std::move(getting);
  co_return store;
}

// The token and the first sync in one transaction.
Task<Result<Store>> StoreDesk::authorize(CallContext context, StoreRow row,
                                         Storefront::Grant grant) {
  auto looking = look_at(context, row, grant.token, core_.parts.shopify);
  auto looked = co_await std::move(looking);
  CO_TRY_VOID(context.check());
  if (!looked) log::failure("A store could not be looked at", context, looked.error());
  auto identity = row.store.identity;
  if (identity.scopes.empty()) identity.scopes = grant.scopes;
  auto now = core_.parts.clock.unix_ms();
  auto id = row.store.id;
  StoreChange change{.token = grant.token};
  auto writing = write(core_.parts.database, context, [&](SqlSession& sql) -> Result<void> {
    StoresTable table(sql);
    TRY(row, table.get(context.tenant, id));
    apply(row, change, core_.parts.master_key, now);
    if (!grant.refresh_token.empty()) {
      row.refresh_sealed =
          seal_secret(core_.parts.master_key, grant.refresh_token, refresh_purpose(id));
      row.token_expires_at = grant.expires_at;
      row.refresh_expires_at = grant.refresh_expires_at;
    }
    // The token is of the installation's app, and so are the events from now on.
    row.app_secret_sealed.clear();
    row.store.identity = identity;
    TRY_VOID(table.update(row));
    TRY_VOID(audit(sql, {}, row.store, "store.authorized"));
    if (row.store.status == StoreStatus::paused) return {};
    auto added = add_sync(sql, core_, row.store, SyncType::full);
    if (!added && added.error().code != ErrorCode::conflict) return fail(added.error());
    return {};
  });
  CO_TRY_VOID(co_await std::move(writing));
  core_.parts.jobs.wake();
  co_return std::move(row.store);
}

Task<Result<std::int64_t>> StoreDesk::renew_access(CallContext context) {
  auto ending = core_.parts.clock.unix_ms() + std::chrono::milliseconds(renewed_before).count();
  auto reading = read(core_.parts.database, context, [&](SqlSession& sql) {
    return GrantsTable(sql).ending_before(ending, renewed_at_once);
  });
  CO_TRY(auto rows, co_await std::move(reading));
  std::int64_t count = 0;
  for (const auto& row : rows) {
    CO_TRY_VOID(context.check());
    context.tenant = row.store.tenant;
    auto renewing = tokens_.renew(context, row.store.id, row.token_sealed);
    auto renewed = co_await std::move(renewing);
    if (renewed) ++count;
    if (!renewed) log::failure("A store's access was not renewed", context, renewed.error());
  }
  co_return count;
}

Task<void> StoreDesk::subscribe(CallContext context, StoreId id) {
  const auto& address = core_.settings.public_address;
  if (!address.starts_with("https://")) co_return;
  auto opening = opener_.open(context, id);
  auto store = co_await std::move(opening);
  if (!store || !store->storefront->abilities().has_webhooks) co_return;
  auto subscribing =
      store->storefront->subscribe(context, store->access, address + events_path + id.to_string());
  auto subscribed = co_await std::move(subscribing);
  if (!subscribed) log::failure("A store sends no events", context, subscribed.error());
  bool has_them = subscribed.has_value();
  auto writing = write(core_.parts.database, context, [&](SqlSession& sql) {
    return StoresTable(sql).set_webhooks(context.tenant, id, has_them);
  });
  auto written = co_await std::move(writing);
  if (!written)
    log::failure("It could not be noted that a store sends events", context, written.error());
}

}  // namespace aiva::commerce
