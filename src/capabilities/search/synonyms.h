#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "foundation/result.h"

namespace aiva::search {

// Groups of words that are to be found for one another. Immutable; any thread.
class Synonyms {
 public:
  // One group a line, such as "invoice, bill, statement of account"; # begins a comment. Fails with
  // `invalid`, naming the line, or `too_large`.
  static Result<Synonyms> parse(std::string_view text);

  // Of the text; others may add other words.
  [[nodiscard]] const std::string& fingerprint() const { return fingerprint_; }

  // The members of every group of which the query has one, without those it has, joined by spaces;
  // bounded. Words are compared like those of passages: "Bills" is "bill".
  [[nodiscard]] std::string additions_to(std::string_view query) const;

 private:
  struct Member {
    std::string text;
    std::vector<std::string> stems;  // of its words
  };
  std::vector<std::vector<Member>> groups_;
  std::string fingerprint_;
};

}  // namespace aiva::search
