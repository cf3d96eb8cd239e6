#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "documents/formats/office_output.h"
#include "foundation/result.h"

namespace aiva::documents {

// What a chart shows, as it was kept with the chart (DrawingML, c:chartSpace): its title and a
// table with a row a category and a column a series. Empty where the XML is damaged.
std::vector<OfficeBlock> read_chart(std::string_view xml, int page);

// The texts of a diagram's data part (SmartArt, dgm:dataModel) in order, as list items.
std::vector<OfficeBlock> read_diagram(std::string_view xml, int page);

}  // namespace aiva::documents
