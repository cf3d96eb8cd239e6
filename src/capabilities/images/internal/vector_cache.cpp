#include "capabilities/images/internal/vector_cache.h"

#include <algorithm>

namespace aiva::images {

Result<VectorCache::Pointer> VectorCache::get(SqlSession& sql, KnowledgeBaseId base,
                                              const std::string& model, std::size_t dimension) {
  ImagesTable table(sql);
  TRY(auto state, table.vector_state(base, model));
  if (auto kept = find(base, model, state)) return kept;
  TRY(auto set, table.vectors(base, model, dimension));
  auto bytes = set.values.size() * sizeof(float) + set.ids.size() * sizeof(ImageId);
  auto vectors = std::make_shared<const VectorSet>(std::move(set));
  keep({.base = base, .model = model, .state = state, .vectors = vectors, .bytes = bytes});
  return vectors;
}

VectorCache::Pointer VectorCache::find(KnowledgeBaseId base, const std::string& model,
                                       const VectorSetState& state) {
  std::lock_guard lock(mutex_);
  auto entry = std::ranges::find_if(entries_, [&](const Entry& candidate) {
    return candidate.base == base && candidate.model == model;
  });
  if (entry == entries_.end() || entry->state != state) return nullptr;
  entries_.splice(entries_.begin(), entries_, entry);
  return entry->vectors;
}

void VectorCache::keep(Entry entry) {
  std::lock_guard lock(mutex_);
  std::erase_if(entries_, [&](const Entry& other) {
    bool is_older = other.base == entry.base && other.model == entry.model;
    if (is_older) bytes_ -= other.bytes;
    return is_older;
  });
  if (entry.bytes > bytes_max_) return;
  bytes_ += entry.bytes;
  entries_.push_front(std::move(entry));
  while (bytes_ > bytes_max_) {
    bytes_ -= entries_.back().bytes;
    entries_.pop_back();
  }
}

}  // namespace aiva::images
