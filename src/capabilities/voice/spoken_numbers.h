#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace aiva::voice {

// The words of what was recognised: lower case, without the punctuation around them; "3:30",
// "a@b.example" and "+49" stay whole. At most 200.
std::vector<std::string> words_of(std::string_view text);

// A number in English words or digits, anywhere in the words: "two hundred and five", "minus 3",
// "three point five", "1,200"; nothing when there is none, or several. Below a billion.
std::optional<double> number_in(const std::vector<std::string>& words);
// A whole number from the `at`th word on ("twenty one", "third", "3rd", "12"); moves `at` behind
// it.
std::optional<int> whole_number_at(const std::vector<std::string>& words, std::size_t& at);

// Digits said one by one, as of telephone numbers: "four nine oh double one", "plus 49 30"; with a
// "+" in front where it was said. Words in between that are no digits are left out.
std::string digits_in(const std::vector<std::string>& words);

}  // namespace aiva::voice
