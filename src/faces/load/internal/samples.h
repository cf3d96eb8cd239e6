#pragma once

#include <cstddef>
#include <random>
#include <string>

namespace aiva::load {

using Random = std::mt19937_64;

// Between 0 and 1, without 1.
double any_share(Random& random);

// A text of so many passages about wares of a made-up shop, under headings.
std::string make_document(Random& random, std::size_t passages);
// A question that such passages answer; hardly ever the same twice.
std::string make_question(Random& random);
// What a picture shows, in words.
std::string make_caption(Random& random);
// A small PNG of stripes in colours of its own.
std::string make_picture(Random& random);

}  // namespace aiva::load
