#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine.h"

namespace aiva::bench {

// Words of a text, as views into it.
std::vector<std::string_view> split_text(std::string_view text);

// Texts of about 120 made-up words out of 30,000, as frequent as Zipf's law says.
Texts make_texts(std::size_t rows);

// The words of files, in lower case, cut into texts of 120.
Texts read_texts(const std::vector<std::string>& files);

// Queries of so many different words, those of each out of one text.
std::vector<std::string> make_queries(const Texts& texts, std::size_t count, std::size_t words);

}  // namespace aiva::bench
