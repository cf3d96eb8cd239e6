#pragma once

#include <gumbo.h>

#include "documents/formats/office_output.h"

namespace aiva::documents {

// The rows of a table element. Cells over several columns or rows are placed as a browser does;
// rows of a head, and first rows without other text than that of th, name the columns.
OfficeBlock read_html_table(const GumboNode& table);

}  // namespace aiva::documents
