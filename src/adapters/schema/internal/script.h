#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "foundation/result.h"

namespace aiva::schema {

// A word, a number, a quoted text with its quotes (also x'00'), or one sign.
using Words = std::vector<std::string>;

// Cuts a script into its statements, without comments; semicolons inside strings and triggers do
// not cut. Fails with `internal` where the last one is unfinished.
Result<std::vector<std::string>> split_statements(std::string_view script);

// The words of a statement, as SQLite reads them.
Words split_words(std::string_view statement);

// Whether a word is this one, whatever its case. `upper` is in capital letters.
bool is_word(std::string_view word, std::string_view upper);

}  // namespace aiva::schema
