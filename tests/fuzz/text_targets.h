#pragma once

#include <string_view>

namespace aiva::fuzz {

// Takes the bytes for comma-separated values and for events of a stream, which arrive whole and in
// pieces; the first byte says how large these are.
void read_in_pieces(std::string_view bytes);

// Takes the bytes for a piece of HTML, a language tag, an instant and an IP address.
void read_short_texts(std::string_view bytes);

}  // namespace aiva::fuzz
