#pragma once

#include <vector>

#include "documents/pdf/fragments.h"
#include "documents/pdf/layout.h"

namespace aiva::documents {

// Whether the character belongs to a script written from right to left.
bool is_right_to_left(char32_t c);

// Joins the fragments of one region into lines from top to bottom.
std::vector<Line> join_lines(const PageGlyphs& page, std::vector<Fragment> fragments);

}  // namespace aiva::documents
