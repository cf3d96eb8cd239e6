#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "foundation/result.h"
#include "foundation/time.h"

namespace aiva::backup {

// How far something is: `done` of `total`, of what the step is named after.
struct Progress {
  std::string_view step;
  std::int64_t done = 0;
  std::int64_t total = 0;
};
using OnProgress = std::function<void(const Progress&)>;

struct VaultOptions {
  // Seals a new vault and opens a sealed one; empty: backups lie open.
  std::string passphrase{};
  // Has all that was put survive the loss of power; for stores that do not see to it themselves.
  std::function<Result<void>()> flush{};
  // Nobody else writes there meanwhile: chunks that nobody needs go at once.
  bool is_exclusive = false;
};

// A migration that the backed-up schema had.
struct SchemaStep {
  int version = 0;
  std::string name{};
};

// How a backup's master key can be had; it opens what is sealed in the rows.
enum class MasterKeyPlace {
  inside,   // it lies in the backup
  outside,  // whoever restores brings it
};

// One backup, as its manifest tells.
struct BackupSummary {
  std::string name{};
  std::string damage{};  // why its manifest cannot be read; then nothing else is known
  UnixMs began_at = 0;
  UnixMs snapshot_at = 0;  // the moment of its rows
  UnixMs ended_at = 0;
  std::string program{};
  bool is_incremental = false;
  bool is_sealed = false;
  MasterKeyPlace master_key = MasterKeyPlace::outside;
  std::int64_t tables = 0;
  std::int64_t rows = 0;
  std::int64_t objects = 0;
  std::int64_t row_bytes = 0;  // before they were packed
  std::int64_t object_bytes = 0;
  std::int64_t new_bytes = 0;          // what it added to the vault
  std::vector<SchemaStep> schema{};    // in the order of their versions
  std::vector<std::string> missing{};  // objects that rows name and nobody had; 1,000 at most
};

struct TakeReport {
  BackupSummary backup{};
  std::int64_t new_chunks = 0;
  std::int64_t mended_chunks = 0;  // were there, damaged, and were written again
};

// What verify() found wrong, each with the name of the thing.
struct Damage {
  std::string what{};   // a chunk's object, or a table
  std::string where{};  // what is lost with it: "rows of documents in 20261130-…"
};

struct VerifyReport {
  std::int64_t backups = 0;
  std::int64_t chunks = 0;
  std::int64_t rows = 0;
  std::int64_t objects = 0;
  std::vector<Damage> damages{};  // 1,000 at most
};

struct RestoreReport {
  std::int64_t tables = 0;
  std::int64_t rows = 0;
  std::int64_t objects = 0;
  std::int64_t object_bytes = 0;
};

struct RemovedChunks {
  std::int64_t chunks = 0;
  std::int64_t kept = 0;  // that nobody needs, but are younger than a day
};

struct PruneReport {
  std::vector<std::string> backups{};
  RemovedChunks chunks{};
};

}  // namespace aiva::backup
