#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace aiva::documents {

// So much of a document is enough to tell its language.
inline constexpr std::size_t language_sample_bytes = 64 * 1024;

// The language most of a text (well-formed UTF-8) is written in, as ISO 639-1, or 639-3 where that
// has none; empty when it cannot be told.
std::string detect_language(std::string_view text);

}  // namespace aiva::documents
