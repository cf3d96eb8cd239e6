#pragma once

#include <string_view>

namespace aiva::voice {

// What a voice says in words of ours.
enum class Phrase {
  are_you_there,
  goodbye,     // nobody speaks any more
  one_moment,  // while a function runs
  trouble,     // the answer failed
  time_is_up,
  no_credits,
  closing,         // the server stops
  recorded,        // the call is
  somebody_calls,  // to whoever is asked to take a call
  nobody_there,    // a transfer reached nobody
};

// In the language of a BCP 47 tag; English where we lack it.
std::string_view phrase_in(std::string_view language, Phrase phrase);

}  // namespace aiva::voice
