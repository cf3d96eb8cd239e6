#include "capabilities/voice/segment_text.h"

#include <algorithm>
#include <functional>
#include <optional>

#include "foundation/text/language_tag.h"

namespace aiva::voice {
namespace {

constexpr std::size_t name_bytes_max = 64;

bool is_of_name(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '-' || c == '.';
}

struct Place {
  std::string_view name;
  std::size_t length = 0;  // with its braces
};

// The place a text begins with.
std::optional<Place> place_at(std::string_view text) {
  std::string_view opening = text.starts_with("{{") ? "{{" : "{";
  std::string_view closing = opening.size() == 2 ? "}}" : "}";
  auto at = opening.size();
  auto skip_blanks = [&] {
    while (at < text.size() && text[at] == ' ') ++at;
  };
  skip_blanks();
  auto begin = at;
  while (at < text.size() && is_of_name(text[at])) ++at;
  auto name = text.substr(begin, at - begin);
  skip_blanks();
  if (name.empty() || name.size() > name_bytes_max || !text.substr(at).starts_with(closing))
    return std::nullopt;
  return Place{name, at + closing.size()};
}

// Tells of a text's parts in order: what stands between places, and their names.
void each_part(std::string_view text, const std::function<void(std::string_view)>& literal,
               const std::function<void(std::string_view)>& name) {
  while (!text.empty()) {
    auto brace = std::min(text.find('{'), text.size());
    literal(text.substr(0, brace));
    text.remove_prefix(brace);
    if (text.empty()) return;
    auto place = place_at(text);
    if (place)
      name(place->name);
    else
      literal(text.substr(0, 1));
    text.remove_prefix(place ? place->length : 1);
  }
}

void add_once(std::vector<std::string>& names, std::string_view name) {
  if (std::ranges::find(names, name) == names.end()) names.emplace_back(name);
}

const Contents::value_type* content_in(const Contents& contents, std::string_view language) {
  for (; !language.empty(); language = shorter_language_tag(language)) {
    auto found = contents.find(std::string(language));
    if (found != contents.end()) return &*found;
  }
  return nullptr;
}

}  // namespace

const Contents::value_type* content_for(const Contents& contents, std::string_view language,
                                        std::string_view fallback) {
  const auto* found = content_in(contents, language);
  return found != nullptr ? found : content_in(contents, fallback);
}

std::vector<std::string> places_of(std::string_view text) {
  std::vector<std::string> names;
  each_part(
      text, [](std::string_view) {}, [&names](std::string_view name) { add_once(names, name); });
  return names;
}

RenderedText render(std::string_view text, const TextValues& values) {
  RenderedText rendered;
  each_part(
      text, [&](std::string_view literal) { rendered.text += literal; },
      [&](std::string_view name) {
        auto value = values.find(name);
        if (value == values.end())
          add_once(rendered.missing, name);
        else
          rendered.text += value->second;
      });
  return rendered;
}

}  // namespace aiva::voice
