#include "capabilities/knowledge/internal/base_cache.h"

#include <memory>

namespace aiva::knowledge {

KnowledgeBasePointer BaseCache::get(TenantId tenant, KnowledgeBaseId id) {
  auto base = bases_.get(id);
  if (base && base->tenant != tenant) return nullptr;
  return base;
}

void BaseCache::put(Epoch epoch, const KnowledgeBasePointer& base) {
  bases_.put(base->id, base);
  if (epoch_.load() != epoch) bases_.erase(base->id);
}

KnowledgeBasePagePointer BaseCache::get(TenantId tenant, const Knowledge::ListFilter& filter) {
  return lists_.get(list_key(tenant, filter));
}

void BaseCache::put(Epoch epoch, TenantId tenant, const Knowledge::ListFilter& filter,
                    const KnowledgeBasePagePointer& page) {
  auto key = list_key(tenant, filter);
  lists_.put(key, page);
  if (epoch_.load() != epoch) lists_.erase(key);
}

void BaseCache::invalidate(TenantId tenant, KnowledgeBaseId id) {
  ++epoch_;
  bases_.erase(id);
  generations_.erase(tenant);
}

std::string BaseCache::list_key(TenantId tenant, const Knowledge::ListFilter& filter) {
  auto generation = generations_.get(tenant);
  if (!generation) {
    generation = std::make_shared<Generation>(++generation_last_);
    generations_.put(tenant, generation);
  }
  std::string key = std::to_string(generation->number);
  key.append(":").append(std::to_string(filter.page.page));
  key.append(":").append(std::to_string(filter.page.limit));
  if (const auto& after = filter.page.after)
    key.append(">").append(std::to_string(after->key)).append(after->id.to_string());
  key.append(":").append(filter.type.value_or("*"));
  key.append(":").append(filter.status.value_or("*"));
  return key;
}

}  // namespace aiva::knowledge
