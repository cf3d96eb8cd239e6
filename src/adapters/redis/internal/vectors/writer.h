#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "adapters/redis/internal/vectors/keys.h"
#include "adapters/redis/internal/vectors/state.h"
#include "adapters/redis/redis_passage_index.h"

namespace aiva::redis {

// The one change of a knowledge base's vectors that is under way in all processes. What it writes
// is seen by nobody before commit(); a change that began later makes every step of it fail with
// `unavailable`. For one caller at a time.
class VectorWriter {
 public:
  struct Settings {
    RedisPassageIndexOptions options{};
    std::string owner{};  // names the process
    std::size_t dimension = 0;
  };

  // Takes the lease and clears away what changes before left unfinished. Nothing when another
  // process holds the lease.
  static Task<Result<std::unique_ptr<VectorWriter>>> begin(CallContext context, Redis& redis,
                                                           VectorKeys keys, Settings settings);

  // Where it starts from.
  [[nodiscard]] const VectorState& state() const { return state_; }

  // These documents' rows of earlier changes go with the commit.
  Task<Result<void>> replace(CallContext context, std::vector<DocumentId> documents);
  // Adds rows, which have vectors; their documents are replaced.
  Task<Result<void>> add(CallContext context, std::vector<IndexedPassage> passages);
  // Shows it all. Fails with `conflict` when Redis shows another version than `from_version`.
  Task<Result<void>> commit(CallContext context, std::int64_t from_version,
                            std::int64_t to_version);
  // After the commit: hides what was replaced, copies sets that are mostly hidden, gives the lease
  // back, deletes vectors of models that nobody has used for a day. When it fails, the next change
  // does it first.
  Task<Result<void>> clean_up(CallContext context);
  // Instead of a commit: hides what was added and gives the lease back.
  Task<Result<void>> give_up(CallContext context);

 private:
  struct Bounds {
    std::string from;
    std::string to;
  };
  using Placed = std::pair<std::size_t, IndexedPassage>;  // by its place in state_.sets

  VectorWriter(Redis& redis, VectorKeys keys, Settings settings)
      : redis_(redis), keys_(std::move(keys)), settings_(std::move(settings)) {}

  Task<Result<void>> put_up_fences(CallContext context, std::vector<VectorSet> sets);
  Task<Result<void>> end_change(CallContext context, Epoch epoch);
  Task<Result<void>> forget(CallContext context, Epoch epoch);
  Task<Result<void>> hide(CallContext context, std::vector<DocumentId> documents, Epoch epoch);
  Task<Result<void>> drop_other_models(CallContext context);
  Task<Result<void>> drop_unlisted(CallContext context, Epoch epoch);
  Task<Result<void>> note(CallContext context, std::string list, std::vector<std::string> members);
  Task<Result<void>> count_rows(CallContext context);
  Task<Result<void>> list_sets(CallContext context, bool is_clean);
  Task<Result<void>> copy_wasteful_sets(CallContext context);
  Task<Result<VectorSet>> copy_set(CallContext context, VectorSet from);
  Task<Result<VectorSet>> make_set(CallContext context, std::string tag);
  Task<Result<std::size_t>> find_place(CallContext context, DocumentId document);
  Task<Result<void>> write(CallContext context, std::vector<Placed> rows);
  [[nodiscard]] std::vector<RedisBatch> batches_of(std::vector<Placed> rows) const;
  Task<Result<std::vector<DocumentId>>> read_changed(CallContext context, Epoch epoch);
  [[nodiscard]] std::string quantisation() const;
  [[nodiscard]] RedisBatch eval(const char* script, std::vector<std::string> keys,
                                std::vector<std::string> arguments) const;

  Redis& redis_;
  VectorKeys keys_;
  Settings settings_;
  VectorState state_{};
  Epoch epoch_ = 0;
  int sets_made_ = 0;
  std::unordered_set<DocumentId> replaced_;
  std::unordered_map<DocumentId, std::size_t> places_;  // of documents that were added to
};

// Deletes all that Redis has under these keys. Safe to repeat.
Task<Result<void>> drop_vectors(CallContext context, Redis& redis, VectorKeys keys);

}  // namespace aiva::redis
