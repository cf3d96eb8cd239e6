#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "capabilities/backup/internal/chunk_stream.h"
#include "capabilities/backup/internal/manifest.h"
#include "capabilities/backup/internal/vault.h"
#include "capabilities/backup/types.h"
#include "foundation/result.h"
#include "ports/object_store.h"

namespace aiva::backup {

// The objects of a backup that is being taken: copied into the vault, known by their keys.
class ObjectCopies {
 public:
  // Borrows all.
  ObjectCopies(ObjectStore& objects, Vault& vault, Additions& additions,
               const OnProgress& on_progress)
      : objects_(objects), vault_(vault), writer_(vault, additions), on_progress_(on_progress) {}

  // Objects of an earlier backup, begun then, that need not be read where nothing put them anew.
  Result<void> believe(const Manifest& earlier);

  // Copies what the store lists and is not copied as it is there now.
  Result<void> copy_listed();
  // Copies one object; false where there is none.
  Result<bool> copy(const std::string& key, UnixMs modified_at);
  [[nodiscard]] bool has(const std::string& key) const { return copied_.contains(key); }

  // Writes the list of all that were copied.
  Result<std::vector<ChunkId>> write_list();
  [[nodiscard]] std::int64_t count() const { return static_cast<std::int64_t>(copied_.size()); }
  [[nodiscard]] std::int64_t bytes() const;

 private:
  bool take_believed(const ObjectEntry& entry);
  Result<std::optional<ObjectRecord>> read(const std::string& key);
  void show();

  ObjectStore& objects_;
  Vault& vault_;
  ChunkWriter writer_;
  const OnProgress& on_progress_;
  std::map<std::string, ObjectRecord> believed_;
  UnixMs believed_before_ = 0;
  std::map<std::string, ObjectRecord> copied_;
};

}  // namespace aiva::backup
