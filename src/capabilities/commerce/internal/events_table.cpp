#include "capabilities/commerce/internal/events_table.h"

#include <utility>

#include "capabilities/commerce/internal/id_list.h"

namespace aiva::commerce {
namespace {

EventRow read_row(const SqlRow& row) {
  return {.event = std::string(row.text(0)),
          .topic = std::string(row.text(1)),
          .product_id = std::string(row.text(2)),
          .inventory_item_id = std::string(row.text(3)),
          .order_id = std::string(row.text(4)),
          .collection = {.id = std::string(row.text(7)), .title = std::string(row.text(8))},
          .triggered_at = row.integer(5),
          .created_at = row.integer(6)};
}

}  // namespace

Result<bool> EventsTable::insert(StoreId store, const EventRow& row, bool is_waiting) {
  bool is_known = false;
  TRY_VOID(sql_.query("SELECT 1 FROM store_events WHERE store_id = ? AND event = ?",
                      {store, row.event}, [&is_known](const SqlRow&) -> Result<void> {
                        is_known = true;
                        return {};
                      }));
  if (is_known) return false;
  TRY_VOID(
      sql_.execute("INSERT INTO store_events (store_id, event, topic, product_id, "
                   "inventory_item_id, order_id, triggered_at, state, created_at, collection_id, "
                   "collection_title) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                   {store, row.event, row.topic, row.product_id, row.inventory_item_id,
                    row.order_id, row.triggered_at, is_waiting ? "waiting" : "done", row.created_at,
                    row.collection.id, row.collection.title}));
  return true;
}

Result<bool> EventsTable::has_waiting(StoreId store) {
  bool has_any = false;
  TRY_VOID(sql_.query("SELECT 1 FROM store_events WHERE store_id = ? AND state = 'waiting' LIMIT 1",
                      {store}, [&has_any](const SqlRow&) -> Result<void> {
                        has_any = true;
                        return {};
                      }));
  return has_any;
}

Result<std::vector<EventRow>> EventsTable::waiting(StoreId store, int count_max) {
  std::vector<EventRow> found;
  TRY_VOID(
      sql_.query("SELECT event, topic, product_id, inventory_item_id, order_id, "
                 "triggered_at, created_at, collection_id, collection_title FROM store_events "
                 "WHERE store_id = ? "
                 "AND state = 'waiting' ORDER BY created_at, event LIMIT ?",
                 {store, count_max}, [&found](const SqlRow& row) -> Result<void> {
                   found.push_back(read_row(row));
                   return {};
                 }));
  return found;
}

Result<void> EventsTable::mark_done(StoreId store, std::span<const std::string> events) {
  for (const auto& event : events)
    TRY_VOID(
        sql_.execute("UPDATE store_events SET state = 'done' WHERE store_id = ? "
                     "AND event = ?",
                     {store, event}));
  return {};
}

Result<std::vector<std::string>> EventsTable::spoken_of_since(StoreId store,
                                                              std::span<const std::string> ids,
                                                              UnixMs instant) {
  std::vector<std::string> found;
  // One state at a time: then the index leads to those that came late, however many came before.
  for (std::string_view state : {"waiting", "done"}) {
    auto read_part = [&](std::span<const std::string> part) {
      auto sql =
          "SELECT product_id FROM store_events WHERE store_id = ? AND state = ? "
          "AND created_at >= ? AND +product_id IN " +
          question_marks(part.size());
      std::vector<SqlValue> parameters{store, state, instant};
      for (const auto& id : part) parameters.emplace_back(id);
      return sql_.query_span(sql, parameters, [&found](const SqlRow& row) {
        found.emplace_back(row.text(0));
        return Result<void>{};
      });
    };
    TRY_VOID(in_parts(ids, read_part));
  }
  return found;
}

Result<std::int64_t> EventsTable::remove_before(UnixMs instant, int count_max) {
  std::vector<std::pair<StoreId, std::string>> old;
  TRY_VOID(
      sql_.query("SELECT store_id, event FROM store_events WHERE state = 'done' "
                 "AND created_at < ? LIMIT ?",
                 {instant, count_max}, [&old](const SqlRow& row) -> Result<void> {
                   old.emplace_back(row.id<StoreId>(0), std::string(row.text(1)));
                   return {};
                 }));
  for (const auto& [store, event] : old)
    TRY_VOID(
        sql_.execute("DELETE FROM store_events WHERE store_id = ? AND event = ?", {store, event}));
  return static_cast<std::int64_t>(old.size());
}

}  // namespace aiva::commerce
