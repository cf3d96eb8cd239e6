#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "foundation/time.h"

namespace aiva::commerce {

// What a sync does next. A full one: begin, then exporting and reading the export, or pages; then
// deletions, vectors, end. An incremental one: begin, pages of what changed, then traces or an
// export, deletions, vectors, end.
enum class SyncPhase { begin, exporting, export_pages, pages, traces, deletions, vectors };

std::string_view to_string(SyncPhase phase);

// Where a sync goes on after its process died; written in the same transaction as what it read.
struct SyncPlace {
  SyncPhase phase = SyncPhase::begin;
  std::int64_t step = 0;  // of its transactions
  bool is_full = true;    // reads everything, whatever the sync is called
  bool is_large = false;  // an export takes the place of traces
  std::string cursor{};   // of the next page
  std::string export_id{};
  std::int64_t done = 0;             // products of this phase that were read
  std::int64_t began = 0;            // the store's readings before it
  UnixMs began_at = 0;               // by our clock
  UnixMs since = 0;                  // pages: only what changed after it
  UnixMs newest = 0;                 // the latest change that was seen, by the store's clock
  std::vector<std::string> again{};  // read together with another change: to be looked up again
  int tries = 0;                     // of `again`
  int restarts = 0;                  // of the phase, because its cursor ran out
  int failures = 0;                  // one after the other

  bool operator==(const SyncPlace&) const = default;
};

std::string to_json(const SyncPlace& place);
// Malformed text is the place where a sync begins.
SyncPlace sync_place_from_json(std::string_view text);

}  // namespace aiva::commerce
