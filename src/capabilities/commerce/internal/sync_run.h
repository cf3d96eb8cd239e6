#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "capabilities/commerce/internal/catalogue_writer.h"
#include "capabilities/commerce/internal/core.h"
#include "capabilities/commerce/internal/parked_exports.h"
#include "capabilities/commerce/internal/sync_place.h"
#include "capabilities/commerce/internal/syncs_table.h"
#include "capabilities/commerce/open_stores.h"

namespace aiva::commerce {

// A sync being run by one job: step after step, each of which is one transaction that writes what
// was read together with the place where it goes on. A step that was cut off is done again.
class SyncRun {
 public:
  // All but the store and its row are borrowed.
  SyncRun(Core& core, CatalogueWriter& writer, ParkedExports& parked, OpenStore store, SyncRow row,
          UnixMs read_until);

  enum class End {
    completed,
    yielded,  // it goes on at its place, after others had their turn
    lost,     // it has ended, or another job goes on with it
  };
  Task<Result<End>> run(CallContext context);
  // Notes that a run failed; answers how many failed one after the other.
  Task<Result<int>> note_failure(CallContext context);
  // Tells the store that its export is not wanted any more; what goes wrong is of no importance.
  Task<void> abandon_export(CallContext context);

 private:
  using Page = PreparedPage;

  Task<Result<void>> take_step(CallContext context);
  Task<Result<void>> begin(CallContext context);
  Task<Result<void>> begin_export(CallContext context);
  Task<Result<void>> wait_for_export(CallContext context);
  // Null: there is nothing to read in it, and the sync went on.
  Task<Result<std::unique_ptr<ProductStream>>> open_export(CallContext context);
  Task<Result<void>> read_export(CallContext context);
  // Without products at the end.
  Task<Result<Page>> next_of_export(CallContext context, ProductStream& stream);
  Task<Result<void>> read_pages(CallContext context);
  Task<Result<Page>> fetch_page(CallContext context, std::string cursor, UnixMs since);
  Task<Result<void>> read_traces(CallContext context);
  Task<Result<void>> find_deletions(CallContext context);
  Task<Result<void>> look_again(CallContext context);
  Task<Result<void>> finish(CallContext context);

  // Writes what was read and goes to `next`; `count` products of it are counted as read.
  Task<Result<void>> keep(CallContext context, ReadBatch batch, SyncPlace next, std::int64_t count);
  Task<Result<void>> keep(CallContext context, CatalogueWriter::Prepared batch, SyncPlace next,
                          std::int64_t count);
  // Goes to `next` without products.
  Task<Result<void>> go(CallContext context, SyncPlace next, std::optional<std::int64_t> total,
                        std::int64_t count);
  // Begins the phase anew after its cursor ran out; any other failure is passed on.
  Task<Result<void>> restart_phase(CallContext context, Error error);
  Result<void> save(SqlSession& sql, const SyncPlace& next, std::optional<std::int64_t> total,
                    const SyncCounts& counts);
  [[nodiscard]] SyncPlace after_reading(SyncPlace place) const;
  [[nodiscard]] SyncPlace without_export(SyncPlace place) const;
  [[nodiscard]] bool is_time_to_yield() const;

  Core& core_;
  CatalogueWriter& writer_;
  ParkedExports& parked_;
  OpenStore store_;
  Sync sync_;
  UnixMs read_until_;
  SyncPlace place_;
  std::string place_text_;  // as it stands in the row
  std::chrono::steady_clock::time_point started_;
  std::chrono::milliseconds poll_interval_{};
  bool is_lost_ = false;
  bool is_finished_ = false;
};

}  // namespace aiva::commerce
