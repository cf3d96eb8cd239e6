#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "capabilities/chat/prompt.h"
#include "capabilities/chat/types.h"
#include "capabilities/knowledge/sections.h"
#include "capabilities/search/search.h"

namespace aiva::chat {

struct PassageLimits {
  std::size_t tokens_max = 5000;          // of all passages together
  std::size_t section_tokens_max = 2000;  // of one passage with what stands around it
  std::function<std::size_t(std::string_view)> count_tokens = estimate_tokens;
};

// The hits as numbered passages for a prompt, in their order. While there is room, the best first,
// a passage is widened by the chunks that stand beside its hit in its section; no chunk stands in
// two passages. `sections` are those of the hits, or none. Passages point into both.
std::vector<Passage> passages_of(std::span<const search::TextHit> hits,
                                 std::span<const knowledge::Section> sections,
                                 const PassageLimits& limits);

// Where on its page byte `offset` of the chunk's text stands, if the document says it.
std::optional<Box> box_at(const knowledge::Chunk& chunk, std::size_t offset);

// The first `count` hits as sources, quoted by their highlight and not cited yet.
std::vector<Source> context_sources(std::span<const search::TextHit> hits, std::size_t count);

// The sources that `answer` (as a CitationFilter left it) cites, each quoted by the sentence of its
// passage that shares most with the statement it stands behind, and named by the chunk which has
// that sentence. When it cites nothing: `context`.
std::vector<Source> cited_sources(std::string_view answer, std::string_view question,
                                  std::span<const Passage> passages, std::vector<Source> context);

}  // namespace aiva::chat
