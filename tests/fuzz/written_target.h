#pragma once

#include <string_view>

namespace aiva::fuzz {

// Takes the bytes for paragraphs, one a line, writes them as HTML, Markdown, DOCX, PPTX, ODT, EPUB,
// RTF and mail, and reads them from there: nothing may be lost, added or changed. Also takes them
// for cells of XLSX, ODS and CSV.
void read_what_was_written(std::string_view bytes);

}  // namespace aiva::fuzz
