#include "capabilities/models/prices.h"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <tuple>
#include <utility>

#include "capabilities/models/internal/price_table.h"
#include "foundation/log.h"

namespace aiva::models {
namespace {

constexpr std::int64_t nano_usd_max = 1'000'000'000;  // a dollar a token
constexpr std::int64_t tokens_max = 1'000'000'000;
constexpr std::size_t name_bytes_max = 200;
constexpr UnixMs known_ms = 20'000;

// Null while nothing was read.
using Snapshot = std::shared_ptr<const std::vector<Price>>;

auto name_of(const Price& price) { return std::tie(price.provider, price.model); }

// The operator's prices and the defaults they leave.
std::vector<Price> with_defaults(std::vector<Price> prices) {
  for (auto& price : default_prices()) {
    bool is_replaced = std::ranges::any_of(
        prices, [&](const Price& known) { return name_of(known) == name_of(price); });
    if (!is_replaced) prices.push_back(std::move(price));
  }
  std::ranges::sort(prices, {}, name_of);
  return prices;
}

Result<void> check(const Price& price) {
  Error error{.code = ErrorCode::invalid, .message = "The price is not valid"};
  auto check_amount = [&error](const char* field, std::int64_t amount) {
    if (amount < 0 || amount > nano_usd_max)
      error.details.push_back({field, "must be between 0 and 1000000000"});
  };
  auto check_name = [&error](const char* field, std::string_view name) {
    bool is_plain = std::ranges::all_of(name, [](char c) { return c > ' ' && c < '\x7f'; });
    if (!is_plain || name.size() > name_bytes_max)
      error.details.push_back({field, "must be at most 200 visible ASCII characters"});
  };
  check_name("provider", price.provider);
  check_name("model", price.model);
  check_amount("input_nano_usd", price.input_nano_usd);
  check_amount("cached_nano_usd", price.cached_nano_usd);
  check_amount("output_nano_usd", price.output_nano_usd);
  check_amount("cache_write_nano_usd", price.cache_write_nano_usd.value_or(0));
  if (error.details.empty()) return {};
  return fail(std::move(error));
}

identity::AuditEntry audit_entry(const char* action, const std::string& provider,
                                 const std::string& model) {
  identity::AuditEntry entry;
  entry.action = action;
  entry.resource_type = "model_price";
  entry.resource_id = provider + "/" + model;
  return entry;
}

// What is known; shared with a reading that goes on after its asker.
struct Known {
  std::mutex mutex;
  Snapshot prices;
  std::uint64_t begun = 0;   // readings, which are numbered so
  std::uint64_t landed = 0;  // the reading that `prices` come from
  std::atomic<UnixMs> read_at = 0;
  std::atomic<bool> is_reading = false;

  std::uint64_t begin() {
    std::lock_guard lock(mutex);
    return ++begun;
  }
  // A reading that began before the one that is known would bring old prices back.
  void land(std::uint64_t reading, Snapshot read, UnixMs now) {
    std::lock_guard lock(mutex);
    if (reading < landed) return;
    landed = reading;
    prices = std::move(read);
    read_at = now;
  }
};

Task<Result<void>> read_into(Database& database, CallContext context, std::shared_ptr<Known> known,
                             UnixMs now) {
  auto reading = known->begin();
  auto body = [](SqlSession& sql) { return PriceTable(sql).all(); };
  CO_TRY(auto rows, co_await read(database, context, body));
  auto prices = std::make_shared<const std::vector<Price>>(with_defaults(std::move(rows)));
  known->land(reading, std::move(prices), now);
  co_return Result<void>();
}

class KnownPrices final : public Prices {
 public:
  KnownPrices(Database& database, identity::AuditLog& audit, const Clock& clock)
      : database_(database), audit_(audit), clock_(clock) {
    known_->prices = std::make_shared<const std::vector<Price>>(default_prices());
  }

  billing::MicroUsd price_of(std::string_view provider, std::string_view model,
                             const ChatUsage& usage) override {
    refresh();
    auto prices = snapshot();
    return cost_of(find_price(*prices, provider, model), usage);
  }

