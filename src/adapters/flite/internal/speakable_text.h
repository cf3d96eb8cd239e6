#pragma once

#include <string>
#include <string_view>

namespace aiva {

// The text in the ASCII that flite reads: accents dropped, signs it does not know said in words or
// left out, runs of more than 40 characters cut. Line ends stay.
std::string make_speakable(std::string_view text);

}  // namespace aiva
