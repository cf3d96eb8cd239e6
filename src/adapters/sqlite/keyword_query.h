#pragma once

#include <string>
#include <string_view>

namespace aiva {

// The FTS5 query that finds chunks of one scope with any word of `text`; empty when it has none.
// Every word is quoted, so nothing in `text` can act as query syntax. Words that say nothing
// ("the") are left out while others remain; at most 32 different words count.
std::string make_keyword_query(std::string_view scope, std::string_view text);

}  // namespace aiva
