#include "capabilities/voice/internal/spoken_table.h"
#include "ports/delete_selected.h"

#include <span>

namespace aiva::voice {

Result<std::optional<SpokenAudio>> SpokenTable::find(TenantId tenant, std::string_view hash) {
  std::optional<SpokenAudio> found;
  TRY_VOID(sql_.query(
      "SELECT id, content_type, audio, duration_ms, hits, created_at FROM tts_cache "
      "WHERE tenant_id = ? AND text_hash = ?",
      {tenant, hash}, [&found](const SqlRow& row) -> Result<void> {
        auto bytes = row.bytes(2);
        found = SpokenAudio{.id = row.id<SpokenId>(0),
                            .content_type = std::string(row.text(1)),
                            .audio = {reinterpret_cast<const char*>(bytes.data()), bytes.size()},
                            .duration_ms = row.integer(3),
                            .hits = row.integer(4),
                            .created_at = row.integer(5)};
        return {};
      }));
  return found;
}

Result<void> SpokenTable::remove(TenantId tenant, std::string_view hash) {
  TRY_VOID(
      sql_.execute("DELETE FROM tts_cache WHERE tenant_id = ? AND text_hash = ?", {tenant, hash}));
  return {};
}

Result<void> SpokenTable::insert(TenantId tenant, std::string_view hash, const SpokenAudio& audio) {
  TRY_VOID(sql_.execute(
      "INSERT INTO tts_cache (id, tenant_id, text_hash, content_type, audio, audio_bytes, "
      "duration_ms, hits, created_at, used_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
      {audio.id, tenant, hash, audio.content_type, std::as_bytes(std::span(audio.audio)),
       audio.audio.size(), audio.duration_ms, audio.hits, audio.created_at, audio.created_at}));
  return {};
}

Result<void> SpokenTable::trim(TenantId tenant, std::int64_t kept) {
  std::int64_t count = 0;
  TRY_VOID(sql_.query("SELECT COUNT(*) FROM tts_cache WHERE tenant_id = ?", {tenant},
                      [&count](const SqlRow& row) -> Result<void> {
                        count = row.integer(0);
                        return {};
                      }));
  if (count <= kept) return {};
  TRY_VOID(
      delete_selected(sql_, {.table = "tts_cache", .key = "id"},
                      "SELECT id FROM tts_cache WHERE tenant_id = ? ORDER BY used_at, id LIMIT ?",
                      {tenant, count - kept}));
  return {};
}

Result<std::int64_t> SpokenTable::hit(TenantId tenant, SpokenId id, UnixMs now) {
  TRY(auto changed, sql_.execute("UPDATE tts_cache SET hits = hits + 1, used_at = ? "
                                 "WHERE tenant_id = ? AND id = ?",
                                 {now, tenant, id}));
  if (changed == 0) return fail(ErrorCode::not_found, "No such audio");
  std::int64_t hits = 0;
  TRY_VOID(sql_.query("SELECT hits FROM tts_cache WHERE tenant_id = ? AND id = ?", {tenant, id},
                      [&hits](const SqlRow& row) -> Result<void> {
                        hits = row.integer(0);
                        return {};
                      }));
  return hits;
}

}  // namespace aiva::voice
