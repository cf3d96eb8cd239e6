#pragma once

#include <string_view>

namespace aiva::fuzz {

// Takes the bytes for a text, analyses it in several languages, and indexes and finds it.
void analyse_keywords(std::string_view bytes);

// Takes the bytes for changes to the sections of a small segment, opens, searches and merges it.
void search_keyword_sections(std::string_view bytes);

}  // namespace aiva::fuzz
