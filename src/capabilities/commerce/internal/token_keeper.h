#pragma once

#include <optional>
#include <string>

#include "capabilities/commerce/internal/core.h"
#include "capabilities/commerce/internal/stores_table.h"
#include "foundation/flights.h"

namespace aiva::commerce {

// A store's token, unsealed.
struct StoreToken {
  std::string text{};
  std::string sealed{};  // as it stands in its row, by which it is known
  UnixMs expires_at = 0;
};

// Renews the tokens of stores that run out (RFC 6749, section 6): each once, however many want it,
// in this process and in others. A process that dies at it holds the others up for a minute; what
// its answer would have brought is not lost, as the store takes the old refresh token again. Any
// thread.
class TokenKeeper {
 public:
  explicit TokenKeeper(Core& core) : core_(core) {}

  // The token that follows the one `spent` (sealed), which runs out or was refused; it may have
  // been renewed already. Fails with `unauthenticated` when the owner has to agree again, which
  // stands in the row of the store then; with `unavailable` when it cannot be renewed now.
  Task<Result<StoreToken>> renew(CallContext context, StoreId store, std::string spent);

 private:
  Task<Result<void>> renew_once(CallContext context, StoreId store, std::string spent);
  // The row of the one that renews it, where this process does; nothing when another is at it.
  struct Turn {
    StoreRow row{};
    bool is_ours = false;
    bool is_over = false;  // the row has another token by now
  };
  Task<Result<Turn>> take_turn(CallContext context, StoreId store, std::string spent, UnixMs until);
  Task<Result<void>> replace(CallContext context, StoreRow row, UnixMs until);
  Task<Result<void>> give_up(CallContext context, StoreRow row, UnixMs until, Error error);

  Core& core_;
  Flights<StoreId> flights_;
};

}  // namespace aiva::commerce
