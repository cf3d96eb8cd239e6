#pragma once

#include <cstdint>
#include <vector>

#include "capabilities/backup/backup.h"
#include "capabilities/backup/internal/manifest.h"
#include "capabilities/backup/internal/vault.h"

namespace aiva::backup {

// Fills an installation from a backup.
class Restoring {
 public:
  // Borrows all.
  Restoring(Vault& vault, Installation target, const OnProgress& on_progress)
      : vault_(vault), target_(target), on_progress_(on_progress) {}

  Result<RestoreReport> run(const Manifest& manifest);

 private:
  // Fails where files lie that the backup has not.
  Result<void> check_place(const Manifest& manifest);
  // The tables of the target, each with the columns of its backup; fails where one has no place.
  Result<std::vector<Table>> match(const Manifest& manifest);
  Result<void> empty_tables(const std::vector<Table>& tables);
  Result<void> fill(const Table& table, const TableRows& rows);
  Result<void> insert(const Table& table, const std::vector<RowBytes>& rows);
  Result<void> check(const Table& table, const TableRows& rows);
  Result<void> restore_objects(const Manifest& manifest);
  Result<void> restore_object(const ObjectRecord& record);

  Vault& vault_;
  Installation target_;
  const OnProgress& on_progress_;
  RestoreReport report_;
  std::int64_t rows_total_ = 0;
};

}  // namespace aiva::backup
