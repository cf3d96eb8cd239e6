#pragma once

#include <string>
#include <vector>

#include "capabilities/commerce/internal/core.h"
#include "capabilities/commerce/internal/store_opener.h"
#include "capabilities/commerce/internal/stores_table.h"
#include "capabilities/commerce/internal/token_keeper.h"
#include "capabilities/commerce/stores.h"
#include "foundation/json.h"

namespace aiva::commerce {

// Connects stores and changes them.
class StoreDesk final : public Stores {
 public:
  // Borrowed.
  StoreDesk(Core& core, StoreOpener& opener, TokenKeeper& tokens)
      : core_(core), opener_(opener), tokens_(tokens) {}

  Task<Result<Store>> connect(CallContext context, identity::Caller caller,
                              NewStore store) override;
  Task<Result<Store>> get(CallContext context, StoreId id) override;
  Task<Result<std::vector<Store>>> list(CallContext context) override;
  Task<Result<Store>> change(CallContext context, identity::Caller caller, StoreId id,
                             StoreChange change) override;
  Task<Result<void>> remove(CallContext context, identity::Caller caller, StoreId id) override;
  Task<Result<Store>> pause(CallContext context, identity::Caller caller, StoreId id) override;
  Task<Result<Store>> resume(CallContext context, identity::Caller caller, StoreId id) override;
  Task<Result<StoreReport>> test(CallContext context, StoreId id) override;
  Task<Result<std::vector<StoreCollection>>> collections(CallContext context, StoreId id) override;
  Task<Result<std::string>> consent_address(CallContext context, StoreId id) override;
  Task<Result<Store>> finish_consent(CallContext context, std::string query) override;
  Task<Result<void>> upload_feed(CallContext context, StoreId id, std::string content) override;
  Task<Result<std::int64_t>> renew_access(CallContext context) override;

 private:
  Task<Result<void>> check_place(CallContext context, KnowledgeBaseId base);
  Result<void> check_place(SqlSession& sql, TenantId tenant, KnowledgeBaseId base);
  // Fills in what the store tells of itself with this access; nothing where none can be had.
  Task<Result<void>> look_at(CallContext context, StoreRow& row, std::string token,
                             Storefront& storefront);
  // Tells the store where to send its events; what goes wrong is logged.
  Task<void> subscribe(CallContext context, StoreId id);
  Task<Result<Store>> authorize(CallContext context, StoreRow row, Storefront::Grant grant);
  Task<Result<void>> examine(CallContext context, const OpenStore& store, StoreReport& report);
  Result<void> audit(SqlSession& sql, const identity::Caller& caller, const Store& store,
                     std::string action, json::Object details = {});

  Core& core_;
  StoreOpener& opener_;
  TokenKeeper& tokens_;
};

}  // namespace aiva::commerce
