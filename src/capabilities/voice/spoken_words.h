#pragma once

#include <string>
#include <string_view>

namespace aiva::voice {

// How many words, separated by white space.
int count_words(std::string_view words);

// Words that say "go on" and nothing else ("mhm", "okay", "ja"): they interrupt nobody. True of
// nothing at all.
bool is_backchannel(std::string_view words);

// True when more is likely to come: it ends in a conjunction, a filler, a comma or a dash.
bool looks_unfinished(std::string_view words);

// The words that fit into that share, 0…1, of a sentence.
std::string_view leading_words(std::string_view text, double share);

// An answer's Markdown as a voice says it: without marks, citations and addresses of pages.
std::string to_spoken_text(std::string_view markdown);

// Cuts what arrives in pieces into sentences, so that the first is said while the rest is written.
class SentenceCutter {
 public:
  // Adds a piece; the next whole sentences can then be taken.
  void add(std::string_view piece) { text_ += piece; }
  // The next sentence, or empty while none is whole; with `is_end` all that is left. The first one
  // may be cut at a comma, so that the voice begins early; none is longer than 400 bytes.
  std::string take(bool is_end);

 private:
  std::string text_{};
  bool is_first_ = true;
};

}  // namespace aiva::voice
