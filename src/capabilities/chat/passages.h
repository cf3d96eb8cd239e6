#pragma once

#include <set>
#include <span>
#include <string_view>
#include <vector>

#include "capabilities/chat/chat.h"
#include "capabilities/chat/prompt.h"
#include "capabilities/search/search.h"

namespace aiva::chat {

// The hits as numbered passages for a prompt, in their order.
std::vector<Passage> passages_of(std::span<const search::TextHit> hits);

// The first `count` hits as sources, quoted by their highlight and not cited yet.
std::vector<Source> context_sources(std::span<const search::TextHit> hits, std::size_t count);

// The sources that `answer` (as a CitationFilter left it) cites, each quoted by the sentence of its
// passage that shares most with the statement it stands behind. When it cites nothing: `context`.
std::vector<Source> cited_sources(std::string_view answer, std::string_view question,
                                  std::span<const search::TextHit> hits,
                                  std::vector<Source> context);

}  // namespace aiva::chat
