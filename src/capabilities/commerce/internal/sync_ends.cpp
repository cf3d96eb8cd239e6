#include <algorithm>
#include <charconv>
#include <iterator>
#include <unordered_set>
#include <utility>

#include "capabilities/commerce/internal/looked_up.h"
#include "capabilities/commerce/internal/pictures_table.h"
#include "capabilities/commerce/internal/store_jobs.h"
#include "capabilities/commerce/internal/stores_table.h"
#include "capabilities/commerce/internal/sync_run.h"
#include "foundation/log.h"

namespace aiva::commerce {
namespace {

constexpr int lookups_per_step = 250;
constexpr int tries_max = 3;
constexpr std::chrono::seconds farewell_time{20};

RowsOwner owner_of(const Store& store) {
  return {.tenant = store.tenant, .store = store.id, .knowledge_base = store.knowledge_base};
}

// How far vectors were made, as a cursor: "SEEN ID". Another text is the beginning.
std::string place_text(const CatalogueRows::Unembedded& place) {
  return std::to_string(place.seen) + " " + place.id.to_string();
}

CatalogueRows::Unembedded unembedded_at(std::string_view cursor) {
  CatalogueRows::Unembedded place;
  auto space = std::min(cursor.find(' '), cursor.size());
  auto end = std::from_chars(cursor.data(), cursor.data() + space, place.seen).ptr;
  auto id = ProductId::parse(cursor.substr(std::min(space + 1, cursor.size())));
  bool is_whole = id && end == cursor.data() + space;
  if (!is_whole) return {};
  place.id = *id;
  return place;
}

bool is_as_known(const ProductTrace& trace, const KnownProduct& known,
                 const KnownInventories* inventories) {
  if (known.is_deleted || known.shop_updated_at != trace.updated_at) return false;
  for (const auto& [variant, inventory] : trace.inventories) {
    if (inventories == nullptr) return false;
    auto found = inventories->find(variant);
    if (found == inventories->end() || found->second != inventory) return false;
  }
  return true;
}

}  // namespace

// A trace that differs from its row is a change that was missed, or one of stock; a row that is
// without a trace is found among the deletions.
Task<Result<void>> SyncRun::read_traces(CallContext context) {
  auto marking = writer_.mark(context, store_.store.id);
  CO_TRY(auto mark, co_await std::move(marking));
  Storefront::ListRequest request{.scope = store_.store.scope, .cursor = place_.cursor};
  auto listing = store_.storefront->list_traces(context, store_.access, std::move(request));
  auto page = co_await std::move(listing);
  if (!page) {
    auto restarting = restart_phase(context, std::move(page.error()));
    CO_TRY_VOID(co_await std::move(restarting));
    co_return Result<void>{};
  }
  std::vector<std::string> ids;
  for (const auto& trace : page->traces) ids.push_back(trace.id);
  std::vector<std::string> same;
  std::vector<std::string> other;
  auto comparing = read(core_.parts.database, context, [&](SqlSession& sql) -> Result<void> {
    CatalogueRows rows(sql, owner_of(store_.store));
    TRY(auto known, rows.known(ids));
    TRY(auto inventories, rows.inventories(ids));
    for (const auto& trace : page->traces) {
      auto row = known.find(trace.id);
      auto counts = inventories.find(trace.id);
      bool is_same =
          row != known.end() &&
          is_as_known(trace, row->second, counts == inventories.end() ? nullptr : &counts->second);
      (is_same ? same : other).push_back(trace.id);
    }
    return {};
  });
  CO_TRY_VOID(co_await std::move(comparing));
  auto count = static_cast<std::int64_t>(other.size());
  auto looking = look_up(context, store_, mark, std::move(other));
  CO_TRY(auto batch, co_await std::move(looking));
  batch.unchanged = std::move(same);
  auto next = place_;
  next.cursor = page->next;
  if (next.cursor.empty()) next.phase = SyncPhase::deletions;
  auto keeping = keep(context, std::move(batch), std::move(next), count);
  CO_TRY_VOID(co_await std::move(keeping));
  co_return Result<void>{};
}

// What the sync did not see is asked for once more: it may have been created or moved meanwhile.
Task<Result<void>> SyncRun::find_deletions(CallContext context) {
  auto marking = writer_.mark(context, store_.store.id);
  CO_TRY(auto mark, co_await std::move(marking));
  std::vector<std::string> unseen;
  auto reading = read(core_.parts.database, context, [&](SqlSession& sql) -> Result<void> {
    CatalogueRows rows(sql, owner_of(store_.store));
    TRY(unseen, rows.not_seen_since(place_.began, lookups_per_step));
    return {};
  });
  CO_TRY_VOID(co_await std::move(reading));
  auto next = place_;
  if (unseen.empty()) {
    next.phase = SyncPhase::vectors;
    next.cursor.clear();
    auto going = go(context, std::move(next), std::nullopt, 0);
    CO_TRY_VOID(co_await std::move(going));
    co_return Result<void>{};
  }
  // Each look at a product marks it as seen; without that this would never end.
  if (unseen.front() == place_.cursor)
    co_return fail(internal_error("A product of a store stays unseen"));
  next.cursor = unseen.front();
  auto looking = look_up(context, store_, mark, std::move(unseen));
  CO_TRY(auto batch, co_await std::move(looking));
  auto keeping = keep(context, std::move(batch), std::move(next), 0);
  CO_TRY_VOID(co_await std::move(keeping));
  co_return Result<void>{};
}

Task<Result<void>> SyncRun::look_again(CallContext context) {
  auto marking = writer_.mark(context, store_.store.id);
  CO_TRY(auto mark, co_await std::move(marking));
  auto next = place_;
  auto split =
      next.again.begin() + static_cast<std::ptrdiff_t>(std::min(next.again.size(), lookup_max));
  std::vector<std::string> ids(next.again.begin(), split);
  next.again.erase(next.again.begin(), split);
  ++next.tries;
  auto count = static_cast<std::int64_t>(ids.size());
  auto looking = look_up(context, store_, mark, std::move(ids));
  CO_TRY(auto batch, co_await std::move(looking));
  batch.is_last_word = next.tries >= tries_max;
  auto keeping = keep(context, std::move(batch), std::move(next), count);
  CO_TRY_VOID(co_await std::move(keeping));
  co_return Result<void>{};
}

Task<Result<void>> SyncRun::finish(CallContext context) {
  auto after = std::optional(unembedded_at(place_.cursor));
  while (after) {
    CO_TRY_VOID(context.check());
    auto embedding = writer_.embed_missing(context, store_.store, *after);
    auto embedded = co_await std::move(embedding);
    if (!embedded) {
      CO_TRY_VOID(context.check());
      log::failure("Products stay without vectors until the next sync", context, embedded.error());
      break;
    }
    after = std::move(*embedded);
    if (!after || !is_time_to_yield()) continue;
    auto next = place_;
    next.cursor = place_text(*after);
    auto going = go(context, std::move(next), std::nullopt, 0);
    CO_TRY_VOID(co_await std::move(going));
    co_return Result<void>{};
  }
  auto now = core_.parts.clock.unix_ms();
  auto read_until = place_.newest == 0 ? place_.began_at : std::min(place_.began_at, place_.newest);
  if (!place_.is_full && place_.newest == 0) read_until = 0;  // nothing is known to be newer
  auto ending = write(core_.parts.database, context, [&](SqlSession& sql) -> Result<void> {
    SyncsTable syncs(sql, now);
    StoresTable stores(sql);
    is_lost_ = false;
    TRY(auto has_ended, syncs.end(sync_.tenant, sync_.id, SyncStatus::completed, ""));
    is_lost_ = !has_ended;
    if (is_lost_) return fail(ErrorCode::conflict, "The sync has ended or goes on elsewhere");
    TRY(auto store, stores.get(sync_.tenant, sync_.store));
    TRY_VOID(stores.finish_sync(sync_.tenant, sync_.store, now, read_until));
    auto interval =
        std::chrono::milliseconds(std::chrono::minutes(store.store.schedule.interval_minutes));
    auto planned = store.store.schedule.is_automatic ? now + interval.count() : 0;
    TRY_VOID(stores.set_next_sync(sync_.tenant, sync_.store, planned));
    PicturesTable pictures(sql, sync_.tenant, sync_.store);
    // A job that has seen that nothing waits may be about to end.
    TRY(auto did_wait, pictures.has_waiting());
    if (sync_.type != SyncType::incremental) TRY_VOID(pictures.retry_failed());
    TRY(auto waiting, pictures.count_waiting());
    TRY_VOID(syncs.count_images(sync_.tenant, sync_.store, 0, 0, waiting));
    if (waiting == 0) return {};
    return enqueue_once(sql, core_.parts.jobs, make_images_job(sync_.tenant, sync_.store),
                        did_wait);
  });
  CO_TRY_VOID(co_await std::move(ending));
  core_.parts.jobs.wake();
  is_finished_ = true;
  co_return Result<void>{};
}

Task<Result<int>> SyncRun::note_failure(CallContext context) {
  auto next = place_;
  ++next.failures;
  auto to = to_json(next);
  auto noting = write(core_.parts.database, context, [&](SqlSession& sql) -> Result<void> {
    SyncsTable table(sql, core_.parts.clock.unix_ms());
    TRY(auto row, table.find(sync_.tenant, sync_.id));
    if (!row) return fail(ErrorCode::not_found, "No such sync");
    TRY_VOID(table.move(sync_.tenant, sync_.id,
                        {.from = place_text_, .to = to, .name = row->sync.step}));
    return {};
  });
  CO_TRY_VOID(co_await std::move(noting));
  co_return next.failures;
}

Task<void> SyncRun::abandon_export(CallContext context) {
  bool is_running = place_.phase == SyncPhase::exporting && !place_.export_id.empty();
  if (!is_running) co_return;
  context.cancellation = {};
  context.deadline = std::chrono::steady_clock::now() + farewell_time;
  auto cancelling = store_.storefront->cancel_export(context, store_.access, place_.export_id);
  auto cancelled = co_await std::move(cancelling);
  if (!cancelled) log::failure("A store's export goes on for nothing", context, cancelled.error());
}

}  // namespace aiva::commerce
