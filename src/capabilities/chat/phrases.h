#pragma once

#include <string_view>

namespace aiva::chat {

// What an agent says in words of ours.
enum class Phrase {
  unknown,        // nothing that it may cite answers the question
  blocked_topic,  // it does not speak about this
  transfer,       // a person takes over
  goodbye,
  withheld,  // the model's answer was not fit to be shown
  refused,   // the message is not put to the model
  products,  // the shop has these, which are named behind it
};

// In the language of a BCP 47 tag; English where we lack it.
std::string_view phrase_in(std::string_view language, Phrase phrase);

}  // namespace aiva::chat
