#pragma once

#include <vector>

#include "documents/formats/office_output.h"

namespace aiva::documents {

// Something placed on a slide: a text box, a picture, a table or a group of them.
struct SlideShape {
  double left = 0;  // in any unit, the same for all shapes of a slide
  double top = 0;
  bool is_title = false;
  bool is_placed = true;  // false: the file does not say where it is
  std::vector<OfficeBlock> blocks{};
};

// Puts shapes into the order they are read in: titles, then from top to bottom; shapes whose tops
// differ by less than `tolerance` stand in a row and go from left to right. Shapes without a place
// keep theirs in the file, before the others.
void sort_for_reading(std::vector<SlideShape>& shapes, double tolerance);

// Where a slide has no title, a short single line that is read first becomes its heading.
void promote_first_line(std::vector<SlideShape>& shapes, int level);

}  // namespace aiva::documents
