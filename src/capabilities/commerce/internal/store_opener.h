#pragma once

#include <optional>
#include <string>

#include "capabilities/commerce/internal/core.h"
#include "capabilities/commerce/internal/stores_table.h"
#include "capabilities/commerce/internal/token_keeper.h"
#include "capabilities/commerce/open_stores.h"

namespace aiva::commerce {

// Stores out of their rows, with their tokens unsealed.
class StoreOpener final : public OpenStores {
 public:
  // Borrowed.
  StoreOpener(Core& core, TokenKeeper& tokens) : core_(core), tokens_(tokens) {}

  Task<Result<OpenStore>> open(CallContext context, StoreId id) override;
  Task<Result<std::optional<OpenStore>>> of_base(CallContext context,
                                                 KnowledgeBaseId base) override;

  // Fails with `unavailable` when a secret cannot be opened.
  [[nodiscard]] Result<OpenStore> open(StoreRow row) const;
  // What events of the store are signed with: its own app's secret, else the installation's; empty
  // where there is neither.
  [[nodiscard]] Result<std::string> event_secret(const StoreRow& row) const;

 private:
  Core& core_;
  TokenKeeper& tokens_;
};

}  // namespace aiva::commerce
