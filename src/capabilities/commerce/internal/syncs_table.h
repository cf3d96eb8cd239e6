#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "capabilities/commerce/syncs.h"
#include "foundation/result.h"
#include "ports/database.h"

namespace aiva::commerce {

// A sync as its job needs it.
struct SyncRow {
  Sync sync{};
  std::string place{};
};

// What one transaction of a sync adds to its figures.
struct SyncCounts {
  std::int64_t processed = 0;
  std::int64_t failed = 0;
  std::int64_t added = 0;
  std::int64_t updated = 0;
  std::int64_t unchanged = 0;
  std::int64_t deleted = 0;
};

// The rows of syncs; lives inside one read or transaction.
class SyncsTable {
 public:
  // `now` is what an estimated end is reckoned from.
  SyncsTable(SqlSession& sql, UnixMs now) : sql_(sql), now_(now) {}

  Result<void> insert(const Sync& sync);
  // Fails with `not_found`.
  Result<SyncRow> get(TenantId tenant, SyncId id);
  Result<std::optional<SyncRow>> find(TenantId tenant, SyncId id);
  Result<knowledge::PageOf<Sync>> list(TenantId tenant, const Syncs::Filter& filter);
  // The one of the store that has not ended.
  Result<std::optional<SyncRow>> unfinished(TenantId tenant, StoreId store);

  // Goes from one place to the next; false: somebody else did, or the sync has ended.
  struct Step {
    const std::string& from;
    const std::string& to;
    std::string_view name{};  // what people read
    std::optional<std::int64_t> total{};
    SyncCounts counts{};
  };
  Result<bool> move(TenantId tenant, SyncId id, const Step& step);
  // What is counted elsewhere, while the place stays.
  Result<void> set_total(TenantId tenant, SyncId id, std::int64_t total);
  // Ends it; false: it had ended.
  Result<bool> end(TenantId tenant, SyncId id, SyncStatus status, std::string_view error);
  Result<void> set_step(TenantId tenant, SyncId id, std::string_view step);
  // Pictures were read: the store's newest sync tells of it. What waits is counted anew.
  Result<void> count_images(TenantId tenant, StoreId store, std::int64_t processed,
                            std::int64_t failed, std::int64_t waiting);
  // Why pictures do not go on, on the store's newest sync.
  Result<void> note_image_problem(TenantId tenant, StoreId store, std::string_view error);

 private:
  Result<std::optional<SyncId>> newest(TenantId tenant, StoreId store);
  Result<std::vector<SyncRow>> rows(std::string_view where, std::span<const SqlValue> parameters);

  SqlSession& sql_;
  UnixMs now_;
};

}  // namespace aiva::commerce
