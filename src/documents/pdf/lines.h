#pragma once

#include <vector>

#include "documents/pdf/fragments.h"
#include "documents/pdf/layout.h"

namespace aiva::documents {

// Joins the fragments of one region into lines from top to bottom.
std::vector<Line> join_lines(const PageGlyphs& page, std::vector<Fragment> fragments);

}  // namespace aiva::documents
