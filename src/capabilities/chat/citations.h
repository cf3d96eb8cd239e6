#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace aiva::chat {

// Cleans the citation markers of an answer while it streams: [2, 3] and [2-3] become [2][3], and a
// marker of a passage that was never given disappears together with the blanks before it. What it
// has let through joins to the final text. Brackets in `code` and brackets that hold anything but
// numbers up to 99 are text.
class CitationFilter {
 public:
  // Passages are numbered 1…passage_count.
  explicit CitationFilter(int passage_count) : passage_count_(passage_count) {}

  // The part of the answer that is settled now; an open marker is held back until it closes.
  std::string push(std::string_view piece);
  // What was held back, without white space at its end.
  std::string finish();
  // More passages were given meanwhile.
  void set_passage_count(int count) { passage_count_ = count; }
  // The passages cited so far.
  [[nodiscard]] const std::set<int>& cited() const { return cited_; }
  // Citations of passages that were never given, which were taken out.
  [[nodiscard]] int removed() const { return removed_; }

 private:
  void take(char c, std::string& out);
  void close_marker(std::string& out);

  int passage_count_;
  std::string spaces_;  // held back: they may stand before a marker that goes
  std::string marker_;  // held back: "[" and what follows
  std::set<int> cited_;
  int removed_ = 0;
  bool is_in_code_ = false;
  char before_ = 0;
};

// One marker of a finished answer and the statement it stands behind.
struct Citation {
  int number = 0;
  std::string statement{};  // without markers
};

// Every marker of a text that went through a CitationFilter, in order.
std::vector<Citation> list_citations(std::string_view text);

}  // namespace aiva::chat
