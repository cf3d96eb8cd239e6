#pragma once

#include <cstddef>
#include <deque>
#include <span>
#include <string>
#include <vector>

#include "capabilities/chat/passages.h"
#include "capabilities/chat/settings.h"
#include "capabilities/chat/types.h"
#include "foundation/call_context.h"
#include "foundation/task.h"

namespace aiva::chat {

// What a turn has found so far. Passages are numbered on from search to search, and no chunk is
// shown twice. The parts and settings are borrowed.
class Findings {
 public:
  Findings(const ChatParts& parts, const ChatSettings& settings)
      : parts_(parts), settings_(settings) {}
  Findings(const Findings&) = delete;
  Findings& operator=(const Findings&) = delete;

  // Searches `bases` (at least one) as if they were one; fails as Search does.
  Task<Result<void>> search(CallContext context, std::vector<KnowledgeBaseId> bases,
                            std::string query, ChatSessionId session, int hits_max);

  [[nodiscard]] bool has_searched() const { return !answers_.empty(); }
  [[nodiscard]] const search::SearchAnswer& first() const { return answers_.front(); }
  // Of all searches; passage n is at n - 1.
  [[nodiscard]] std::span<const Passage> passages() const { return passages_; }
  // Those that the last search added.
  [[nodiscard]] std::span<const Passage> fresh() const {
    return std::span(passages_).subspan(fresh_from_);
  }
  // Forgets the last search's passages behind the first `count`: no model gets to see them.
  void keep_fresh(std::size_t count);
  // As sources, not cited yet.
  [[nodiscard]] const std::vector<Source>& sources() const { return sources_; }
  // Of all searches, before the margin.
  [[nodiscard]] billing::MicroUsd cost() const;

 private:
  // Leaves out what was deleted since the agent named it; fails when nothing is left.
  Task<Result<void>> keep_existing(CallContext context, search::SearchRequest& request);
  Task<std::vector<knowledge::Section>> sections_of(CallContext context,
                                                    const search::SearchAnswer& found);
  void add_passages(std::span<const knowledge::Section> sections);
  [[nodiscard]] bool is_shown(ChunkId chunk) const;

  const ChatParts& parts_;
  const ChatSettings& settings_;
  std::deque<search::SearchAnswer> answers_;  // passages point into both
  std::deque<std::vector<knowledge::Section>> sections_;
  std::vector<Passage> passages_;
  std::vector<Source> sources_;
  std::size_t fresh_from_ = 0;
};

}  // namespace aiva::chat
