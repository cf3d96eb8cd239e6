#pragma once

#include <span>
#include <string>
#include <string_view>

#include "capabilities/knowledge/types.h"

namespace aiva::knowledge {

// The text of chunks that follow each other in a document as one: what two of them repeat (the
// overlap within a split paragraph, the header rows of a split table) stands once, and headings
// below `heading_path` stand above their text.
std::string joined_text(std::string_view heading_path, std::span<const Chunk* const> chunks);

}  // namespace aiva::knowledge
