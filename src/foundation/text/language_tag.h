#pragma once

#include <string>
#include <string_view>

namespace aiva {

// Whether a text has the form of a language tag (RFC 5646 §2.1), by its subtags' lengths.
bool is_language_tag(std::string_view text);

// A language tag as it is usually written (RFC 5646 §2.1.1), so that equal ones compare equal:
// "EN-us" is "en-US", "zh-hant-tw" is "zh-Hant-TW".
std::string normalise_language_tag(std::string_view tag);

// The next tag to look for when there is nothing of this one (RFC 4647 §3.4): "zh-Hant" for
// "zh-Hant-TW"; empty behind the last.
std::string_view shorter_language_tag(std::string_view tag);

// Whether text of a language runs from right to left, as its script or else its language says.
bool is_right_to_left(std::string_view tag);

}  // namespace aiva
