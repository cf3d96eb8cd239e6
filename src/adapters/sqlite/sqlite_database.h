#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>

#include "foundation/call_context.h"
#include "foundation/metrics.h"
#include "foundation/result.h"
#include "foundation/task.h"
#include "ports/database.h"

namespace aiva {

// What an acknowledged write survives.
enum class SqliteSync {
  process,  // the death of the process; a power cut may take the last moments
  power,    // a power cut, for one disk flush per group of writes
};

struct SqliteOptions {
  std::filesystem::path path{};  // a file; its folder must exist
  std::size_t reader_threads = 2;
  std::chrono::milliseconds busy_timeout{5000};  // how long another process may hold the file
  std::chrono::milliseconds slow_query{200};     // statements above it are logged
  SqliteSync sync = SqliteSync::process;
  std::size_t queue_max = 10000;  // waiting reads, and waiting writes
  int cache_kib = 2048;           // page cache of each connection
  Metrics* metrics = nullptr;     // borrowed; null: nothing is shown
};

// Opens (or makes) a database file in WAL mode: one writer thread that commits queued writes in
// groups, and reader threads with a snapshot each. Reads are interrupted at their deadline. Fails
// when the file cannot be opened or is no database.
Result<std::unique_ptr<Database>> make_sqlite_database(SqliteOptions options);

// Looks at every page and foreign key; fails with `internal` and the first findings as its cause.
Task<Result<void>> check_integrity(Database& database, CallContext context);

}  // namespace aiva
