#pragma once

#include <string>

#include "documents/formats/office_output.h"
#include "documents/formats/opc_package.h"
#include "documents/formats/table_regions.h"
#include "foundation/result.h"

namespace aiva::documents {

// Puts out what is drawn on a sheet, in the order of the drawing's part: texts of shapes, charts as
// tables, images. What is damaged in it is left out; fails as BlockOutput does. `pattern` has the
// page and the visibility of the sheet.
Result<void> add_sheet_drawing(const std::string& part, const Block& pattern, OpcPackage& package,
                               TableRegions& regions, OfficeOutput& out);

}  // namespace aiva::documents
