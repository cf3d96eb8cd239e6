#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace aiva::voice {

// The digits of a number however it is written, without those that only say how to dial it: zeros
// at its beginning and a "(0)". Nothing for a text that is no number or has no other digit.
std::optional<std::string> telling_digits(std::string_view text);

// The last four of such digits as call_logs.number_end has them, behind zeros where there are
// fewer.
std::string number_end_of(std::string_view digits);

// Whether a number may be meant that somebody knows by some of its digits: by four or more at its
// end, with or without the code of its country; by fewer only as a whole.
bool is_meant_by(std::string_view number_digits, std::string_view known_digits);

}  // namespace aiva::voice
