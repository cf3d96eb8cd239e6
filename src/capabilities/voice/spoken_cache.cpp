#include "capabilities/voice/spoken_cache.h"

#include <utility>

#include "capabilities/voice/internal/call_checks.h"
#include "capabilities/voice/internal/spoken_table.h"
#include "foundation/crypto.h"

namespace aiva::voice {
namespace {

constexpr std::int64_t kept_max = 1000;
constexpr std::size_t audio_bytes_max = 512 * 1024;
constexpr std::size_t text_bytes_max = 4000;
constexpr std::int64_t duration_ms_max = 3'600'000;

Result<void> check(const SpokenText& text) {
  FieldChecks checks;
  checks.line("provider", text.provider, 100);
  checks.line("voice", text.voice, 100);
  checks.line("language", text.language, 35);
  checks.prose("text", text.text, text_bytes_max);
  if (text.text.empty()) checks.add("text", "is needed");
  return checks.finish();
}

Result<void> check(const SpokenAudio& audio) {
  FieldChecks checks;
  checks.line("content_type", audio.content_type, 100);
  if (!audio.content_type.starts_with("audio/")) checks.add("content_type", "must be one of audio");
  if (audio.audio.empty() || audio.audio.size() > audio_bytes_max)
    checks.add("audio", "must be 1 byte to 512 kB");
  checks.range("duration_ms", audio.duration_ms, 0, duration_ms_max);
  return checks.finish();
}

// Fields cannot hold the byte that is between them.
std::string hash_of(const SpokenText& text) {
  Sha256 hash;
  for (const auto* part : {&text.provider, &text.voice, &text.language, &text.text}) {
    hash.update(*part);
    hash.update(std::string_view("\0", 1));
  }
  return to_hex(hash.finish());
}

class RowSpokenCache final : public SpokenCache {
 public:
  RowSpokenCache(Database& database, const Clock& clock) : database_(database), clock_(clock) {}

  Task<Result<std::optional<SpokenAudio>>> find(CallContext context, SpokenText text) override;
  Task<Result<SpokenAudio>> add(CallContext context, SpokenText text, SpokenAudio audio) override;
  Task<Result<std::int64_t>> hit(CallContext context, SpokenId id) override;

 private:
  Database& database_;
  const Clock& clock_;
};

Task<Result<std::optional<SpokenAudio>>> RowSpokenCache::find(CallContext context,
                                                              SpokenText text) {
  CO_TRY_VOID(check(text));
  auto hash = hash_of(text);
  auto reading = read(database_, context,
                      [&](SqlSession& sql) { return SpokenTable(sql).find(context.tenant, hash); });
  auto found = co_await std::move(reading);
  co_return found;
}

Task<Result<SpokenAudio>> RowSpokenCache::add(CallContext context, SpokenText text,
                                              SpokenAudio audio) {
  CO_TRY_VOID(check(text));
  CO_TRY_VOID(check(audio));
  auto hash = hash_of(text);
  audio.id = SpokenId::make();
  audio.hits = 0;
  audio.created_at = clock_.unix_ms();
  auto writing = write(database_, context, [&](SqlSession& sql) -> Result<void> {
    SpokenTable table(sql);
    TRY_VOID(table.remove(context.tenant, hash));
    TRY_VOID(table.insert(context.tenant, hash, audio));
    return table.trim(context.tenant, kept_max);
  });
  CO_TRY_VOID(co_await std::move(writing));
  co_return audio;
}

Task<Result<std::int64_t>> RowSpokenCache::hit(CallContext context, SpokenId id) {
  auto now = clock_.unix_ms();
  auto writing = write(database_, context, [&](SqlSession& sql) {
    return SpokenTable(sql).hit(context.tenant, id, now);
  });
  auto hits = co_await std::move(writing);
  co_return hits;
}

}  // namespace

std::unique_ptr<SpokenCache> make_spoken_cache(Database& database, const Clock& clock) {
  return std::make_unique<RowSpokenCache>(database, clock);
}

}  // namespace aiva::voice
