#pragma once

#include <string_view>
#include <vector>

namespace aiva {

// The sentences of a UTF-8 text in order, without surrounding white space, as views into it; blank
// ones are left out. Rules of Unicode UAX #29, with line breaks ending sentences only where a blank
// line follows, and full stops not where they belong to an abbreviation ("Dr."), an initial, the
// number of a list's item or a German date, or to a quotation that a Japanese sentence goes on
// after.
std::vector<std::string_view> split_sentences(std::string_view text);

// The words of a UTF-8 text as views into it (UAX #29; numbers count, punctuation does not).
std::vector<std::string_view> split_words(std::string_view text);

}  // namespace aiva
