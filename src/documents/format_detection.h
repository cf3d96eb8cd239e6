#pragma once

#include <string_view>

#include "ports/document_reader.h"

namespace aiva::documents {

// What kind of document the bytes are; `unknown` for anything AIVA does not read. The content
// decides; the file name only where text could be of several kinds.
FileFormat detect_format(std::string_view bytes, std::string_view file_name);

}  // namespace aiva::documents
