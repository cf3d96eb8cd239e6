#include "capabilities/search/internal/hit_sections.h"

#include <algorithm>
#include <unordered_set>
#include <utility>

#include "capabilities/knowledge/joined_text.h"

namespace aiva::search {
namespace {

using Taken = std::unordered_set<ChunkId>;

// The chunks around the hit's that no section has yet.
std::vector<const knowledge::Chunk*> free_chunks(const knowledge::Section& section,
                                                 const Taken& taken) {
  auto is_free = [&](std::size_t place) { return !taken.contains(section.chunks[place].id); };
  auto first = section.at;
  auto end = section.at + 1;
  while (first > 0 && is_free(first - 1)) --first;
  while (end < section.chunks.size() && is_free(end)) ++end;
  std::vector<const knowledge::Chunk*> chunks;
  for (auto place = first; place < end; ++place) chunks.push_back(&section.chunks[place]);
  return chunks;
}

HitSection section_of(const TextHit& hit, const std::vector<const knowledge::Chunk*>& chunks) {
  HitSection section{.text = knowledge::joined_text(hit.chunk.heading_path, chunks),
                     .index_first = chunks.front()->index,
                     .index_last = chunks.back()->index,
                     .page_first = hit.chunk.page_first,
                     .page_last = hit.chunk.page_last};
  for (const auto* chunk : chunks) {
    section.page_first = std::min(section.page_first, chunk->page_first);
    section.page_last = std::max(section.page_last, chunk->page_last);
    section.token_count += chunk->token_count;
  }
  return section;
}

}  // namespace

void add_sections(std::vector<TextHit>& hits, std::vector<knowledge::Section> sections,
                  std::size_t count_max) {
  std::vector<TextHit> kept;
  Taken taken;
  for (std::size_t i = 0; i < hits.size() && kept.size() < count_max; ++i) {
    auto& hit = hits[i];
    if (taken.contains(hit.chunk.id)) continue;
    std::vector<const knowledge::Chunk*> chunks{&hit.chunk};
    bool has_section = i < sections.size() && sections[i].at < sections[i].chunks.size();
    if (has_section) chunks = free_chunks(sections[i], taken);
    for (const auto* chunk : chunks) taken.insert(chunk->id);
    hit.section = section_of(hit, chunks);
    kept.push_back(std::move(hit));
  }
  hits = std::move(kept);
}

}  // namespace aiva::search
