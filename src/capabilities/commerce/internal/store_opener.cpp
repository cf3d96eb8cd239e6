#include "capabilities/commerce/internal/store_opener.h"

#include <utility>

#include "capabilities/commerce/internal/renewing_storefront.h"
#include "foundation/secret_box.h"

namespace aiva::commerce {
namespace {

Result<std::string> unseal(const std::string& key, const std::string& sealed,
                           const std::string& purpose) {
  if (sealed.empty()) return std::string();
  auto opened = open_secret(key, sealed, purpose);
  if (!opened)
    return fail(ErrorCode::unavailable, "The store's access cannot be opened; give its token anew",
                std::move(opened.error().cause));
  return opened;
}

}  // namespace

Task<Result<OpenStore>> StoreOpener::open(CallContext context, StoreId id) {
  auto reading = read(core_.parts.database, context,
                      [&](SqlSession& sql) { return StoresTable(sql).get(context.tenant, id); });
  CO_TRY(auto row, co_await std::move(reading));
  co_return open(std::move(row));
}

Task<Result<std::optional<OpenStore>>> StoreOpener::of_base(CallContext context,
                                                            KnowledgeBaseId base) {
  auto reading = read(core_.parts.database, context, [&](SqlSession& sql) {
    return StoresTable(sql).of_base(context.tenant, base);
  });
  CO_TRY(auto row, co_await std::move(reading));
  if (!row) co_return std::optional<OpenStore>();
  CO_TRY(auto opened, open(std::move(*row)));
  co_return std::optional<OpenStore>(std::move(opened));
}

Result<OpenStore> StoreOpener::open(StoreRow row) const {
  OpenStore opened{.store = std::move(row.store)};
  const auto& store = opened.store;
  TRY(auto token, unseal(core_.parts.master_key, row.token_sealed, token_purpose(store.id)));
  opened.access = {.kind = store.kind,
                   .address = std::move(row.address),
                   .token = std::move(token),
                   .uses_rest = store.uses_rest};
  opened.storefront = &core_.storefront_of(store.kind);
  if (row.refresh_sealed.empty()) return opened;
  opened.own_storefront =
      make_renewing_storefront(*opened.storefront, tokens_, core_.parts.clock, store.id,
                               {.text = opened.access.token,
                                .sealed = std::move(row.token_sealed),
                                .expires_at = row.token_expires_at});
  opened.storefront = opened.own_storefront.get();
  return opened;
}

Result<std::string> StoreOpener::event_secret(const StoreRow& row) const {
  if (row.app_secret_sealed.empty()) return core_.settings.app.client_secret;
  return unseal(core_.parts.master_key, row.app_secret_sealed, app_purpose(row.store.id));
}

}  // namespace aiva::commerce
