#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>
#include <vector>

#include "capabilities/backup/internal/manifest.h"
#include "capabilities/backup/internal/vault.h"
#include "capabilities/backup/types.h"
#include "foundation/result.h"

namespace aiva::backup {

// Looks through backups of a vault and gathers what is wrong with them.
class Verifying {
 public:
  Verifying(Vault& vault, const OnProgress& on_progress)
      : vault_(vault), on_progress_(on_progress) {}

  // Reads every chunk that the backup needs and that was not read before.
  Result<void> look_at_chunks(const Manifest& manifest);
  // Reads the backup's rows.
  Result<void> look_at_rows(const Manifest& manifest);
  // A manifest that cannot be read.
  void add_damage(std::string what, std::string where);
  VerifyReport take_report() { return std::move(report_); }

 private:
  // The values of columns that foreign keys of other tables lead to, as hashes.
  using KeySet = std::unordered_set<std::size_t>;
  struct Reference {
    std::vector<std::size_t> places;  // of the columns in a row
    KeySet* keys;
    std::int64_t dangling = 0;
  };
  struct TableCheck {
    std::vector<Reference> kept{};     // for other tables
    std::vector<Reference> checked{};  // this table's foreign keys
  };

  // False, and noted, when the chunk is damaged or was found so before.
  Result<bool> look_at(const ChunkId& id, const std::string& where);
  Result<void> look_at_table(const Manifest& manifest, const TableRows& table);
  Result<void> look_at_row(std::string_view row, TableCheck& check);
  TableCheck prepare(const Manifest& manifest, const Table& table);
  KeySet& keys_of(const std::string& table, const std::vector<std::string>& columns);
  void show();

  Vault& vault_;
  const OnProgress& on_progress_;
  VerifyReport report_;
  ChunkSet sound_;
  ChunkSet damaged_;
  std::map<std::string, KeySet> keys_;
  std::set<std::string> unread_;  // tables whose rows are not known
};

}  // namespace aiva::backup
