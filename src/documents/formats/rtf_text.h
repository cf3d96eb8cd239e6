#pragma once

#include <string>
#include <string_view>

namespace aiva::documents {

inline constexpr int rtf_code_page_default = 1252;
inline constexpr int rtf_code_page_symbol = 42;

// The Windows code page of a font's \fcharset; 0 for "the document's".
int code_page_of_fcharset(int fcharset);

// Appends bytes of a code page as UTF-8; bytes of an unknown page count as Windows-1252.
void append_code_page(std::string_view bytes, int code_page, std::string& out);

// The target of a HYPERLINK field's instruction; empty for other fields and for places inside the
// document.
std::string hyperlink_target(std::string_view instruction);

}  // namespace aiva::documents
