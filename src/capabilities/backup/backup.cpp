#include "capabilities/backup/backup.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "capabilities/backup/internal/chunk_stream.h"
#include "capabilities/backup/internal/manifest.h"
#include "capabilities/backup/internal/restoring.h"
#include "capabilities/backup/internal/taking.h"
#include "capabilities/backup/internal/vault.h"
#include "capabilities/backup/internal/verifying.h"
#include "foundation/secret_box.h"

namespace aiva::backup {
namespace {

class StoredBackups final : public Backups {
 public:
  StoredBackups(std::unique_ptr<Vault> vault, const Clock& clock, OnProgress on_progress)
      : vault_(std::move(vault)), clock_(clock), on_progress_(std::move(on_progress)) {}

  Result<TakeReport> take(Installation source, const TakeOptions& options) override {
    AIVA_ASSERT(options.master_key.empty() || options.master_key.size() == secret_box_key_size);
    TRY(auto earlier, newest_readable());
    if (earlier && !is_of(*earlier, options.master_key))
      return fail(ErrorCode::conflict,
                  "The backups there are of an installation with another master key: name another "
                  "place");
    if (!options.is_incremental) earlier.reset();
    Taking taking({*vault_, source, clock_, on_progress_}, options);
    return taking.run(earlier);
  }

  Result<std::vector<BackupSummary>> list() override {
    TRY(auto names, vault_->names());
    std::vector<BackupSummary> summaries;
    for (const auto& name : names) {
      auto manifest = load(name);
      if (manifest)
        summaries.push_back(std::move(manifest->summary));
      else
        summaries.push_back({.name = name, .damage = manifest.error().message});
    }
    return summaries;
  }

  Result<BackupSummary> find(std::string_view at) override {
    TRY(auto names, vault_->names());
    auto moment = parse_iso8601(at);
    bool is_name = std::ranges::find(names, at) != names.end();
    if (!at.empty() && !moment && !is_name) {
      bool may_be_name = at.find('T') == std::string_view::npos && at.size() > 10;
      return fail(may_be_name ? ErrorCode::not_found : ErrorCode::invalid,
                  "No backup has the name " + std::string(at) +
                      ", and it is no instant like 2026-11-30T04:00:00Z");
    }
    for (auto name = names.rbegin(); name != names.rend(); ++name) {
      if (is_name && *name != at) continue;
      TRY(auto manifest, load(*name));
      if (!moment || manifest.summary.snapshot_at <= *moment) return std::move(manifest.summary);
    }
    return fail(ErrorCode::not_found,
                names.empty() ? "There are no backups" : "All backups are younger than that");
  }

  Result<VerifyReport> verify(const std::string& name) override {
    TRY(auto names, vault_->names());
    Verifying verifying(*vault_, on_progress_);
    std::optional<Manifest> chosen;
    for (const auto& some : names) {
      auto manifest = load(some);
      if (!manifest && manifest.error().code != ErrorCode::internal)
        return std::unexpected(std::move(manifest.error()));
      if (!manifest) {
        verifying.add_damage("backups/" + some, manifest.error().message);
        continue;
      }
      TRY_VOID(verifying.look_at_chunks(*manifest));
      if (name.empty() || some == name) chosen = std::move(*manifest);
    }
    if (chosen) TRY_VOID(verifying.look_at_rows(*chosen));
    return verifying.take_report();
  }

  Result<std::string> find_master_key(const std::string& name, const std::string& given) override {
    TRY(auto manifest, load(name));
    const auto& key = manifest.master_key.empty() ? given : manifest.master_key;
    if (key.empty()) return fail(ErrorCode::invalid, "The backup does not hold the master key");
    if (key.size() != secret_box_key_size)
      return fail(ErrorCode::invalid, "A master key has 32 bytes");
    if (!is_of(manifest, key))
      return fail(ErrorCode::invalid, "This is not the master key that the rows are sealed with");
    return key;
  }

  Result<RestoreReport> restore(const std::string& name, Installation target) override {
    TRY(auto manifest, load(name));
    return Restoring(*vault_, target, on_progress_).run(manifest);
  }

  Result<PruneReport> prune(std::size_t keep) override {
    TRY(auto names, vault_->names());
    PruneReport report;
    auto removed = names.size() - std::min(names.size(), std::max<std::size_t>(keep, 1));
    // What a backup that stays needs is known before the first one goes.
    ChunkSet needed;
    for (std::size_t i = removed; i < names.size(); ++i) TRY_VOID(add_needed(names[i], needed));
    for (std::size_t i = 0; i < removed; ++i) {
      TRY_VOID(vault_->remove_manifest(names[i]));
      report.backups.push_back(names[i]);
    }
    TRY(report.chunks, vault_->remove_chunks_except(needed, clock_.unix_ms()));
    return report;
  }

 private:
  // Whether that master key, or none, is the one of the backup's rows, as far as it tells.
  static bool is_of(const Manifest& manifest, const std::string& key) {
    auto purpose = "backup:" + manifest.summary.name;
    return manifest.key_proof.empty() ||
           (!key.empty() && open_secret(key, manifest.key_proof, purpose).value_or("") == purpose);
  }

  Result<Manifest> load(const std::string& name) {
    auto text = vault_->load_manifest(name);
    if (!text && text.error().code == ErrorCode::not_found)
      return fail(ErrorCode::not_found, "No backup has the name " + name);
    if (!text) return std::unexpected(std::move(text.error()));
    TRY(auto manifest, read_manifest(*text));
    if (manifest.summary.name != name)
      return fail(ErrorCode::internal, "backups/" + name + " is another backup's manifest");
    manifest.summary.is_sealed = vault_->is_sealed();
    return manifest;
  }

  // A damaged one is no reason not to take another.
  Result<std::optional<Manifest>> newest_readable() {
    TRY(auto names, vault_->names());
    for (auto name = names.rbegin(); name != names.rend(); ++name)
      if (auto manifest = load(*name)) return std::move(*manifest);
    return std::optional<Manifest>();
  }

  Result<void> add_needed(const std::string& name, ChunkSet& needed) {
    TRY(auto manifest, load(name));
    for (const auto& table : manifest.tables)
      needed.insert(table.chunks.begin(), table.chunks.end());
    needed.insert(manifest.object_list.begin(), manifest.object_list.end());
    return read_rows(*vault_, manifest.object_list, [&](std::string_view row) -> Result<void> {
      TRY(auto record, read_object_record(row));
      needed.insert(record.chunks.begin(), record.chunks.end());
      return {};
    });
  }

  std::unique_ptr<Vault> vault_;
  const Clock& clock_;
  OnProgress on_progress_;
};

}  // namespace

Result<std::unique_ptr<Backups>> open_backups(ObjectStore& store, const Clock& clock,
                                              VaultOptions options, bool may_create,
                                              OnProgress on_progress) {
  TRY(auto vault, Vault::open(store, options, may_create));
  return std::make_unique<StoredBackups>(std::move(vault), clock, std::move(on_progress));
}

}  // namespace aiva::backup
