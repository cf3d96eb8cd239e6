#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace aiva::search {

// A question in the form in which two are the same: case and compatibility forms folded
// (NFKC_Casefold), white space as single spaces, without ?, ! and . at its end.
std::string normal_question(std::string_view query);

// A number for a normal form: of the first bytes of its SHA-256, never 0.
std::int64_t hash_of_question(std::string_view normal_form);

// What two questions must have in common for the answer to one to be given to the other, however
// near an encoder finds them: it hardly tells numbers, codes, names and opposites apart, nor who
// does what to whom. These are, in their order, the stems of all words that say something and the
// words that link them (to, from, with, or), and besides what is asked for (who, when, …), persons,
// the past, signs such as + and #, and in questions for yes or no whether it is can, should or
// will. English words alone are known to say nothing.
std::string sense_of_question(std::string_view query);

}  // namespace aiva::search
