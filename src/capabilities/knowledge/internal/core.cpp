#include "capabilities/knowledge/internal/core.h"

#include <chrono>
#include <utility>

#include "foundation/log.h"

namespace aiva::knowledge {
namespace {

constexpr std::chrono::minutes clean_up_time_max{2};

}  // namespace

void Core::tell_changed(TenantId tenant, KnowledgeBaseId base, DocumentId document) {
  cache.invalidate(tenant, base);
  if (parts.events != nullptr) parts.events->publish(document);
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
