#include "capabilities/commerce/internal/token_keeper.h"

#include <chrono>
#include <utility>

#include "capabilities/commerce/internal/grants_table.h"
#include "foundation/json.h"
#include "foundation/log.h"
#include "foundation/secret_box.h"

namespace aiva::commerce {
namespace {

using std::chrono::milliseconds;

constexpr int rounds_max = 3;
// The request to the store ends before others may believe that nobody is at it.
constexpr std::chrono::seconds request_time_max{40};
constexpr std::chrono::seconds turn_time{60};
constexpr milliseconds turn_looked_for_every{250};
constexpr int looks_max = 2 * milliseconds(turn_time).count() / turn_looked_for_every.count();

std::unexpected<Error> lost_consent(std::string cause = {}) {
  return fail(ErrorCode::unauthenticated, "The owner of the store has to agree again",
              std::move(cause));
}

}  // namespace

Task<Result<StoreToken>> TokenKeeper::renew(CallContext context, StoreId store, std::string spent) {
  for (int round = 0; round < rounds_max; ++round) {
    Flights<StoreId>::Work work = [this, store, spent](CallContext patient) {
      return renew_once(std::move(patient), store, spent);
    };
    auto flying = flights_.fly(context, store, std::move(work));
    CO_TRY_VOID(co_await std::move(flying));
    auto reading = read(core_.parts.database, context, [&](SqlSession& sql) {
      return StoresTable(sql).get(context.tenant, store);
    });
    CO_TRY(auto row, co_await std::move(reading));
    // Whoever was on its way may have followed an older one.
    if (row.token_sealed == spent) continue;
    if (row.token_sealed.empty()) co_return lost_consent();
    auto token = open_secret(core_.parts.master_key, row.token_sealed, token_purpose(store));
    if (!token)
      co_return fail(ErrorCode::unavailable, "The store's access cannot be opened",
                     std::move(token.error().cause));
    co_return StoreToken{.text = std::move(*token),
                         .sealed = std::move(row.token_sealed),
                         .expires_at = row.token_expires_at};
  }
  co_return fail(ErrorCode::unavailable, "The store's access could not be renewed");
}

Task<Result<void>> TokenKeeper::renew_once(CallContext context, StoreId store, std::string spent) {
  Turn turn;
  UnixMs until = 0;
  for (int look = 0; !turn.is_ours; ++look) {
    CO_TRY_VOID(context.check());
    if (look > 0) {
      if (look > looks_max || !core_.parts.pause)
        co_return fail(ErrorCode::unavailable, "The store's access is being renewed elsewhere");
      auto pausing = core_.parts.pause(context, turn_looked_for_every);
      CO_TRY_VOID(co_await std::move(pausing));
    }
    until = core_.parts.clock.unix_ms() + milliseconds(turn_time).count();
    auto taking = take_turn(context, store, spent, until);
    CO_TRY(turn, co_await std::move(taking));
    if (turn.is_over) co_return Result<void>{};
  }
  auto replacing = replace(context, std::move(turn.row), until);
  auto replaced = co_await std::move(replacing);
  co_return replaced;
}

Task<Result<TokenKeeper::Turn>> TokenKeeper::take_turn(CallContext context, StoreId store,
                                                       std::string spent, UnixMs until) {
  auto now = core_.parts.clock.unix_ms();
  auto writing = write(core_.parts.database, context, [&](SqlSession& sql) -> Result<Turn> {
    TRY(auto row, StoresTable(sql).get(context.tenant, store));
    Turn turn{.row = std::move(row)};
    turn.is_over = turn.row.token_sealed != spent;
    if (turn.is_over) return turn;
    if (turn.row.refresh_sealed.empty()) return lost_consent();
    TRY(turn.is_ours, GrantsTable(sql).claim(turn.row, now, until));
    return turn;
  });
  auto turn = co_await std::move(writing);
  co_return turn;
}

Task<Result<void>> TokenKeeper::replace(CallContext context, StoreRow row, UnixMs until) {
  auto id = row.store.id;
  const auto& key = core_.parts.master_key;
  const auto& app = core_.settings.app;
  auto refresh = open_secret(key, row.refresh_sealed, refresh_purpose(id));
  if (!refresh) log::failure("A store's refresh token cannot be opened", context, refresh.error());
  Result<Storefront::Grant> grant =
      fail(ErrorCode::unavailable,
           "The store's access cannot be renewed without the installation's app");
  if (refresh && !app.client_secret.empty()) {
    auto limited = context;
    limited.deadline = std::chrono::steady_clock::now() + request_time_max;
    auto& storefront = core_.storefront_of(row.store.kind);
    auto asking = storefront.renew_grant(limited, row.address, app, std::move(*refresh));
    grant = co_await std::move(asking);
  }
  if (!grant) {
    auto giving_up = give_up(context, std::move(row), until, std::move(grant.error()));
    auto given_up = co_await std::move(giving_up);
    co_return given_up;
  }
  auto fresh = row;
  fresh.token_sealed = seal_secret(key, grant->token, token_purpose(id));
  // A store that gives no other lets the old one be used again.
  if (!grant->refresh_token.empty())
    fresh.refresh_sealed = seal_secret(key, grant->refresh_token, refresh_purpose(id));
  fresh.token_expires_at = grant->expires_at;
  if (grant->refresh_expires_at > 0) fresh.refresh_expires_at = grant->refresh_expires_at;
  auto writing = write(core_.parts.database, context, [&](SqlSession& sql) -> Result<void> {
    GrantsTable grants(sql);
    // Another token, given meanwhile, stays.
    TRY_VOID(grants.replace(fresh, row.token_sealed));
    return grants.release(row, until);
  });
  auto written = co_await std::move(writing);
  co_return written;
}

Task<Result<void>> TokenKeeper::give_up(CallContext context, StoreRow row, UnixMs until,
                                        Error error) {
  bool is_lost = error.code == ErrorCode::unauthenticated;
  auto now = core_.parts.clock.unix_ms();
  auto writing = write(core_.parts.database, context, [&](SqlSession& sql) -> Result<void> {
    GrantsTable grants(sql);
    TRY_VOID(grants.release(row, until));
    if (!is_lost) return {};
    TRY(auto is_forgotten, grants.forget(row, consent_expired, now));
    if (!is_forgotten) return {};
    json::Object details{{"address", row.store.address}};
    return core_.parts.audit_log.append(sql, {},
                                        {.tenant = row.store.tenant,
                                         .actor = "store",
                                         .action = "store.consent_expired",
                                         .resource_type = "store",
                                         .resource_id = row.store.id.to_string(),
                                         .details = json::to_text(details)});
  });
  CO_TRY_VOID(co_await std::move(writing));
  if (!is_lost) co_return fail(std::move(error));
  log::failure("The owner of a store has to agree again", context, error);
  // Whoever asked reads the row, which may have another token by now.
  co_return Result<void>{};
}

}  // namespace aiva::commerce
