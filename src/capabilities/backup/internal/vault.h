#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "capabilities/backup/types.h"
#include "foundation/call_context.h"
#include "foundation/crypto.h"
#include "foundation/result.h"
#include "ports/object_store.h"

namespace aiva::backup {

// A chunk by the SHA-256 of its bytes; in a sealed vault by their HMAC under the vault's key, so
// that names tell nothing.
using ChunkId = Sha256Digest;

struct ChunkIdHash {
  std::size_t operator()(const ChunkId& id) const;
};
using ChunkSet = std::unordered_set<ChunkId, ChunkIdHash>;

std::string to_text(const ChunkId& id);
std::optional<ChunkId> parse_chunk_id(std::string_view text);
// The object that holds it: chunks/ab/ab….
std::string key_of(const ChunkId& id);

struct KeptChunk {
  ChunkId id{};
  std::int64_t stored_bytes = 0;  // 0: it was there
  bool was_damaged = false;       // it was there and had to be written again
};

// What backups of one installation lie in: chunks named by their content, manifests named by their
// moment, and `vault.json`, which says how they are sealed. Blocks; one thread at a time.
class Vault {
 public:
  // Opens what lies in the store, or makes a new one where nothing does and `may_create` says so.
  // Fails with `not_found` where nothing lies, `invalid` for a missing or wrong passphrase.
  static Result<std::unique_ptr<Vault>> open(ObjectStore& store, const VaultOptions& options,
                                             bool may_create);

  [[nodiscard]] bool is_sealed() const { return !key_.empty(); }
  // For the Cutter, so that equal content is cut alike within one vault.
  [[nodiscard]] std::uint64_t cut_seed() const;

  // Learns what chunks are there, before keep(): each is read and looked at when it is kept again.
  Result<void> learn_chunks();
  // One that a finished backup names is believed to be what it was.
  void believe(const ChunkId& id);
  [[nodiscard]] bool has(const ChunkId& id) const { return there_.contains(id); }
  // Keeps bytes of at most chunk_bytes_max.
  Result<KeptChunk> keep(std::string_view bytes);
  // The bytes of a chunk; `internal` with its name when it is damaged or gone.
  Result<std::string> load(const ChunkId& id);

  // Names of the backups, oldest first.
  Result<std::vector<std::string>> names();
  // Shows a backup: everything kept before survives the loss of power with it.
  Result<void> keep_manifest(const std::string& name, std::string_view text);
  Result<std::string> load_manifest(const std::string& name);
  Result<void> remove_manifest(const std::string& name);
  // Removes chunks that are not in `needed` and, where others may write here, older than a day.
  Result<RemovedChunks> remove_chunks_except(const ChunkSet& needed, UnixMs now);

 private:
  Vault(ObjectStore& store, const VaultOptions& options) : store_(store), options_(options) {}
  Result<void> make_description();
  Result<void> read_description(std::string_view text);
  // Two first backups at once each describe the place; what the loser seals nobody could open.
  Result<void> check_description();
  [[nodiscard]] ChunkId name_of(std::string_view bytes) const;
  Result<void> put(const std::string& key, std::string_view bytes);
  Result<std::string> get(const std::string& key);
  Result<std::vector<ObjectEntry>> list(const std::string& prefix, const std::string& after);

  ObjectStore& store_;
  VaultOptions options_;
  std::string description_;  // as this run knows it
  std::string key_;          // of the bytes; empty: they lie open
  std::string name_key_;     // of their names
  ChunkSet there_;
  ChunkSet proven_;  // written, looked at or believed by this run
};

}  // namespace aiva::backup
