#include "capabilities/knowledge/internal/core.h"

#include <chrono>
#include <utility>

#include "foundation/json_writer.h"
#include "foundation/log.h"

namespace aiva::knowledge {
namespace {

constexpr std::chrono::minutes clean_up_time_max{2};

}  // namespace

void Core::tell_changed(TenantId tenant, KnowledgeBaseId base, DocumentId document) {
  cache.invalidate(tenant, base);
  if (parts.events != nullptr) parts.events->publish(document);
}

Result<void> Core::publish(SqlSession& sql, std::string_view event_type, const DocumentFate& fate) {
  if (parts.outbox == nullptr) return {};
  webhooks::Event event{.type = std::string(event_type)};
  JsonWriter writer(event.data);
  writer.begin_object().field("document_id", fate.document).field("kb_id", fate.base);
  if (!fate.filename.empty()) writer.field("filename", fate.filename);
  if (fate.pages) writer.field("page_count", *fate.pages);
  if (fate.chunks) writer.field("total_chunks", *fate.chunks);
  if (!fate.error.empty()) writer.field("error_message", fate.error);
  writer.end_object();
  return parts.outbox->publish(sql, fate.tenant, event);
}

Task<void> Core::remove_objects(CallContext context, std::vector<std::string> keys) {
  context.cancellation = {};
  context.deadline = std::chrono::steady_clock::now() + clean_up_time_max;
  for (const auto& key : keys) {
    auto removing = parts.objects.remove(context, key);
    auto removed = co_await std::move(removing);
    if (removed) continue;
    log::failure("A file could not be removed", context, removed.error());
    if (!context.check()) co_return;
  }
}

}  // namespace aiva::knowledge
