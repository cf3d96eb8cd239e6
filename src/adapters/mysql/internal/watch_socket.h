#pragma once

namespace aiva::mysql {

// A peer that is gone without a word is noticed within half a minute.
void watch_socket(int socket);

}  // namespace aiva::mysql
