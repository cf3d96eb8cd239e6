#include "capabilities/chat/internal/findings.h"

#include <algorithm>
#include <utility>

#include "foundation/log.h"

namespace aiva::chat {

Task<Result<void>> Findings::search(CallContext context, std::vector<KnowledgeBaseId> bases,
                                    std::string query, ChatSessionId session, int hits_max) {
  search::SearchRequest request{.knowledge_base = bases.front(),
                                .query = std::move(query),
                                .top_k = hits_max,
                                .is_billed = false,
                                .may_be_similar = false,
                                .other_bases = {bases.begin() + 1, bases.end()}};
  if (!session.is_nil()) request.session = session;
  auto several = request.other_bases.size() + 1;
  auto searched = co_await parts_.search.search(context, request);
  if (!searched && searched.error().code == ErrorCode::not_found && several > 1) {
    CO_TRY_VOID(co_await keep_existing(context, request));
    searched = co_await parts_.search.search(context, std::move(request));
  }
  if (!searched) co_return fail(std::move(searched.error()));
  auto found = *std::move(searched);
  std::erase_if(found.hits, [this](const auto& hit) { return is_shown(hit.chunk.id); });
  std::vector<knowledge::Section> sections;
  if (parts_.model != nullptr && parts_.sections != nullptr)
    sections = co_await sections_of(context, found);
  answers_.push_back(std::move(found));
  sections_.push_back(std::move(sections));
  add_passages(sections_.back());
  co_return Result<void>();
}

Task<Result<void>> Findings::keep_existing(CallContext context, search::SearchRequest& request) {
  std::vector<KnowledgeBaseId> bases = {request.knowledge_base};
  bases.insert(bases.end(), request.other_bases.begin(), request.other_bases.end());
  std::vector<KnowledgeBaseId> left;
  for (auto base : bases) {
    auto found = co_await parts_.knowledge.get(context, base);
    if (found) left.push_back(base);
    if (!found && found.error().code != ErrorCode::not_found)
      co_return fail(std::move(found.error()));
  }
  if (left.empty())
    co_return fail(ErrorCode::not_found, "The knowledge bases of the agent were deleted");
  request.knowledge_base = left.front();
  request.other_bases.assign(left.begin() + 1, left.end());
  co_return Result<void>();
}

// What stands around the hits; without it they must do.
Task<std::vector<knowledge::Section>> Findings::sections_of(CallContext context,
                                                            const search::SearchAnswer& found) {
  std::vector<ChunkId> ids;
  for (const auto& hit : found.hits) ids.push_back(hit.chunk.id);
  auto tokens_max = static_cast<int>(settings_.section_tokens_max);
  auto looking = parts_.sections->around(context, std::move(ids), tokens_max);
  auto sections = co_await std::move(looking);
  if (!sections) {
    log::failure("The sections of the hits cannot be read", context, sections.error());
    co_return std::vector<knowledge::Section>();
  }
  co_return *std::move(sections);
}

void Findings::add_passages(std::span<const knowledge::Section> sections) {
  PassageLimits room{.tokens_max = settings_.passage_tokens_max,
                     .section_tokens_max = settings_.section_tokens_max,
                     .count_tokens = settings_.count_tokens};
  const auto& hits = answers_.back().hits;
  fresh_from_ = passages_.size();
  auto offset = static_cast<int>(fresh_from_);
  for (auto& passage : passages_of(hits, sections, room)) {
    passage.number += offset;
    passages_.push_back(std::move(passage));
  }
  for (auto& source : context_sources(hits, hits.size())) {
    source.number += offset;
    sources_.push_back(std::move(source));
  }
}

bool Findings::is_shown(ChunkId chunk) const {
  return std::ranges::any_of(passages_, [chunk](const Passage& passage) {
    return std::ranges::find(passage.chunks, chunk, &knowledge::Chunk::id) != passage.chunks.end();
  });
}

void Findings::keep_fresh(std::size_t count) {
  auto kept = std::min(fresh_from_ + count, passages_.size());
  passages_.resize(kept);
  sources_.resize(kept);
}

billing::MicroUsd Findings::cost() const {
  billing::MicroUsd sum = 0;
  for (const auto& answer : answers_) sum += answer.base_cost;
  return sum;
}

}  // namespace aiva::chat
