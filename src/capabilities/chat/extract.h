#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "capabilities/chat/types.h"
#include "capabilities/search/search.h"

namespace aiva::chat {

// Some whole sentences of a hit that may answer a question. Mostly one; an answer that a question
// or a colon announces goes with what announces it, and "It…" with the sentence before.
struct Extract {
  std::size_t hit = 0;    // index into the hits
  std::size_t begin = 0;  // byte range within the chunk's text
  std::size_t end = 0;
  double coverage = 0;             // of the question's words, 0…1
  double form = 0;                 // what being built and phrased like an answer adds
  std::optional<double> cosine{};  // to the question; nothing while it is not compared
  double score = 0;
};

// The extracts worth comparing by meaning: those that share the question's words, and the first
// sentences of the best hits, which may say the same in other words.
std::vector<Extract> shortlist_extracts(std::string_view question,
                                        std::span<const search::TextHit> hits,
                                        std::size_t count_max);

// What to embed of an extract: its text under its heading.
std::string text_to_embed(std::span<const search::TextHit> hits, const Extract& extract);

// The one to three extracts that answer the question, in reading order; none when nothing is near
// enough to be an answer. Their scores weigh words and meaning alike.
std::vector<Extract> choose_extracts(std::string_view question,
                                     std::span<const search::TextHit> hits,
                                     std::vector<Extract> shortlist);

struct ExtractiveReply {
  std::string lead{};  // "From the documents:", said before the parts
  std::vector<std::string>
      parts{};  // one for each source, with its [n]; lead and parts join to the text
  std::vector<Source> sources{};
};

// The reply made of the chosen extracts; a sentence that says so when there are none.
ExtractiveReply compose_reply(std::span<const search::TextHit> hits,
                              std::span<const Extract> extracts);

}  // namespace aiva::chat
