#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "capabilities/billing/billing.h"
#include "capabilities/identity/audit_log.h"
#include "capabilities/identity/types.h"
#include "foundation/call_context.h"
#include "foundation/result.h"
#include "foundation/task.h"
#include "foundation/time.h"
#include "ports/chat_model.h"
#include "ports/clock.h"
#include "ports/database.h"

namespace aiva::models {

// What a provider takes for every model whose name begins with `model`, in billionths of a US
// dollar a token.
struct Price {
  std::string provider{};  // empty: any
  std::string model{};     // the beginning of a name; empty: any
  std::int64_t input_nano_usd = 0;
  std::int64_t cached_nano_usd = 0;  // for input out of the provider's cache
  std::int64_t output_nano_usd = 0;
  std::optional<std::int64_t> cache_write_nano_usd{};  // for input it keeps there; else as input
  UnixMs updated_at = 0;
  bool is_default = false;  // of the program, not of the operator
};

// The price for a model: the longest fitting beginning of its name, then the one that names the
// provider, then the operator's. Where the operator has a price for all of a provider, defaults do
// not count there. Null: it costs nothing, as one's own does.
const Price* find_price(std::span<const Price> prices, std::string_view provider,
                        std::string_view model);

// What the work costs before the margin, rounded up.
billing::MicroUsd cost_of(const Price* price, const ChatUsage& usage);

// Prices of the usual models of the usual providers.
std::vector<Price> default_prices();

// The operator's prices over the default ones.
class Prices {
 public:
  virtual ~Prices() = default;
  // From memory, on any thread. Changes of other processes are seen within half a minute.
  virtual billing::MicroUsd price_of(std::string_view provider, std::string_view model,
                                     const ChatUsage& usage) = 0;
  // All, by provider and model; the operator's in place of defaults of the same name.
  virtual Task<Result<std::vector<Price>>> list(CallContext context) = 0;
  // Adds a price or changes the one of the same provider and model. Fails with `invalid` (fields).
  virtual Task<Result<Price>> set(CallContext context, identity::Caller caller, Price price) = 0;
  // Takes an operator's price away, so that a default counts again. Fails with `not_found`.
  virtual Task<Result<void>> remove(CallContext context, identity::Caller caller,
                                    std::string provider, std::string model) = 0;
  // Reads the operator's prices now.
  virtual Task<Result<void>> load(CallContext context) = 0;
};

std::unique_ptr<Prices> make_prices(Database& database, identity::AuditLog& audit,
                                    const Clock& clock);

// Prices as chats ask for them; `prices` must outlive the function.
using PriceOf = std::function<billing::MicroUsd(std::string_view provider, std::string_view model,
                                                const ChatUsage& usage)>;
PriceOf price_function(Prices& prices);

}  // namespace aiva::models
