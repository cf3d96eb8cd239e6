#include "capabilities/commerce/internal/event_run.h"

#include <chrono>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "capabilities/commerce/internal/looked_up.h"

namespace aiva::commerce {
namespace {

constexpr int events_per_round = 250;
constexpr int contested_rounds_max = 3;
constexpr std::chrono::seconds slice{3};

}  // namespace

Task<Result<EventRun::End>> EventRun::run(CallContext context) {
  auto started = core_.parts.clock.steady();
  for (;;) {
    CO_TRY_VOID(context.check());
    auto opening = opener_.open(context, store_);
    CO_TRY(auto store, co_await std::move(opening));
    bool can_follow = store.store.status != StoreStatus::paused && store.store.has_token;
    if (!can_follow) co_return End::completed;
    auto looking = next_round(context, store);
    CO_TRY(auto round, co_await std::move(looking));
    if (round.events.empty()) co_return End::completed;
    auto following = follow(context, store, std::move(round));
    CO_TRY_VOID(co_await std::move(following));
    // What is contested is asked for again by this run, which counts how often.
    bool is_over = core_.parts.clock.steady() - started >= slice && contested_rounds_ == 0;
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
      if (event.product_id.empty()) items.push_back(event.inventory_item_id);
    CatalogueRows rows(sql, {.tenant = store.store.tenant, .store = store_});
    TRY(of_items, rows.of_items(items));
    return {};
  });
  CO_TRY_VOID(co_await std::move(reading));
  for (const auto& event : round.events) {
    auto id = event.product_id;
    auto known = of_items.find(event.inventory_item_id);
    if (id.empty() && known != of_items.end()) id = known->second;
    if (id.empty() && known == of_items.end()) {
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

}  // namespace aiva::commerce
