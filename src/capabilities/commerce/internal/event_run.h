#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "capabilities/commerce/internal/catalogue_writer.h"
#include "capabilities/commerce/internal/core.h"
#include "capabilities/commerce/internal/events_table.h"
#include "capabilities/commerce/internal/store_opener.h"

namespace aiva::commerce {

// Follows the events of one store: asks the store for the products they speak of, whatever the
// events say of them, and writes what it answers. An event that is late, doubled or out of order
// does no harm, and one that is lost is made up for by the next sync.
class EventRun {
 public:
  // Borrowed.
  EventRun(Core& core, CatalogueWriter& writer, StoreOpener& opener, StoreId store)
      : core_(core), writer_(writer), opener_(opener), store_(store) {}

  enum class End {
    completed,  // none waits
    yielded,    // others had to wait long enough
  };
  // Fails as the store does.
  Task<Result<End>> run(CallContext context);

 private:
  struct Round {
    std::vector<EventRow> events{};
    std::vector<std::string> products{};  // of each event, empty where there is none
    ReadingMark began{};
  };
  // A collection and the waiting events about it.
  struct CollectionChange {
    StoreCollection collection{};
    UnixMs told_at = 0;  // when it was called so
    UnixMs waits_since = 0;
    std::vector<std::string> events{};
  };
  // Some waiting events and what they speak of.
  Task<Result<Round>> next_round(CallContext context, const OpenStore& store);
  Task<Result<void>> follow(CallContext context, const OpenStore& store, Round round);
  // Takes the events about collections out of the round.
  static std::vector<CollectionChange> take_collections(Round& round);
  // Reads the products in which the collection's rows differ from the store, a part at a time; what
  // is left when others waited long enough stays different for the next run.
  Task<Result<void>> follow_collection(CallContext context, const OpenStore& store,
                                       CollectionChange change);

  Core& core_;
  CatalogueWriter& writer_;
  StoreOpener& opener_;
  StoreId store_;
  std::chrono::steady_clock::time_point started_{};
  int contested_rounds_ = 0;
};

}  // namespace aiva::commerce
