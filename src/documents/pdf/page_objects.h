#pragma once

#include <vector>

#include "documents/pdf/glyphs.h"
#include "documents/pdf/page_frame.h"
#include "documents/pdf/pdfium_functions.h"

namespace aiva::documents {

// What a page draws besides text.
struct PageObjects {
  std::vector<PlacedImage> images;
  std::vector<Box> rules;
  float image_share = 0;  // of the page's area, covered by images
  int paths = 0;          // drawn shapes
};

// The pictures and strokes of an open page, those inside its forms too, up to a limit.
PageObjects read_page_objects(const PdfiumFunctions& pdfium, void* page, const PageFrame& frame);

// The picture that read_page_objects gave `number`; null where the page has none.
void* find_image_object(const PdfiumFunctions& pdfium, void* page, int number);

}  // namespace aiva::documents
