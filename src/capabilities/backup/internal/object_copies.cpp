#include "capabilities/backup/internal/object_copies.h"

#include <algorithm>
#include <fstream>
#include <utility>

#include "foundation/task.h"

namespace aiva::backup {
namespace {

constexpr std::size_t listed_together = 10'000;
constexpr std::size_t piece_bytes = 1024 * 1024;
// A store may tell seconds only, and two puts within one look like one.
constexpr UnixMs store_clock_ms = 5000;

}  // namespace

Result<void> ObjectCopies::believe(const Manifest& earlier) {
  believed_before_ = earlier.summary.began_at - store_clock_ms;
  return read_rows(vault_, earlier.object_list, [this](std::string_view row) -> Result<void> {
    TRY(auto record, read_object_record(row));
    for (const auto& chunk : record.chunks) vault_.believe(chunk);
    auto key = record.key;
    believed_.emplace(std::move(key), std::move(record));
    return {};
  });
}

Result<void> ObjectCopies::copy_listed() {
  for (std::string after;;) {
    TRY(auto entries, sync_wait(objects_.list({}, "", after, listed_together)));
    if (entries.empty()) return {};
    after = entries.back().key;
    for (const auto& entry : entries) {
      auto known = copied_.find(entry.key);
      if (known != copied_.end() && known->second.modified_at == entry.modified_at) continue;
      // One that is gone by now is not named by rows that are read later.
      if (!take_believed(entry)) TRY_VOID(copy(entry.key, entry.modified_at));
    }
    show();
  }
}

bool ObjectCopies::take_believed(const ObjectEntry& entry) {
  auto found = believed_.find(entry.key);
  if (found == believed_.end()) return false;
  const auto& record = found->second;
  bool is_same =
      record.modified_at == entry.modified_at && entry.modified_at < believed_before_ &&
      std::ranges::all_of(record.chunks, [this](const ChunkId& id) { return vault_.has(id); });
  if (is_same) copied_.insert_or_assign(entry.key, record);
  return is_same;
}

Result<bool> ObjectCopies::copy(const std::string& key, UnixMs modified_at) {
  TRY(auto record, read(key));
  if (!record) return false;
  record->modified_at = modified_at;
  copied_.insert_or_assign(key, std::move(*record));
  return true;
}

Result<std::optional<ObjectRecord>> ObjectCopies::read(const std::string& key) {
  auto path = sync_wait(objects_.local_copy({}, key));
  if (!path && path.error().code == ErrorCode::not_found) return std::nullopt;
  if (!path) return std::unexpected(std::move(path.error()));
  std::ifstream file(*path, std::ios::binary);
  if (!file) {
    std::error_code error;
    if (!std::filesystem::exists(*path, error)) return std::nullopt;
    return fail(ErrorCode::unavailable, "Cannot read " + path->string());
  }
  ObjectRecord record{.key = key};
  std::string piece(piece_bytes, '\0');
  while (file) {
    file.read(piece.data(), static_cast<std::streamsize>(piece.size()));
    auto size = static_cast<std::size_t>(file.gcount());
    record.bytes += file.gcount();
    TRY_VOID(writer_.add(std::string_view(piece).substr(0, size)));
  }
  if (file.bad()) return fail(ErrorCode::unavailable, "Cannot read " + path->string());
  TRY(record.chunks, writer_.finish());
  return record;
}

Result<std::vector<ChunkId>> ObjectCopies::write_list() {
  for (const auto& [key, record] : copied_) TRY_VOID(writer_.add_row(write_object_record(record)));
  return writer_.finish();
}

std::int64_t ObjectCopies::bytes() const {
  std::int64_t sum = 0;
  for (const auto& [key, record] : copied_) sum += record.bytes;
  return sum;
}

void ObjectCopies::show() {
  if (on_progress_) on_progress_({.step = "files", .done = count()});
}

}  // namespace aiva::backup
