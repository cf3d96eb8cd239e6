#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "capabilities/backup/backup.h"
#include "capabilities/backup/internal/chunk_stream.h"
#include "capabilities/backup/internal/manifest.h"
#include "capabilities/backup/internal/object_copies.h"

namespace aiva::backup {

struct TakingParts {
  Vault& vault;
  Installation source;
  const Clock& clock;
  const OnProgress& on_progress;
};

// Takes one backup.
class Taking {
 public:
  Taking(TakingParts parts, const TakeOptions& options);

  // `earlier`: the newest backup of the vault, for what need not be read again.
  Result<TakeReport> run(const std::optional<Manifest>& earlier);

 private:
  // An object that a row names and nobody copied yet.
  struct Wanted {
    std::string key;
    std::size_t place;  // where rows name it
  };

  Result<void> believe(const Manifest& earlier);
  Result<void> copy_all();
  Result<void> read_rows_once();
  Result<void> write_tables(SqlSession& session);
  Result<TableRows> write_table(SqlSession& session, const Table& table);
  Result<void> note_objects(const Table& table, std::string_view row);
  // Copies what rows want; false where some of it went together with its row.
  Result<bool> copy_wanted();
  Result<bool> is_still_named(const Wanted& wanted);
  Result<void> keep_manifest();

  TakingParts parts_;
  const TakeOptions& options_;
  Additions additions_;
  ObjectCopies objects_;
  ChunkWriter writer_;
  Manifest manifest_;
  std::vector<Wanted> wanted_;
  std::int64_t rows_done_ = 0;
  std::int64_t rows_total_ = 0;
};

// Where rows name objects, and whether there is one as long as the row says so.
struct ObjectColumn {
  std::string_view table;
  std::string_view column;
  bool is_required;
};
std::span<const ObjectColumn> object_columns();

}  // namespace aiva::backup
