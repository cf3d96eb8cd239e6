#pragma once

#include <string>
#include <vector>

#include "capabilities/commerce/internal/core.h"
#include "capabilities/commerce/internal/events_table.h"
#include "capabilities/commerce/internal/store_opener.h"
#include "capabilities/commerce/store_events.h"

namespace aiva::commerce {

// Takes what stores send and has it followed.
class EventDesk final : public StoreEvents {
 public:
  // Borrowed.
  EventDesk(Core& core, StoreOpener& opener);

  Task<Result<void>> take(CallContext context, StoreId store, std::vector<HttpHeader> headers,
                          std::string body) override;
  Task<Result<void>> take_for_shop(CallContext context, std::vector<HttpHeader> headers,
                                   std::string body) override;
  Task<Result<std::int64_t>> remove_old(CallContext context, std::chrono::days age) override;

 private:
  Result<StoreEvent> verify(const StoreRow& row, const std::vector<HttpHeader>& headers,
                            const std::string& body) const;
  // Writes down what was verified, in a transaction of its own.
  Task<Result<void>> note(CallContext context, StoreRow row, StoreEvent event, std::string key);
  Result<void> write_down(SqlSession& sql, const StoreRow& row, const StoreEvent& event,
                          const EventRow& event_row);
  Result<void> follow_products(SqlSession& sql, const StoreRow& row, const EventRow& event_row);
  Result<void> audit(SqlSession& sql, const StoreRow& row, std::string action,
                     const std::string& topic);

  Core& core_;
  StoreOpener& opener_;
  Counter& taken_;
  Counter& refused_;
};

}  // namespace aiva::commerce
