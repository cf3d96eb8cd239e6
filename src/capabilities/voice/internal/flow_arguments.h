#pragma once

#include <string>
#include <string_view>

namespace aiva::voice {

// The arguments of a function, all of them text, as its JSON Schema wants them: numbers where it
// wants numbers, true and false for yes and no. What does not fit stays as it is, for the function
// to say what is wrong.
std::string fit_arguments(std::string_view arguments, std::string_view schema);

}  // namespace aiva::voice
