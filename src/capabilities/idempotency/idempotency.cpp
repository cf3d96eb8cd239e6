#include "capabilities/idempotency/idempotency.h"

#include <algorithm>
#include <optional>

#include "capabilities/idempotency/internal/keys_table.h"
#include "foundation/crypto.h"

namespace aiva::idempotency {
namespace {

constexpr int removed_at_once = 500;
constexpr int retry_after_s_max = 5;

// Names the row; lengths keep the parts apart.
std::string scope_of(const KeyUse& use) {
  std::string text = use.tenant.to_string();
  for (const auto* part : {&use.caller, &use.method, &use.path, &use.key})
    text.append("\n").append(std::to_string(part->size())).append(" ").append(*part);
  auto digest = sha256(text);
  return to_hex(digest);
}

std::unexpected<Error> still_running(std::int64_t lease_left_ms) {
  Error error{.code = ErrorCode::conflict,
              .message = "The first request with this Idempotency-Key is still being answered"};
  auto seconds = static_cast<int>((lease_left_ms + 999) / 1000);
  error.retry_after_s = std::clamp(seconds, 1, retry_after_s_max);
  return fail(std::move(error));
}

// What a row says to a repetition; nothing when the request may run.
Result<std::optional<Repeat>> judge(KeyRow row, const KeyUse& use, UnixMs now) {
  if (row.expires_at <= now) return std::nullopt;
  if (row.request_hash != use.request_hash)
    return fail(invalid_field("Idempotency-Key", "was used for a different request"));
  switch (row.state) {
    case KeyState::kept: return Repeat{std::move(row.answer)};
    case KeyState::unkept:
      return fail(ErrorCode::conflict,
                  "The request with this Idempotency-Key was carried out, but its answer is not "
                  "kept; use another key for another request");
    case KeyState::running: break;
  }
  if (row.lease_until > now) return still_running(row.lease_until - now);
  return std::nullopt;
}

class Keys final : public Idempotency {
 public:
  Keys(Database& database, const Clock& clock, IdempotencySettings settings)
      : database_(database), clock_(clock), settings_(settings) {}

  std::size_t body_bytes_max() const override { return settings_.body_bytes_max; }

  Task<Result<Decision>> begin(CallContext context, KeyUse use) override {
    auto now = clock_.unix_ms();
    KeyClaim row{.claim = {.tenant = use.tenant, .scope = scope_of(use), .owner = random_token(12)},
                 .request_hash = use.request_hash,
                 .now = now,
                 .lease_until = now + use.lease.count(),
                 .expires_at = now + settings_.kept_for.count()};
    auto body = [&use, &row, now](SqlSession& sql) -> Result<Decision> {
      KeysTable keys(sql);
      TRY(auto found, keys.find(use.tenant, row.claim.scope));
      if (found) {
        TRY(auto repeat, judge(std::move(*found), use, now));
        if (repeat) return Decision(std::move(*repeat));
        TRY_VOID(keys.take_over(row));
        return Decision(First{row.claim});
      }
      auto inserted = keys.insert(row);
      // Another process was faster by a moment.
      if (!inserted && inserted.error().code == ErrorCode::conflict)
        return still_running(use.lease.count());
      TRY_VOID(std::move(inserted));
      return Decision(First{row.claim});
    };
    auto decision = co_await write(database_, context, std::move(body));
    co_return decision;
  }

  // Not cancelled with the request: how it ended must be known even when its client is gone.
  Task<Result<void>> end(Claim claim, Ending ending, KeptAnswer answer) override {
    if (ending == Ending::kept && answer.body.size() > settings_.body_bytes_max)
      ending = Ending::unkept;
    if (ending == Ending::unkept) answer = {};
    auto body = [&claim, ending, &answer](SqlSession& sql) -> Result<void> {
      KeysTable keys(sql);
      switch (ending) {
        case Ending::kept: return keys.keep(claim, KeyState::kept, answer);
        case Ending::unkept: return keys.keep(claim, KeyState::unkept, answer);
        case Ending::undone: return keys.free(claim);
      }
      return {};
    };
    auto outcome = co_await write(database_, CallContext{}, std::move(body));
    co_return outcome;
  }

  Task<Result<std::int64_t>> release_running(CallContext context) override {
    auto body = [](SqlSession& sql) { return KeysTable(sql).remove_running(); };
    auto released = co_await write(database_, context, std::move(body));
    co_return released;
  }

  Task<Result<std::int64_t>> remove_expired(CallContext context) override {
    std::int64_t removed = 0;
    for (;;) {
      CO_TRY_VOID(context.check());
      auto body = [this, now = clock_.unix_ms()](SqlSession& sql) -> Result<std::int64_t> {
        KeysTable keys(sql);
        TRY(auto expired, keys.remove_expired(now, removed_at_once));
        TRY(auto surplus, keys.remove_surplus(settings_.keys_per_tenant_max, removed_at_once));
        return expired + surplus;
      };
      CO_TRY(auto some, co_await write(database_, context, std::move(body)));
      removed += some;
      if (some == 0) co_return removed;
    }
  }

 private:
  Database& database_;
  const Clock& clock_;
  IdempotencySettings settings_;
};

}  // namespace

std::unique_ptr<Idempotency> make_idempotency(Database& database, const Clock& clock,
                                              IdempotencySettings settings) {
  return std::make_unique<Keys>(database, clock, settings);
}

}  // namespace aiva::idempotency
