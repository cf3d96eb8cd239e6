#include "faces/http/endpoints/store_json.h"

#include <string>
#include <string_view>
#include <vector>

#include "foundation/time.h"

namespace aiva::http {
namespace {

void write_instant(JsonWriter& writer, std::string_view name, UnixMs instant) {
  if (instant == 0)
    writer.null_field(name);
  else
    writer.field(name, to_iso8601(instant));
}

void write_text_or_null(JsonWriter& writer, std::string_view name, const std::string& text) {
  if (text.empty())
    writer.null_field(name);
  else
    writer.field(name, text);
}

void write_texts(JsonWriter& writer, std::string_view name, const std::vector<std::string>& texts) {
  writer.key(name).begin_array();
  for (const auto& text : texts) writer.value(text);
  writer.end_array();
}

// Within an object.
void write_identity(JsonWriter& writer, const StoreIdentity& identity) {
  writer.field("name", identity.name)
      .field("domain", identity.domain)
      .field("currency", identity.currency)
      .field("time_zone", identity.time_zone);
  write_texts(writer, "scopes", identity.scopes);
}

}  // namespace

void write_store(JsonWriter& writer, const commerce::Store& store) {
  writer.begin_object()
      .field("id", store.id)
      .field("kb_id", store.knowledge_base)
      .field("kind", store.kind)
      .field("address", store.address)
      .field("uses_rest", store.uses_rest);
  write_identity(writer, store.identity);
  writer.field("has_token", store.has_token).field("status", to_string(store.status));
  write_text_or_null(writer, "error_message", store.error);
  writer.field("auto_sync", store.schedule.is_automatic)
      .field("interval_minutes", store.schedule.interval_minutes);
  write_texts(writer, "collections", store.scope.collections);
  writer.key("states").begin_array();
  for (auto state : store.scope.states) writer.value(to_string(state));
  writer.end_array();
  write_instant(writer, "next_sync_at", store.next_sync_at);
  write_instant(writer, "last_sync_at", store.last_sync_at);
  writer.field("has_webhooks", store.has_webhooks)
      .field("created_at", to_iso8601(store.created_at))
      .field("updated_at", to_iso8601(store.updated_at))
      .end_object();
}

void write_store_report(JsonWriter& writer, const commerce::StoreReport& report) {
  writer.begin_object().field("reachable", report.is_reachable);
  write_identity(writer, report.identity);
  writer.field("products", report.products);
  write_texts(writer, "missing_scopes", report.missing_scopes);
  write_text_or_null(writer, "error", report.problem);
  writer.field("time_ms", report.time_ms).end_object();
}

void write_sync(JsonWriter& writer, const commerce::Sync& sync) {
  writer.begin_object()
      .field("id", sync.id)
      .field("store_id", sync.store)
      .field("kb_id", sync.knowledge_base)
      .field("type", to_string(sync.type))
      .field("status", to_string(sync.status));
  write_text_or_null(writer, "step", sync.step);
  writer.field("total_products", sync.total_products)
      .field("processed_products", sync.processed_products)
      .field("failed_products", sync.failed_products)
      .field("total_images", sync.total_images)
      .field("processed_images", sync.processed_images)
      .field("failed_images", sync.failed_images)
      .field("added", sync.added)
      .field("updated", sync.updated)
      .field("unchanged", sync.unchanged)
      .field("deleted", sync.deleted);
  write_text_or_null(writer, "error_message", sync.error);
  writer.field("created_at", to_iso8601(sync.created_at));
  write_instant(writer, "started_at", sync.started_at);
  write_instant(writer, "completed_at", sync.completed_at);
  write_instant(writer, "estimated_completion_at", sync.estimated_completion_at);
  writer.end_object();
}

void write_catalogue_statistics(JsonWriter& writer,
                                const commerce::CatalogueStatistics& statistics) {
  writer.begin_object()
      .field("products", statistics.products)
      .field("active", statistics.active)
      .field("draft", statistics.draft)
      .field("archived", statistics.archived)
      .field("deleted", statistics.deleted)
      .field("variants", statistics.variants)
      .field("in_stock", statistics.in_stock)
      .field("images", statistics.images)
      .field("images_completed", statistics.images_completed)
      .field("images_failed", statistics.images_failed)
      .field("embedded", statistics.embedded);
  write_instant(writer, "last_sync_at", statistics.last_sync_at);
  writer.end_object();
}

}  // namespace aiva::http
