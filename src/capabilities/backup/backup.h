#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "capabilities/backup/types.h"
#include "foundation/result.h"
#include "ports/clock.h"
#include "ports/database.h"
#include "ports/object_store.h"

namespace aiva::backup {

// An installation's rows and objects. The rows of a database with replicas must be read from where
// they are written.
struct Installation {
  Database& database;
  ObjectStore& objects;
};

struct TakeOptions {
  bool is_incremental = false;
  std::string program{};     // its version
  std::string master_key{};  // 32 bytes; empty: the backup will not tell whether it opens the rows
  MasterKeyPlace master_key_place = MasterKeyPlace::outside;
};

// The backups in one place. Operations block for as long as they take and call back with their
// progress: for the command line, or a thread of their own. One at a time.
class Backups {
 public:
  virtual ~Backups() = default;

  // Backs an installation up while it is in use: its rows as of one moment, and every object they
  // name. A full backup reads what the place has already, and writes again what is damaged there;
  // an incremental one believes it, and does not read objects that the one before has. What a
  // killed backup wrote is found by the next. Fails with `conflict` when objects went faster than
  // rows were read, and where the newest backup is of an installation with another master key: what
  // one of two removes, the other would miss.
  virtual Result<TakeReport> take(Installation source, const TakeOptions& options) = 0;

  // All backups, oldest first.
  virtual Result<std::vector<BackupSummary>> list() = 0;

  // The backup of that name; or the newest whose moment is not after that instant (ISO 8601 in
  // UTC); or, where `at` is empty, the newest. `not_found`; `invalid` for an `at` that is neither.
  virtual Result<BackupSummary> find(std::string_view at) = 0;

  // Reads every chunk that any backup needs, and the rows of the named one (empty: the newest that
  // can be read): their number, their sums, and that no foreign key leads nowhere. Damage is part
  // of the report, not a failure.
  virtual Result<VerifyReport> verify(const std::string& name) = 0;

  // The master key that opens what the backup's rows hold sealed: the one inside, which is checked,
  // or `given` (32 bytes or empty), if it is that one. `invalid` says what is missing.
  virtual Result<std::string> find_master_key(const std::string& name,
                                              const std::string& given) = 0;

  // Fills an installation whose schema has the backup's steps and no others. All rows that are
  // there, which migrations made, are removed first. Checks the rows against the backup when they
  // are in. Fails with `internal` and the name of what is damaged.
  virtual Result<RestoreReport> restore(const std::string& name, Installation target) = 0;

  // Keeps the newest `keep` (at least 1), and removes the others and what only they needed.
  virtual Result<PruneReport> prune(std::size_t keep) = 0;
};

// `store` and `clock` are borrowed. Fails with `not_found` where no backups lie, unless
// `may_create` lets the place be made ready, and with `invalid` for a wrong passphrase.
Result<std::unique_ptr<Backups>> open_backups(ObjectStore& store, const Clock& clock,
                                              VaultOptions options, bool may_create,
                                              OnProgress on_progress = {});

}  // namespace aiva::backup
