#pragma once

#include <string>
#include <string_view>

#include "foundation/result.h"

namespace aiva::convert {

// Turns `vocab.json`, an array of [piece, score] in the order of their ids, into the text of a
// `.vocab` file: a header line, then one line "score<TAB>piece" for each id. A null score is 0.
Result<std::string> make_piece_list(std::string_view vocab_json);

}  // namespace aiva::convert
