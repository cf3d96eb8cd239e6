#pragma once

#include <string_view>

namespace aiva::fuzz {

// Takes the first three bytes for sizes and the rest for blocks, each after a byte 1: two bytes of
// kind and place, then text. What is cut of them must say where it stands and keep the limit.
void cut_blocks(std::string_view bytes);

// Takes the bytes for text, finds its words and counts their tokens.
void count_tokens(std::string_view bytes);

}  // namespace aiva::fuzz
