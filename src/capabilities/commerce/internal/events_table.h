#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "capabilities/commerce/ids.h"
#include "foundation/result.h"
#include "foundation/time.h"
#include "ports/database.h"
#include "ports/storefront.h"

namespace aiva::commerce {

// What a store sent.
struct EventRow {
  std::string event{};  // what happened together with its topic
  std::string topic{};
  std::string product_id{};
  std::string inventory_item_id{};
  std::string order_id{};
  StoreCollection collection{};
  UnixMs triggered_at = 0;
  UnixMs created_at = 0;
};

// The rows of events; lives inside one read or transaction. Of a store that was checked to be the
// tenant's, or whose signature was verified.
class EventsTable {
 public:
  explicit EventsTable(SqlSession& sql) : sql_(sql) {}

  // false: it was there before. One that is not `is_waiting` is only remembered.
  Result<bool> insert(StoreId store, const EventRow& row, bool is_waiting);
  Result<bool> has_waiting(StoreId store);
  // In the order they came.
  Result<std::vector<EventRow>> waiting(StoreId store, int count_max);
  Result<void> mark_done(StoreId store, std::span<const std::string> events);
  // Which of these products an event spoke of that came at `instant` or later; some twice.
  Result<std::vector<std::string>> spoken_of_since(StoreId store, std::span<const std::string> ids,
                                                   UnixMs instant);
  // Forgets at most `count_max` of all stores that were followed and came before `instant`.
  Result<std::int64_t> remove_before(UnixMs instant, int count_max);

 private:
  SqlSession& sql_;
};

}  // namespace aiva::commerce
