#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace aiva::voice {

// Texts by language tag.
using Contents = std::map<std::string, std::string>;

// The text for a language: of its tag, or of the next shorter one that has any (RFC 4647 §3.4),
// else of `fallback` in the same way. Null: there is none. Tags are written as
// normalise_language_tag does.
const Contents::value_type* content_for(const Contents& contents, std::string_view language,
                                        std::string_view fallback);

// Values for places in a text.
using TextValues = std::map<std::string, std::string, std::less<>>;

// The names in a text's places, `{name}` or `{{ name }}`, each once, in order. A name is
// [A-Za-z0-9_.-]{1,64}; any other brace is only a brace.
std::vector<std::string> places_of(std::string_view text);

struct RenderedText {
  std::string text{};
  std::vector<std::string> missing{};  // names without a value, each once; their places are empty
};

// The text with values in its places.
RenderedText render(std::string_view text, const TextValues& values);

}  // namespace aiva::voice
