#include "capabilities/commerce/types.h"

#include <array>
#include <span>

namespace aiva::commerce {
namespace {

// The value of that name; nothing when none has it.
template <class T>
std::optional<T> find_named(std::span<const T> values, std::string_view text) {
  for (auto value : values)
    if (to_string(value) == text) return value;
  return std::nullopt;
}

}  // namespace

std::string_view to_string(StoreStatus status) {
  switch (status) {
    case StoreStatus::active: return "active";
    case StoreStatus::paused: return "paused";
    case StoreStatus::error: return "error";
  }
  return "error";
}

std::optional<StoreStatus> parse_store_status(std::string_view text) {
  constexpr std::array all = {StoreStatus::active, StoreStatus::paused, StoreStatus::error};
  return find_named<StoreStatus>(all, text);
}

std::string_view to_string(SyncType type) {
  switch (type) {
    case SyncType::full: return "full";
    case SyncType::incremental: return "incremental";
    case SyncType::manual_sync: return "manual_sync";
  }
  return "full";
}

std::optional<SyncType> parse_sync_type(std::string_view text) {
  constexpr std::array all = {SyncType::full, SyncType::incremental, SyncType::manual_sync};
  return find_named<SyncType>(all, text);
}

std::string_view to_string(SyncStatus status) {
  switch (status) {
    case SyncStatus::pending: return "pending";
    case SyncStatus::processing: return "processing";
    case SyncStatus::completed: return "completed";
    case SyncStatus::failed: return "failed";
    case SyncStatus::cancelled: return "cancelled";
  }
  return "failed";
}

std::optional<SyncStatus> parse_sync_status(std::string_view text) {
  constexpr std::array all = {SyncStatus::pending, SyncStatus::processing, SyncStatus::completed,
                              SyncStatus::failed, SyncStatus::cancelled};
  return find_named<SyncStatus>(all, text);
}

bool is_final(SyncStatus status) {
  switch (status) {
    case SyncStatus::pending:
    case SyncStatus::processing: return false;
    case SyncStatus::completed:
    case SyncStatus::failed:
    case SyncStatus::cancelled: return true;
  }
  return true;
}

}  // namespace aiva::commerce
