#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "foundation/result.h"

namespace aiva::functions {

// A text with places for arguments and secrets: `{name}`, `{secret:NAME}`; `{{` and `}}` are
// braces.
struct TextTemplate {
  enum class Kind { literal, argument, secret };
  struct Part {
    Kind kind = Kind::literal;
    std::string text;  // or the name
    bool operator==(const Part&) const = default;
  };
  std::vector<Part> parts;

  // Fails with `invalid` and a sentence like "has a { without its }".
  static Result<TextTemplate> parse(std::string_view text);

  // The argument that is the whole text; null when there is anything else.
  [[nodiscard]] const std::string* whole_argument() const;
  // The text with `value(part)` in the places of arguments and secrets.
  using ValueOf = std::function<Result<std::string>(const Part&)>;
  [[nodiscard]] Result<std::string> expand(const ValueOf& value) const;
};

// Whether it may name a secret or an argument: [A-Za-z0-9_-]{1,64}.
bool is_template_name(std::string_view text);

// Percent-encodes all but the unreserved characters of RFC 3986.
std::string percent_encode(std::string_view text);

}  // namespace aiva::functions
