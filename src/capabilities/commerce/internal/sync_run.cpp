#include "capabilities/commerce/internal/sync_run.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "capabilities/commerce/internal/looked_up.h"
#include "capabilities/commerce/internal/store_jobs.h"
#include "capabilities/commerce/internal/stores_table.h"
#include "foundation/both.h"
#include "foundation/log.h"

namespace aiva::commerce {
namespace {

// So few products are read by pages before an export has even begun. Pages and traces take from
// what a shop allows in a time, an export does not: more would hold up its other apps, too.
constexpr std::int64_t export_products_least = 250;
constexpr std::chrono::milliseconds poll_first{250};
constexpr std::chrono::milliseconds poll_longest{3000};
constexpr std::chrono::hours export_time_max{6};
constexpr std::chrono::seconds slice{3};
constexpr int restarts_max = 3;

// What people read of a place.
std::string_view step_name(SyncPhase phase) {
  switch (phase) {
    case SyncPhase::begin: return "counting";
    case SyncPhase::exporting: return "exporting";
    case SyncPhase::export_pages:
    case SyncPhase::pages: return "products";
    case SyncPhase::traces:
    case SyncPhase::deletions: return "deletions";
    case SyncPhase::vectors: return "products";
  }
  return "products";
}

bool is_expired_cursor(const Error& error) {
  if (error.code != ErrorCode::invalid) return false;
  return std::ranges::any_of(error.details,
                             [](const FieldError& detail) { return detail.field == "cursor"; });
}

// Whether the store cannot be read in another way either.
bool is_final_for(ErrorCode code) {
  return code == ErrorCode::cancelled || code == ErrorCode::timeout ||
         code == ErrorCode::unauthenticated || code == ErrorCode::unavailable ||
         code == ErrorCode::rate_limited;
}

}  // namespace

SyncRun::SyncRun(Core& core, CatalogueWriter& writer, ParkedExports& parked, OpenStore store,
                 SyncRow row, UnixMs read_until)
    : core_(core),
      writer_(writer),
      parked_(parked),
      store_(std::move(store)),
      sync_(std::move(row.sync)),
      read_until_(read_until),
      place_(sync_place_from_json(row.place)),
      place_text_(std::move(row.place)),
      started_(core.parts.clock.steady()),
      poll_interval_(poll_first) {}

Task<Result<SyncRun::End>> SyncRun::run(CallContext context) {
  while (!is_finished_) {
    CO_TRY_VOID(context.check());
    auto stepping = take_step(context);
    auto stepped = co_await std::move(stepping);
    if (is_lost_) co_return End::lost;
    if (!stepped) co_return fail(std::move(stepped.error()));
    if (!is_finished_ && is_time_to_yield()) co_return End::yielded;
  }
  co_return End::completed;
}

bool SyncRun::is_time_to_yield() const { return core_.parts.clock.steady() - started_ >= slice; }

Task<Result<void>> SyncRun::take_step(CallContext context) {
  if (!place_.again.empty()) return look_again(std::move(context));
  switch (place_.phase) {
    case SyncPhase::begin: return begin(std::move(context));
    case SyncPhase::exporting: return wait_for_export(std::move(context));
    case SyncPhase::export_pages: return read_export(std::move(context));
    case SyncPhase::pages: return read_pages(std::move(context));
    case SyncPhase::traces: return read_traces(std::move(context));
    case SyncPhase::deletions: return find_deletions(std::move(context));
    case SyncPhase::vectors: return finish(std::move(context));
  }
  return finish(std::move(context));
}

Task<Result<void>> SyncRun::begin(CallContext context) {
  auto& storefront = *store_.storefront;
  if (store_.store.kind == shop_kind && store_.access.token.empty())
    co_return fail(ErrorCode::unauthenticated, "The store was not given a token yet");
  auto identifying = storefront.identify(context, store_.access);
  CO_TRY(auto identity, co_await std::move(identifying));
  store_.store.identity = std::move(identity);
  auto abilities = storefront.abilities();
  auto next = place_;
  next.is_full = sync_.type != SyncType::incremental || read_until_ == 0 || !abilities.has_traces;
  auto overlap = std::chrono::milliseconds(core_.settings.overlap).count();
  if (!next.is_full) next.since = std::max<UnixMs>(read_until_ - overlap, 1);
  bool may_export = abilities.has_exports && !store_.access.uses_rest;
  std::optional<std::int64_t> total;
  if (next.is_full || may_export) {
    auto counting = storefront.count_products(context, store_.access, store_.store.scope, 0);
    CO_TRY(total, co_await std::move(counting));
    if (*total > core_.settings.products_per_store_max)
      co_return fail(ErrorCode::quota_exceeded, "The store has more products than are allowed");
  }
  next.is_large = may_export && total.value_or(0) > export_products_least;
  if (!next.is_full && next.is_large) {
    auto counting =
        storefront.count_products(context, store_.access, store_.store.scope, next.since);
    CO_TRY(auto changed, co_await std::move(counting));
    next.is_full = changed > export_products_least;
    total = *total + (next.is_full ? 0 : changed);
  }
  if (!next.is_full && !next.is_large) total.reset();
  auto marking = writer_.mark(context, store_.store.id);
  CO_TRY(auto mark, co_await std::move(marking));
  next.began = mark.reading;
  next.began_at = mark.at;
  next.phase = SyncPhase::pages;
  if (next.is_full && next.is_large) next.phase = SyncPhase::exporting;
  auto noting = write(core_.parts.database, context, [&](SqlSession& sql) {
    return StoresTable(sql).set_identity(sync_.tenant, sync_.store, store_.store.identity);
  });
  CO_TRY_VOID(co_await std::move(noting));
  auto going = go(context, std::move(next), total, 0);
  CO_TRY_VOID(co_await std::move(going));
  co_return Result<void>{};
}

SyncPlace SyncRun::without_export(SyncPlace place) const {
  place.phase = place.is_full ? SyncPhase::pages : SyncPhase::traces;
  place.is_large = false;
  place.export_id.clear();
  place.cursor.clear();
  place.done = 0;
  return place;
}

SyncPlace SyncRun::after_reading(SyncPlace place) const {
  bool has_seen_all = place.is_full || place.phase == SyncPhase::export_pages;
  auto look_at_all = place.is_large ? SyncPhase::exporting : SyncPhase::traces;
  place.phase = has_seen_all ? SyncPhase::deletions : look_at_all;
  place.export_id.clear();
  place.cursor.clear();
  place.done = 0;
  place.restarts = 0;
  return place;
}

// What was read by pages before it is no news for the export.
Task<Result<void>> SyncRun::begin_export(CallContext context) {
  auto marking = writer_.mark(context, store_.store.id);
  CO_TRY(auto mark, co_await std::move(marking));
  auto starting = store_.storefront->start_export(context, store_.access, store_.store.scope);
  auto started = co_await std::move(starting);
  if (!started && is_final_for(started.error().code)) co_return fail(std::move(started.error()));
  auto next = place_;
  if (started) {
    next.export_id = started->id;
    next.began = mark.reading;
    next.began_at = mark.at;
  } else {
    log::failure("A store's export could not be started; it is read by pages", context,
                 started.error());
    next = without_export(std::move(next));
  }
  auto going = go(context, std::move(next), std::nullopt, 0);
  CO_TRY_VOID(co_await std::move(going));
  co_return Result<void>{};
}

Task<Result<void>> SyncRun::wait_for_export(CallContext context) {
  if (place_.export_id.empty()) {
    auto beginning = begin_export(context);
    CO_TRY_VOID(co_await std::move(beginning));
    co_return Result<void>{};
  }
  auto looking = store_.storefront->look_at_export(context, store_.access, place_.export_id);
  auto seen = co_await std::move(looking);
  if (!seen && is_final_for(seen.error().code)) co_return fail(std::move(seen.error()));
  auto state = seen ? seen->state : StoreExport::State::failed;
  auto age = std::chrono::milliseconds(core_.parts.clock.unix_ms() - place_.began_at);
  if (state == StoreExport::State::running && age < export_time_max) {
    if (core_.parts.pause) {
      auto waiting = core_.parts.pause(context, poll_interval_);
      CO_TRY_VOID(co_await std::move(waiting));
    }
    poll_interval_ = std::min(poll_interval_ * 2, poll_longest);
    co_return Result<void>{};
  }
  auto next = place_;
  if (state == StoreExport::State::completed)
    next.phase = SyncPhase::export_pages;
  else
    next = without_export(std::move(next));
  auto going = go(context, std::move(next), std::nullopt, 0);
  CO_TRY_VOID(co_await std::move(going));
  co_return Result<void>{};
}

Task<Result<std::unique_ptr<ProductStream>>> SyncRun::open_export(CallContext context) {
  auto looking = store_.storefront->look_at_export(context, store_.access, place_.export_id);
  auto seen = co_await std::move(looking);
  if (!seen && is_final_for(seen.error().code)) co_return fail(std::move(seen.error()));
  bool is_there = seen && seen->state == StoreExport::State::completed;
  std::unique_ptr<ProductStream> stream;
  if (is_there && !seen->url.empty()) {
    auto opening =
        store_.storefront->open_export(context, store_.access, std::move(*seen), place_.done);
    auto opened = co_await std::move(opening);
    if (!opened && is_final_for(opened.error().code)) co_return fail(std::move(opened.error()));
    if (opened) stream = std::move(*opened);
    is_there = opened.has_value();
  }
  if (stream != nullptr) co_return stream;
  auto taken_back = is_there ? 0 : -place_.done;
  auto next = is_there ? after_reading(place_) : without_export(place_);
  auto going = go(context, std::move(next), std::nullopt, taken_back);
  CO_TRY_VOID(co_await std::move(going));
  co_return stream;
}

// While one page is written the next one arrives and is embedded. A page that arrives meanwhile was
// written out before the sync began to read, as all of the export was.
Task<Result<void>> SyncRun::read_export(CallContext context) {
  auto open = parked_.take(sync_.id, place_.done);
  if (open.stream == nullptr) {
    auto opening = open_export(context);
    CO_TRY(open.stream, co_await std::move(opening));
    if (open.stream == nullptr) co_return Result<void>{};
  }
  if (!open.page) {
    auto first = next_of_export(context, *open.stream);
    CO_TRY(open.page, co_await std::move(first));
  }
  while (open.page->count > 0) {
    CO_TRY_VOID(context.check());
    auto next = place_;
    auto count = open.page->count;
    next.done += count;
    if (next.done > core_.settings.products_per_store_max)
      co_return fail(ErrorCode::quota_exceeded, "The store has more products than are allowed");
    auto keeping = keep(context, std::move(open.page->batch), std::move(next), count);
    auto arriving = next_of_export(context, *open.stream);
    auto together = both(std::move(keeping), std::move(arriving));
    auto [kept, arrived] = co_await std::move(together);
    if (!kept) co_return fail(std::move(kept.error()));
    if (!arrived) co_return fail(std::move(arrived.error()));
    open.page = std::move(*arrived);
    while (!place_.again.empty()) {
      auto looking_again = look_again(context);
      CO_TRY_VOID(co_await std::move(looking_again));
    }
    // Whoever goes on with the sync finds the export as it stands.
    bool is_over = open.page->count > 0 && is_time_to_yield();
    if (is_over) {
      parked_.park(sync_.id, place_.done, std::move(open));
      co_return Result<void>{};
    }
  }
  auto ending = go(context, after_reading(place_), std::nullopt, 0);
  CO_TRY_VOID(co_await std::move(ending));
  co_return Result<void>{};
}

Task<Result<SyncRun::Page>> SyncRun::next_of_export(CallContext context, ProductStream& stream) {
  auto arriving = stream.next(context, core_.settings.products_per_write);
  CO_TRY(auto products, co_await std::move(arriving));
  Page page{.count = static_cast<std::int64_t>(products.size())};
  if (products.empty()) co_return page;
  ReadBatch batch{.began = {.reading = place_.began, .at = place_.began_at},
                  .products = std::move(products)};
  auto preparing = writer_.prepare(context, store_.store, std::move(batch));
  CO_TRY(page.batch, co_await std::move(preparing));
  co_return page;
}

Task<Result<SyncRun::Page>> SyncRun::fetch_page(CallContext context, std::string cursor,
                                                UnixMs since) {
  auto marking = writer_.mark(context, store_.store.id);
  CO_TRY(auto mark, co_await std::move(marking));
  Storefront::ListRequest request{
      .scope = store_.store.scope, .cursor = std::move(cursor), .updated_since = since};
  auto listing = store_.storefront->list_products(context, store_.access, std::move(request));
  CO_TRY(auto content, co_await std::move(listing));
  Page page{.next = std::move(content.next),
            .count = static_cast<std::int64_t>(content.products.size())};
  ReadBatch batch{.began = mark, .products = std::move(content.products)};
  auto preparing = writer_.prepare(context, store_.store, std::move(batch));
  CO_TRY(page.batch, co_await std::move(preparing));
  co_return page;
}

// While one page is written the next one is asked for and embedded.
Task<Result<void>> SyncRun::read_pages(CallContext context) {
  auto asking = fetch_page(context, place_.cursor, place_.since);
  auto page = co_await std::move(asking);
  while (page) {
    CO_TRY_VOID(context.check());
    auto next = place_;
    auto count = page->count;
    next.done += count;
    next.cursor = page->next;
    auto cursor = next.cursor;
    bool is_last = cursor.empty();
    if (next.done > core_.settings.products_per_store_max)
      co_return fail(ErrorCode::quota_exceeded, "The store has more products than are allowed");
    auto keeping =
        keep(context, std::move(page->batch), is_last ? after_reading(next) : next, count);
    if (is_last) {
      CO_TRY_VOID(co_await std::move(keeping));
      co_return Result<void>{};
    }
    auto fetching = fetch_page(context, cursor, place_.since);
    auto together = both(std::move(keeping), std::move(fetching));
    auto [kept, fetched] = co_await std::move(together);
    if (!kept) co_return fail(std::move(kept.error()));
    page = std::move(fetched);
    if (!place_.again.empty() || is_time_to_yield()) co_return Result<void>{};
  }
  auto restarting = restart_phase(context, std::move(page.error()));
  CO_TRY_VOID(co_await std::move(restarting));
  co_return Result<void>{};
}

Task<Result<void>> SyncRun::restart_phase(CallContext context, Error error) {
  bool may_restart =
      is_expired_cursor(error) && !place_.cursor.empty() && place_.restarts < restarts_max;
  if (!may_restart) co_return fail(std::move(error));
  auto next = place_;
  auto taken_back = -next.done;
  next.cursor.clear();
  next.done = 0;
  ++next.restarts;
  auto going = go(context, std::move(next), std::nullopt, taken_back);
  CO_TRY_VOID(co_await std::move(going));
  co_return Result<void>{};
}

Task<Result<void>> SyncRun::keep(CallContext context, ReadBatch batch, SyncPlace next,
                                 std::int64_t count) {
  auto preparing = writer_.prepare(context, store_.store, std::move(batch));
  CO_TRY(auto prepared, co_await std::move(preparing));
  auto keeping = keep(context, std::move(prepared), std::move(next), count);
  auto kept = co_await std::move(keeping);
  co_return kept;
}

Task<Result<void>> SyncRun::keep(CallContext context, CatalogueWriter::Prepared batch,
                                 SyncPlace next, std::int64_t count) {
  auto others = std::move(next.again);
  ++next.step;
  next.failures = 0;
  auto newest = next.newest;
  auto beside = [&](SqlSession& sql, const WriteReport& report) -> Result<void> {
    next.again = others;
    next.again.insert(next.again.end(), report.contested.begin(), report.contested.end());
    next.tries = next.again.empty() ? 0 : next.tries;
    next.newest = std::max(newest, report.newest);
    auto contested = count > 0 ? static_cast<std::int64_t>(report.contested.size()) : 0;
    SyncCounts counts{.processed = count - contested,
                      .failed = report.failed,
                      .added = report.added,
                      .updated = report.updated,
                      .unchanged = report.unchanged,
                      .deleted = report.deleted};
    return save(sql, next, std::nullopt, counts);
  };
  auto writing = writer_.commit(context, std::move(batch), beside);
  CO_TRY_VOID(co_await std::move(writing));
  place_ = std::move(next);
  place_text_ = to_json(place_);
  co_return Result<void>{};
}

Task<Result<void>> SyncRun::go(CallContext context, SyncPlace next,
                               std::optional<std::int64_t> total, std::int64_t count) {
  ++next.step;
  next.failures = 0;
  auto writing = write(core_.parts.database, context, [&](SqlSession& sql) {
    return save(sql, next, total, {.processed = count});
  });
  CO_TRY_VOID(co_await std::move(writing));
  place_ = std::move(next);
  place_text_ = to_json(place_);
  co_return Result<void>{};
}

Result<void> SyncRun::save(SqlSession& sql, const SyncPlace& next,
                           std::optional<std::int64_t> total, const SyncCounts& counts) {
  auto to = to_json(next);
  is_lost_ = false;
  SyncsTable table(sql, core_.parts.clock.unix_ms());
  TRY(auto moved, table.move(sync_.tenant, sync_.id,
                             {.from = place_text_,
                              .to = to,
                              .name = step_name(next.phase),
                              .total = total,
                              .counts = counts}));
  if (moved) return {};
  is_lost_ = true;
  return fail(ErrorCode::conflict, "The sync has ended or goes on elsewhere");
}

}  // namespace aiva::commerce