  Task<Result<std::vector<Price>>> list(CallContext context) override {
    CO_TRY_VOID(co_await load(context));
    co_return *snapshot();
  }

  Task<Result<Price>> set(CallContext context, identity::Caller caller, Price price) override {
    CO_TRY_VOID(check(price));
    price.updated_at = clock_.unix_ms();
    price.is_default = false;
    auto body = [&](SqlSession& sql) -> Result<void> {
      TRY_VOID(PriceTable(sql).put(price));
      return audit_.append(sql, caller,
                           audit_entry("model_price.set", price.provider, price.model));
    };
    CO_TRY_VOID(co_await write(database_, context, body));
    CO_TRY_VOID(co_await load(context));
    co_return price;
  }

  Task<Result<void>> remove(CallContext context, identity::Caller caller, std::string provider,
                            std::string model) override {
    auto body = [&](SqlSession& sql) -> Result<void> {
      TRY(bool was_there, PriceTable(sql).remove(provider, model));
      if (!was_there) return fail(ErrorCode::not_found, "There is no such price of yours");
      return audit_.append(sql, caller, audit_entry("model_price.removed", provider, model));
    };
    CO_TRY_VOID(co_await write(database_, context, body));
    CO_TRY_VOID(co_await load(context));
    co_return Result<void>();
  }

  Task<Result<void>> load(CallContext context) override {
    auto reading = read_into(database_, context, known_, clock_.unix_ms());
    auto outcome = co_await std::move(reading);
    co_return outcome;
  }

 private:
  Snapshot snapshot() const {
    std::lock_guard lock(known_->mutex);
    return known_->prices;
  }

  // Has what is old read again, beside the call that noticed it.
  void refresh() {
    auto now = clock_.unix_ms();
    if (now - known_->read_at < known_ms || known_->is_reading.exchange(true)) return;
    auto done = [known = known_](std::exception_ptr, std::optional<Result<void>> outcome) {
      known->is_reading = false;
      if (outcome && !*outcome) log::failure("Prices cannot be read", {}, outcome->error());
    };
    start(read_into(database_, {}, known_, now), std::move(done));
  }

  Database& database_;
  identity::AuditLog& audit_;
  const Clock& clock_;
  std::shared_ptr<Known> known_ = std::make_shared<Known>();
};

}  // namespace

const Price* find_price(std::span<const Price> prices, std::string_view provider,
                        std::string_view model) {
  bool is_all_priced = std::ranges::any_of(prices, [provider](const Price& price) {
    return !price.is_default && price.model.empty() && price.provider == provider &&
           !provider.empty();
  });
  const Price* best = nullptr;
  auto rank = [](const Price& price) {
    return std::tuple(price.model.size(), price.provider.size(), !price.is_default);
  };
  for (const auto& price : prices) {
    if (!price.provider.empty() && price.provider != provider) continue;
    if (!model.starts_with(price.model) || (price.is_default && is_all_priced)) continue;
    if (best == nullptr || rank(price) > rank(*best)) best = &price;
  }
  return best;
}

billing::MicroUsd cost_of(const Price* price, const ChatUsage& usage) {
  if (price == nullptr) return 0;
  auto count = [](std::int64_t tokens) { return std::clamp<std::int64_t>(tokens, 0, tokens_max); };
  auto input = count(usage.input_tokens);
  auto cached = std::min(count(usage.cached_tokens), input);
  auto written = std::min(count(usage.cache_written_tokens), input - cached);
  auto nano_usd = (input - cached - written) * price->input_nano_usd +
                  cached * price->cached_nano_usd +
                  written * price->cache_write_nano_usd.value_or(price->input_nano_usd) +
                  count(usage.output_tokens) * price->output_nano_usd;
  return (nano_usd + 999) / 1000;
}

std::unique_ptr<Prices> make_prices(Database& database, identity::AuditLog& audit,
                                    const Clock& clock) {
  return std::make_unique<KnownPrices>(database, audit, clock);
}

PriceOf price_function(Prices& prices) {
  return [&prices](std::string_view provider, std::string_view model, const ChatUsage& usage) {
    return prices.price_of(provider, model, usage);
  };
}

}  // namespace aiva::models
