#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "capabilities/backup/internal/table_schema.h"
#include "capabilities/backup/internal/vault.h"
#include "capabilities/backup/types.h"

namespace aiva::backup {

// The rows of a table in a backup: framed, in the order of their key.
struct TableRows {
  Table table{};
  std::int64_t rows = 0;
  std::int64_t bytes = 0;
  std::string sum{};                      // RowSum::text
  std::optional<std::int64_t> counter{};  // what it had given; nothing without a counter
  std::vector<ChunkId> chunks{};
};

// Everything that one backup is, but the chunks themselves.
struct Manifest {
  BackupSummary summary{};
  std::vector<TableRows> tables{};  // parents before their children
  // Rows of key, modified_at, size and the chunks' names joined; by key.
  std::vector<ChunkId> object_list{};
  // The master key seals this for the purpose `backup:NAME`; empty: nobody said the key.
  std::string key_proof{};
  std::string master_key{};  // its 32 bytes, where it is inside
};

std::string write_manifest(const Manifest& manifest);
// Fails with `internal` for what write_manifest does not write, `conflict` for a newer format.
Result<Manifest> read_manifest(std::string_view text);

// One object of a backup.
struct ObjectRecord {
  std::string key{};
  UnixMs modified_at = 0;
  std::int64_t bytes = 0;
  std::vector<ChunkId> chunks{};
};

RowBytes write_object_record(const ObjectRecord& record);
Result<ObjectRecord> read_object_record(std::string_view row);

}  // namespace aiva::backup
