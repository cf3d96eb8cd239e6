#pragma once

#include <string_view>

namespace aiva::fuzz {

// Takes the bytes for packets of RTP, each behind its length in one byte, and plays them.
void play_rtp(std::string_view bytes);

}  // namespace aiva::fuzz
