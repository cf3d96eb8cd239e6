#include "capabilities/commerce/internal/event_run.h"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "capabilities/commerce/internal/collection_change.h"
#include "capabilities/commerce/internal/looked_up.h"

namespace aiva::commerce {
namespace {

constexpr int events_per_round = 250;
constexpr int contested_rounds_max = 3;
constexpr std::chrono::seconds slice{3};
// Each run asks anew which products a collection has, so one does more than its slice.
constexpr std::chrono::seconds collection_slice{30};
constexpr std::chrono::hours collection_time_max{6};

}  // namespace

Task<Result<EventRun::End>> EventRun::run(CallContext context) {
  started_ = core_.parts.clock.steady();
  for (;;) {
    CO_TRY_VOID(context.check());
    auto opening = opener_.open(context, store_);
    CO_TRY(auto store, co_await std::move(opening));
    bool can_follow = store.store.status != StoreStatus::paused && store.store.has_token;
    if (!can_follow) co_return End::completed;
    auto looking = next_round(context, store);
    CO_TRY(auto round, co_await std::move(looking));
    if (round.events.empty()) co_return End::completed;
    auto collections = take_collections(round);
    if (!round.events.empty()) {
      auto following = follow(context, store, std::move(round));
      CO_TRY_VOID(co_await std::move(following));
    }
    for (auto& change : collections) {
      auto following = follow_collection(context, store, std::move(change));
      CO_TRY_VOID(co_await std::move(following));
    }
    // What is contested is asked for again by this run, which counts how often.
    bool is_over = core_.parts.clock.steady() - started_ >= slice && contested_rounds_ == 0;
    if (is_over) co_return End::yielded;
  }
}

Task<Result<EventRun::Round>> EventRun::next_round(CallContext context, const OpenStore& store) {
  Round round;
  auto marking = writer_.mark(context, store_);
  CO_TRY(round.began, co_await std::move(marking));
  std::unordered_map<std::string, std::string> of_items;
  auto reading = read(core_.parts.database, context, [&](SqlSession& sql) -> Result<void> {
    TRY(round.events, EventsTable(sql).waiting(store_, events_per_round));
    std::vector<std::string> items;
    for (const auto& event : round.events)
      if (!event.inventory_item_id.empty()) items.push_back(event.inventory_item_id);
    CatalogueRows rows(sql, {.tenant = store.store.tenant, .store = store_});
    TRY(of_items, rows.of_items(items));
    return {};
  });
  CO_TRY_VOID(co_await std::move(reading));
  for (const auto& event : round.events) {
    auto id = event.product_id;
    auto known = of_items.find(event.inventory_item_id);
    if (id.empty() && known != of_items.end()) id = known->second;
    bool is_unknown = id.empty() && known == of_items.end() && event.collection.id.empty();
    if (is_unknown) {
      auto asking = store.storefront->product_of_inventory_item(context, store.access,
                                                                event.inventory_item_id);
      auto found = co_await std::move(asking);
      if (!found && found.error().code != ErrorCode::not_found)
        co_return fail(std::move(found.error()));
      if (found) id = std::move(*found);
      of_items.emplace(event.inventory_item_id, id);
    }
    round.products.push_back(std::move(id));
  }
  co_return round;
}

Task<Result<void>> EventRun::follow(CallContext context, const OpenStore& store, Round round) {
  std::vector<std::string> ids;
  std::unordered_set<std::string> known;
  for (const auto& id : round.products)
    if (!id.empty() && known.insert(id).second) ids.push_back(id);
  auto looking = look_up(context, store, round.began, std::move(ids));
  CO_TRY(auto batch, co_await std::move(looking));
  batch.is_last_word = contested_rounds_ >= contested_rounds_max;
  auto beside = [&](SqlSession& sql, const WriteReport& report) -> Result<void> {
    std::unordered_set<std::string> contested(report.contested.begin(), report.contested.end());
    std::vector<std::string> done;
    for (std::size_t i = 0; i < round.events.size(); ++i)
      if (!contested.contains(round.products[i])) done.push_back(round.events[i].event);
    return EventsTable(sql).mark_done(store_, done);
  };
  auto writing = writer_.write(context, store.store, std::move(batch), beside);
  CO_TRY(auto report, co_await std::move(writing));
  contested_rounds_ = report.contested.empty() ? 0 : contested_rounds_ + 1;
  co_return Result<void>{};
}

std::vector<EventRun::CollectionChange> EventRun::take_collections(Round& round) {
  std::vector<CollectionChange> changes;
  Round others{.began = round.began};
  for (std::size_t i = 0; i < round.events.size(); ++i) {
    auto& event = round.events[i];
    if (event.collection.id.empty()) {
      others.events.push_back(std::move(event));
      others.products.push_back(std::move(round.products[i]));
      continue;
    }
    auto same = [&event](const auto& change) {
      return change.collection.id == event.collection.id;
    };
    auto found = std::ranges::find_if(changes, same);
    if (found == changes.end())
      found = changes.insert(
          found, {.collection = {.id = event.collection.id}, .waits_since = event.created_at});
    bool is_newer = event.triggered_at >= found->told_at && !event.collection.title.empty();
    if (is_newer) found->collection.title = std::move(event.collection.title);
    if (is_newer) found->told_at = event.triggered_at;
    found->events.push_back(std::move(event.event));
  }
  round = std::move(others);
  return changes;
}

Task<Result<void>> EventRun::follow_collection(CallContext context, const OpenStore& store,
                                               CollectionChange change) {
  std::vector<std::string> ids;
  if (store.storefront->abilities().has_traces) {
    auto comparing = products_to_read(context, core_, store, std::move(change.collection));
    CO_TRY(ids, co_await std::move(comparing));
  }
  bool is_contested = false;
  for (std::size_t begin = 0; begin == 0 || begin < ids.size(); begin += lookup_max) {
    CO_TRY_VOID(context.check());
    auto end = std::min(begin + lookup_max, ids.size());
    std::vector<std::string> part(ids.begin() + static_cast<std::ptrdiff_t>(begin),
                                  ids.begin() + static_cast<std::ptrdiff_t>(end));
    auto marking = writer_.mark(context, store_);
    CO_TRY(auto began, co_await std::move(marking));
    auto looking = look_up(context, store, began, std::move(part));
    CO_TRY(auto batch, co_await std::move(looking));
    batch.is_last_word = contested_rounds_ >= contested_rounds_max;
    std::chrono::milliseconds waited(core_.parts.clock.unix_ms() - change.waits_since);
    bool is_last = end == ids.size() || waited > collection_time_max;
    auto beside = [&](SqlSession& sql, const WriteReport& report) -> Result<void> {
      bool is_done = is_last && !is_contested && report.contested.empty();
      if (!is_done) return {};
      return EventsTable(sql).mark_done(store_, change.events);
    };
    auto writing = writer_.write(context, store.store, std::move(batch), beside);
    CO_TRY(auto report, co_await std::move(writing));
    is_contested = is_contested || !report.contested.empty();
    bool is_over = core_.parts.clock.steady() - started_ >= collection_slice;
    if (is_last || is_over) break;
  }
  contested_rounds_ = is_contested ? contested_rounds_ + 1 : 0;
  co_return Result<void>{};
}

}  // namespace aiva::commerce
