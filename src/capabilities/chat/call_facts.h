#pragma once

#include <map>
#include <string>
#include <string_view>

namespace aiva::chat {

// What a conversation that is a call of ours knows of whom it was made for.
struct CallFacts {
  std::map<std::string, std::string> facts{};  // by name
  bool may_refuse_calls = false;               // they may ask not to be called again
};

// As the metadata of the call's session: {"call":{"facts":{…},"may_refuse_calls":true}}.
std::string to_metadata(const CallFacts& call);
// None where the metadata says nothing of a call.
CallFacts call_facts_of(std::string_view metadata);

// What a model is told of them, as data; empty without facts.
std::string instructions_of(const CallFacts& call);

}  // namespace aiva::chat
