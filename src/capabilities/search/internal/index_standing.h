#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "capabilities/knowledge/knowledge.h"
#include "foundation/call_context.h"
#include "foundation/ids.h"
#include "foundation/result.h"
#include "foundation/task.h"
#include "ports/passage_index.h"

namespace aiva::search {

// Where the indexes of a search's knowledge bases stand. A search begins with what they show, and
// the rows are asked for their versions together with the chunks it found, or before an answer is
// given again; only a search that was behind has its indexes follow and looks again. Of one search.
class IndexStanding {
 public:
  using Versions = std::vector<std::int64_t>;  // one a knowledge base; none when one is not open

  // Everything is borrowed.
  IndexStanding(knowledge::Knowledge& knowledge, const PassageIndex& index,
                const std::vector<KnowledgeBaseId>& bases)
      : knowledge_(knowledge), index_(index), bases_(bases), versions_(shown()) {}

  [[nodiscard]] const std::vector<KnowledgeBaseId>& bases() const { return bases_; }
  // What the indexes show now.
  [[nodiscard]] Versions shown() const;
  // What they showed when the search began, or when they followed the rows last.
  [[nodiscard]] const Versions& versions() const { return versions_; }
  // Whether they were to follow the rows in this search, and what became of it.
  [[nodiscard]] bool has_followed() const { return has_followed_; }
  [[nodiscard]] const Result<void>& ensured() const { return ensured_; }

  // Makes the indexes show the rows as they are now, or later ones.
  Task<void> ensure(CallContext context);
  // Whether what was kept for versions() is still so; the rows are asked once in a search.
  Task<bool> holds(CallContext context);
  // Whether indexes that showed `before` miss what the rows, at `now`, had when the search began.
  [[nodiscard]] bool is_behind(const Versions& before, const Versions& now) const;

 private:
  knowledge::Knowledge& knowledge_;
  const PassageIndex& index_;
  const std::vector<KnowledgeBaseId>& bases_;
  Versions versions_;
  Result<void> ensured_{};
  bool has_followed_ = false;
};

}  // namespace aiva::search
