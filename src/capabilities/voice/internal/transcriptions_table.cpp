#include "capabilities/voice/internal/transcriptions_table.h"

#include <string>

namespace aiva::voice {
namespace {

TranscriptLine read_line(const SqlRow& row) {
  return {.sequence_number = row.integer(0),
          .speaker = std::string(row.text(1)),
          .text = std::string(row.text(2)),
          .starts_ms = row.integer(3),
          .ends_ms = row.integer(4),
          .is_interrupted = row.integer(5) != 0,
          .end_of_turn_ms = row.integer(6),
          .recognised_ms = row.integer(7),
          .first_token_ms = row.integer(8),
          .first_audio_ms = row.integer(9),
          .language = std::string(row.text(10)),
          .translation = std::string(row.text(11)),
          .sentiment = std::string(row.text(12))};
}

}  // namespace

Result<void> TranscriptionsTable::put(TenantId tenant, CallId call, const TranscriptLine& line,
                                      UnixMs now) {
  TRY(auto replaced,
      sql_.execute(
          "UPDATE call_transcriptions SET speaker = ?, original_message = ?, starts_ms = ?, "
          "ends_ms = ?, is_interrupted = ?, end_of_turn_ms = ?, recognised_ms = ?, "
          "first_token_ms = ?, first_audio_ms = ?, language = ?, translated_message = ?, "
          "sentiment = ? WHERE tenant_id = ? AND call_id = ? AND sequence_number = ?",
          {line.speaker, line.text, line.starts_ms, line.ends_ms, line.is_interrupted,
           line.end_of_turn_ms, line.recognised_ms, line.first_token_ms, line.first_audio_ms,
           line.language, line.translation, line.sentiment, tenant, call, line.sequence_number}));
  if (replaced > 0) return {};
  TRY(auto count, this->count(tenant, call));
  if (count >= lines_per_call_max)
    return fail(ErrorCode::too_large, "A call may have at most 2000 lines of transcript");
  TRY_VOID(sql_.execute(
      "INSERT INTO call_transcriptions (tenant_id, call_id, sequence_number, speaker, "
      "original_message, starts_ms, ends_ms, is_interrupted, end_of_turn_ms, recognised_ms, "
      "first_token_ms, first_audio_ms, language, translated_message, sentiment, created_at) "
      "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
      {tenant, call, line.sequence_number, line.speaker, line.text, line.starts_ms, line.ends_ms,
       line.is_interrupted, line.end_of_turn_ms, line.recognised_ms, line.first_token_ms,
       line.first_audio_ms, line.language, line.translation, line.sentiment, now}));
  return {};
}

Result<std::vector<TranscriptLine>> TranscriptionsTable::list(TenantId tenant, CallId call) {
  std::vector<TranscriptLine> lines;
  TRY_VOID(sql_.query(
      "SELECT sequence_number, speaker, original_message, starts_ms, ends_ms, is_interrupted, "
      "end_of_turn_ms, recognised_ms, first_token_ms, first_audio_ms, language, "
      "translated_message, sentiment FROM call_transcriptions "
      "WHERE tenant_id = ? AND call_id = ? ORDER BY sequence_number LIMIT ?",
      {tenant, call, lines_per_call_max}, [&lines](const SqlRow& row) -> Result<void> {
        lines.push_back(read_line(row));
        return {};
      }));
  return lines;
}

Result<std::int64_t> TranscriptionsTable::count(TenantId tenant, CallId call) {
  std::int64_t count = 0;
  TRY_VOID(
      sql_.query("SELECT COUNT(*) FROM call_transcriptions WHERE tenant_id = ? AND call_id = ?",
                 {tenant, call}, [&count](const SqlRow& row) -> Result<void> {
                   count = row.integer(0);
                   return {};
                 }));
  return count;
}

}  // namespace aiva::voice
