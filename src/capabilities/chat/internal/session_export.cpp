#include "capabilities/chat/internal/session_export.h"

#include <string_view>

#include "capabilities/chat/internal/chat_tables.h"
#include "foundation/time.h"

namespace aiva::chat {
namespace {

// A column of JSON text that was written by us.
void write_json(JsonWriter& writer, std::string_view name, std::string_view text) {
  writer.key(name);
  if (json::parse(text))
    writer.raw(text);
  else
    writer.value(text);
}

void write_message(const SqlRow& row, JsonWriter& writer) {
  writer.begin_object()
      .field("id", row.text(0))
      .field("number", row.integer(1))
      .field("role", row.text(2))
      .field("content", row.text(3));
  write_json(writer, "sources", row.text(4));
  write_json(writer, "function_calls", row.text(5));
  write_json(writer, "decision", row.text(6));
  writer.field("provider", row.text(7))
      .field("model", row.text(8))
      .field("language", row.text(9))
      .field("sentiment", row.text(10))
      .field("intent", row.text(11))
      .field("image_count", row.integer(12))
      .field("is_interrupted", row.integer(13) != 0)
      .field("created_at", to_iso8601(row.integer(14)));
  write_json(writer, "images", row.text(15));
  writer.field("moderation", row.text(16));
  write_json(writer, "products", row.text(17));
  writer.end_object();
}

Result<void> write_session(SqlSession& sql, TenantId tenant, ChatSessionId id, JsonWriter& writer) {
  auto write = [&writer](const SqlRow& row) -> Result<void> {
    writer.begin_object()
        .field("id", row.text(0))
        .field("agent_id", row.text(1))
        .field("kb_id", row.text(2))
        .field("user_id", row.text(3))
        .field("title", row.text(4))
        .field("user_name", row.text(5))
        .field("status", row.text(6));
    write_json(writer, "metadata", row.text(7));
    writer.field("summary", row.text(8))
        .field("handover", row.text(9))
        .field("handover_reason", row.text(10))
        .field("created_at", to_iso8601(row.integer(11)))
        .field("updated_at", to_iso8601(row.integer(12)))
        .end_object();
    return {};
  };
  return sql.query(
      "SELECT id, agent_id, kb_id, user_id, title, user_name, status, metadata, summary, handover,"
      " handover_reason, created_at, updated_at FROM chat_sessions WHERE id = ? AND tenant_id = ?",
      {id, tenant}, write);
}

}  // namespace

Result<void> write_session_export(SqlSession& sql, TenantId tenant, ChatSessionId id,
                                  JsonWriter& writer) {
  TRY_VOID(find_session(sql, tenant, id));
  writer.begin_object().key("session");
  TRY_VOID(write_session(sql, tenant, id, writer));
  writer.key("messages").begin_array();
  TRY_VOID(sql.query(
      "SELECT id, sequence_number, role, content, sources, function_calls, decision, provider,"
      " model, language, sentiment, intent, image_count, is_interrupted, created_at, images,"
      " moderation, products"
      " FROM chat_messages WHERE session_id = ? AND tenant_id = ? ORDER BY sequence_number",
      {id, tenant}, [&writer](const SqlRow& row) -> Result<void> {
        write_message(row, writer);
        return {};
      }));
  writer.end_array().key("feedback").begin_array();
  TRY_VOID(
      sql.query("SELECT message_id, rating, comment, created_at FROM chat_feedback"
                " WHERE session_id = ? AND tenant_id = ? ORDER BY created_at, message_id",
                {id, tenant}, [&writer](const SqlRow& row) -> Result<void> {
                  writer.begin_object()
                      .field("message_id", row.text(0))
                      .field("rating", row.integer(1))
                      .field("comment", row.text(2))
                      .field("created_at", to_iso8601(row.integer(3)))
                      .end_object();
                  return {};
                }));
  writer.end_array().end_object();
  return {};
}

}  // namespace aiva::chat
