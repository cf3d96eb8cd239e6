#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <mutex>
#include <unordered_map>

#include "capabilities/commerce/internal/product_rows.h"
#include "capabilities/commerce/internal/shelf.h"
#include "foundation/flights.h"
#include "foundation/metrics.h"
#include "foundation/thread_pool.h"
#include "ports/database.h"
#include "retrieval/collections/analyzer_pool.h"

namespace aiva::commerce {

// The shelves of the stores that were searched last. One that is behind its rows follows them,
// product by product, once however many callers want it. Any thread.
class Shelves {
 public:
  // Everything is borrowed. All shelves together take about `bytes_max`; the one used last stays
  // whatever it takes.
  Shelves(Database& database, ThreadPool& compute, retrieval::AnalyzerPool& analyzers,
          Metrics& metrics, std::size_t bytes_max);

  // The shelf of a store at `wanted.version`, or at a later one.
  Task<Result<ShelfPointer>> get(CallContext context, StoreVersion wanted);

 private:
  struct Entry {
    KnowledgeBaseId base{};
    ShelfPointer shelf{};
  };

  ShelfPointer find(KnowledgeBaseId base);
  void keep(KnowledgeBaseId base, ShelfPointer shelf);
  Task<Result<void>> catch_up(CallContext context, KnowledgeBaseId base);
  Task<Result<void>> bring_changes(CallContext context, StoreVersion to, std::int64_t from,
                                   ShelfBuilder& builder);

  Database& database_;
  ThreadPool& compute_;
  retrieval::AnalyzerPool& analyzers_;
  Counter& catch_ups_;
  Gauge& bytes_gauge_;
  std::size_t bytes_max_;
  Flights<KnowledgeBaseId> flights_;
  std::mutex mutex_;          // over what follows; never held while waiting
  std::list<Entry> entries_;  // used last first
  std::unordered_map<KnowledgeBaseId, std::list<Entry>::iterator> places_;
  std::size_t bytes_ = 0;
};

}  // namespace aiva::commerce
