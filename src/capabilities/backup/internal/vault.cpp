#include "capabilities/backup/internal/vault.h"

#include <algorithm>
#include <cstring>
#include <fstream>
#include <utility>

#include "capabilities/backup/internal/cutter.h"
#include "capabilities/backup/internal/packing.h"
#include "foundation/ids.h"
#include "foundation/json.h"
#include "foundation/json_writer.h"
#include "foundation/secret_box.h"
#include "foundation/task.h"

namespace aiva::backup {
namespace {

namespace fs = std::filesystem;

constexpr const char* description_key = "vault.json";
constexpr const char* chunk_prefix = "chunks/";
constexpr const char* manifest_prefix = "backups/";
constexpr int format_version = 1;
constexpr std::size_t listed_together = 10'000;
constexpr std::size_t manifest_bytes_max = 1U << 30;
constexpr UnixMs unneeded_life_ms = 24 * 3600 * 1000;
constexpr std::size_t salt_bytes = 16;

std::string_view as_text(const Sha256Digest& digest) {
  return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

std::string random_text(std::size_t size) {
  std::string bytes(size, '\0');
  random_bytes({reinterpret_cast<std::uint8_t*>(bytes.data()), bytes.size()});
  return bytes;
}

Result<std::string> read_file(const fs::path& path) {
  std::error_code error;
  auto size = fs::file_size(path, error);
  std::ifstream stream(path, std::ios::binary);
  if (error || !stream) return fail(ErrorCode::not_found, "No such object");
  std::string bytes(size, '\0');
  stream.read(bytes.data(), static_cast<std::streamsize>(size));
  if (!stream) return fail(ErrorCode::unavailable, "Cannot read " + path.string());
  return bytes;
}

std::unexpected<Error> damaged(const std::string& key, const Error& reason) {
  return fail(ErrorCode::internal, key + " is damaged", reason.message + " " + reason.cause);
}

}  // namespace

std::size_t ChunkIdHash::operator()(const ChunkId& id) const {
  std::size_t hash = 0;
  std::memcpy(&hash, id.data(), sizeof hash);
  return hash;
}

std::string to_text(const ChunkId& id) { return to_hex(id); }

std::optional<ChunkId> parse_chunk_id(std::string_view text) {
  ChunkId id{};
  if (text.size() != 2 * id.size()) return std::nullopt;
  auto digit = [](char c) {
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
  };
  for (std::size_t i = 0; i < id.size(); ++i) {
    int high = digit(text[2 * i]);
    int low = digit(text[2 * i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    id[i] = static_cast<std::uint8_t>(high << 4 | low);
  }
  return id;
}

std::string key_of(const ChunkId& id) {
  auto text = to_text(id);
  return chunk_prefix + text.substr(0, 2) + "/" + text;
}

Result<std::unique_ptr<Vault>> Vault::open(ObjectStore& store, const VaultOptions& options,
                                           bool may_create) {
  std::unique_ptr<Vault> vault(new Vault(store, options));
  auto text = vault->get(description_key);
  if (text) {
    TRY_VOID(vault->read_description(*text));
    vault->description_ = std::move(*text);
    return vault;
  }
  if (text.error().code != ErrorCode::not_found) return std::unexpected(std::move(text.error()));
  if (!may_create) return fail(ErrorCode::not_found, "There are no backups");
  TRY_VOID(vault->make_description());
  return vault;
}

Result<void> Vault::make_description() {
  auto id = Uuid::make().to_string();
  std::string text;
  JsonWriter writer(text);
  writer.begin_object().field("format", format_version).field("id", id);
  if (!options_.passphrase.empty()) {
    auto salt = random_text(salt_bytes);
    key_ = random_text(secret_box_key_size);
    auto sealed = seal_secret(key_of_passphrase(options_.passphrase, salt), key_, "backup:" + id);
    writer.field("kdf", "scrypt-15-8-1").field("salt", to_base64(salt)).field("key", sealed);
  }
  writer.end_object();
  if (is_sealed()) name_key_ = as_text(hmac_sha256(key_, "names of chunks"));
  TRY_VOID(put(description_key, text));
  description_ = std::move(text);
  return options_.flush ? options_.flush() : Result<void>{};
}

Result<void> Vault::check_description() {
  if (options_.is_exclusive) return {};
  TRY(auto text, get(description_key));
  if (text == description_) return {};
  return fail(ErrorCode::conflict,
              "Another backup began this place at the same time; take this one again");
}

Result<void> Vault::read_description(std::string_view text) {
  TRY(auto value, json::parse(text));
  json::Fields fields(value);
  auto format = fields.integer("format", 0, 0, 1'000'000);
  auto id = fields.text("id", {.length_max = 100});
  auto kdf = fields.optional_text("kdf", {.length_max = 100});
  auto salt = fields.optional_text("salt", {.length_max = 100});
  auto sealed = fields.optional_text("key", {.length_max = 1000});
  TRY_VOID(fields.finish());
  if (format != format_version || (kdf && *kdf != "scrypt-15-8-1"))
    return fail(ErrorCode::conflict, "The backups were made by a newer program");
  if (!sealed) {
    if (options_.passphrase.empty()) return {};
    return fail(ErrorCode::invalid,
                "The backups there are not encrypted: name another place, or no key");
  }
  if (options_.passphrase.empty())
    return fail(ErrorCode::invalid,
                "The backups are encrypted: give --key-file or AIVA_BACKUP_PASSPHRASE");
  auto opened = open_secret(
      key_of_passphrase(options_.passphrase, from_base64(salt.value_or("")).value_or("")), *sealed,
      "backup:" + id);
  if (!opened || opened->size() != secret_box_key_size)
    return fail(ErrorCode::invalid, "This key does not open the backups");
  key_ = std::move(*opened);
  name_key_ = as_text(hmac_sha256(key_, "names of chunks"));
  return {};
}

std::uint64_t Vault::cut_seed() const {
  if (!is_sealed()) return 1;
  auto digest = hmac_sha256(key_, "cuts of chunks");
  std::uint64_t seed = 0;
  std::memcpy(&seed, digest.data(), sizeof seed);
  return seed;
}

ChunkId Vault::name_of(std::string_view bytes) const {
  return is_sealed() ? hmac_sha256(name_key_, bytes) : sha256(bytes);
}

void Vault::believe(const ChunkId& id) {
  if (has(id)) proven_.insert(id);
}

Result<void> Vault::learn_chunks() {
  there_.clear();
  proven_.clear();
  for (std::string after;;) {
    TRY(auto entries, list(chunk_prefix, after));
    if (entries.empty()) return {};
    after = entries.back().key;
    for (const auto& entry : entries)
      if (auto id = parse_chunk_id(entry.key.substr(entry.key.rfind('/') + 1))) there_.insert(*id);
  }
}

Result<KeptChunk> Vault::keep(std::string_view bytes) {
  KeptChunk kept{.id = name_of(bytes)};
  if (proven_.contains(kept.id)) return kept;
  bool is_there = there_.contains(kept.id);
  kept.was_damaged = is_there && !load(kept.id);
  if (!is_there || kept.was_damaged) {
    auto packed = pack(bytes, key_, as_text(kept.id));
    TRY_VOID(put(key_of(kept.id), packed));
    kept.stored_bytes = static_cast<std::int64_t>(packed.size());
    there_.insert(kept.id);
  }
  proven_.insert(kept.id);
  return kept;
}

Result<std::string> Vault::load(const ChunkId& id) {
  auto key = key_of(id);
  auto packed = get(key);
  if (!packed && packed.error().code == ErrorCode::not_found)
    return fail(ErrorCode::internal, key + " is missing");
  if (!packed) return std::unexpected(std::move(packed.error()));
  auto bytes = unpack(*packed, key_, as_text(id), CutLimits{}.bytes_max);
  if (!bytes) return damaged(key, bytes.error());
  if (name_of(*bytes) != id) return damaged(key, internal_error("its bytes have another digest"));
  return bytes;
}

Result<std::vector<std::string>> Vault::names() {
  std::vector<std::string> names;
  for (std::string after;;) {
    TRY(auto entries, list(manifest_prefix, after));
    if (entries.empty()) return names;
    after = entries.back().key;
    for (const auto& entry : entries)
      names.push_back(entry.key.substr(std::string_view(manifest_prefix).size()));
  }
}

Result<void> Vault::keep_manifest(const std::string& name, std::string_view text) {
  TRY_VOID(check_description());
  // What the manifest names must not be younger than it after a loss of power.
  if (options_.flush) TRY_VOID(options_.flush());
  auto lines = to_hex(sha256(text)) + "\n" + std::string(text);
  TRY_VOID(put(manifest_prefix + name, pack(lines, key_, "manifest:" + name)));
  if (options_.flush) TRY_VOID(options_.flush());
  return {};
}

Result<std::string> Vault::load_manifest(const std::string& name) {
  auto key = manifest_prefix + name;
  TRY(auto packed, get(key));
  auto lines = unpack(packed, key_, "manifest:" + name, manifest_bytes_max);
  if (!lines) return damaged(key, lines.error());
  auto end = lines->find('\n');
  auto text = end == std::string::npos ? std::string() : lines->substr(end + 1);
  if (end == std::string::npos || to_hex(sha256(text)) != lines->substr(0, end))
    return damaged(key, internal_error("its bytes have another digest"));
  return text;
}

Result<void> Vault::remove_manifest(const std::string& name) {
  TRY_VOID(sync_wait(store_.remove({}, manifest_prefix + name)));
  if (options_.flush) TRY_VOID(options_.flush());
  return {};
}

Result<RemovedChunks> Vault::remove_chunks_except(const ChunkSet& needed, UnixMs now) {
  RemovedChunks removed;
  for (std::string after;;) {
    TRY(auto entries, list(chunk_prefix, after));
    if (entries.empty()) return removed;
    after = entries.back().key;
    for (const auto& entry : entries) {
      auto id = parse_chunk_id(entry.key.substr(entry.key.rfind('/') + 1));
      if (!id || needed.contains(*id)) continue;
      if (!options_.is_exclusive && entry.modified_at > now - unneeded_life_ms) {
        ++removed.kept;
        continue;
      }
      TRY_VOID(sync_wait(store_.remove({}, entry.key)));
      there_.erase(*id);
      proven_.erase(*id);
      ++removed.chunks;
    }
  }
}

Result<void> Vault::put(const std::string& key, std::string_view bytes) {
  auto file = store_.staging_folder() / ("backup-" + Uuid::make().to_string());
  std::ofstream stream(file, std::ios::binary);
  // Whoever may look into the folder need not read what tenants entrusted.
  std::error_code ignored;
  fs::permissions(file, fs::perms::owner_read | fs::perms::owner_write, ignored);
  stream.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  stream.close();
  if (!stream) {
    fs::remove(file, ignored);
    return fail(ErrorCode::unavailable,
                "Cannot write to " + store_.staging_folder().string() + "; the disk may be full");
  }
  return sync_wait(store_.put_file({}, key, file));
}

Result<std::string> Vault::get(const std::string& key) {
  TRY(auto path, sync_wait(store_.local_copy({}, key)));
  return read_file(path);
}

Result<std::vector<ObjectEntry>> Vault::list(const std::string& prefix, const std::string& after) {
  return sync_wait(store_.list({}, prefix, after, listed_together));
}

}  // namespace aiva::backup
