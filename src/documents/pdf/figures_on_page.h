#pragma once

#include <vector>

#include "documents/pdf/layout.h"
#include "ports/document_reader.h"

namespace aiva::documents {

// The pictures of a page that show something: no ornaments, no backgrounds of text.
std::vector<PlacedImage> find_figures(const PageLayout& page);

// Turns the captions below figures ("Figure 3: …") into image blocks at the place of the figure.
void name_figures(std::vector<Block>& blocks, const PageLayout& page);

}  // namespace aiva::documents
