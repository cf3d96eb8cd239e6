#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace aiva {

// Cuts a long utterance where it is quietest, so that no piece is longer than `length_max` samples
// and none but the last much shorter than half of that. The spans borrow `samples`.
std::vector<std::span<const std::int16_t>> cut_utterance(std::span<const std::int16_t> samples,
                                                         int rate, std::size_t length_max);

// Whether all of it is so quiet that no word can be in it: below -60 dB of full scale.
bool is_silent(std::span<const std::int16_t> samples, int rate);

}  // namespace aiva
