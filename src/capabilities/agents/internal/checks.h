#pragma once

#include <string>
#include <string_view>

namespace aiva::agents {

// Whether a text has control characters other than those of `allowed`.
bool has_control_characters(std::string_view text, std::string_view allowed = {});

// Whether a text is empty or a name as providers give to models and voices.
bool is_provider_word(std::string_view text);

// Whether a text is an origin as browsers send it (RFC 6454 §6.2, http and https), or "*".
bool is_web_origin(std::string_view text);

// Whether a text is a color as "#1f5fbf".
bool is_color(std::string_view text);

// Whether a text may be a slug: 3 to 64 of a-z, 0-9 and single dashes within, and no id.
bool is_slug(std::string_view text);

// A slug made from a name; letters that are not of ASCII are left out. Empty when too little
// remains.
std::string make_slug(std::string_view name);

}  // namespace aiva::agents
